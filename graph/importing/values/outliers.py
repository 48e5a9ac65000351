"""Counts numbers of a column that are possible but unusual: far from the bulk, negative, or zero."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_EXPONENT_BITS = 52
_EXPONENTS = 1 << 11
_FAR = 10
"""Powers of two: 1,024 times."""
_MIN_ROWS = 100
_EXAMPLES = 3


class Outliers:
    """The distribution of one column of numbers, and examples of unusual ones."""

    def __init__(self) -> None:
        self._sizes = np.zeros(_EXPONENTS, dtype=np.int64)
        self._largest: list[tuple[float, int, float]] = []
        self.negative: list[str] = []
        self.negatives = 0
        self.zero: list[str] = []
        self.zeros = 0

    def add(self, values: Floats, rows: NDArray[np.int64]) -> None:
        """Add numbers (NaN: missing) with the numbers of their rows."""
        given = ~np.isnan(values)
        values, rows = values[given], rows[given]
        if not len(values):
            return
        sizes = np.abs(values)
        self._sizes += np.bincount(sizes.view(np.int64) >> _EXPONENT_BITS, minlength=_EXPONENTS)
        if len(self._largest) < _EXAMPLES or sizes.max() > self._largest[-1][0]:
            top = np.argsort(sizes)[-_EXAMPLES:]
            new = [(float(sizes[i]), int(rows[i]), float(values[i])) for i in top]
            self._largest = sorted([*self._largest, *new], reverse=True)[:_EXAMPLES]
        self.negatives += _note(self.negative, values < 0, values, rows)
        self.zeros += _note(self.zero, values == 0, values, rows)

    @property
    def far(self) -> int:
        """How many are beyond 1,000 times the 99th percentile of their size; 0 for few rows."""
        exponent = self._far_exponent()
        return int(self._sizes[exponent:].sum()) if exponent else 0

    @property
    def far_examples(self) -> list[str]:
        """The largest of them."""
        exponent = self._far_exponent()
        bound = 2.0 ** (exponent - 1023)
        return [_text(row, value) for size, row, value in self._largest if exponent and size >= bound]

    def _far_exponent(self) -> int:
        """Return the biased exponent from which on a size is far, or 0."""
        sizes = self._sizes.copy()
        sizes[0] = 0  # Zeros say nothing about the size of the others.
        total = int(sizes.sum())
        if total < _MIN_ROWS:
            return 0
        percentile = int(np.searchsorted(np.cumsum(sizes), 0.99 * total))
        return min(percentile + _FAR + 1, _EXPONENTS - 1)


def _note(examples: list[str], is_odd: NDArray[np.bool_], values: Floats, rows: NDArray[np.int64]) -> int:
    odd = np.flatnonzero(is_odd)
    examples += [_text(int(rows[i]), float(values[i])) for i in odd[: _EXAMPLES - len(examples)]]
    return len(odd)


def _text(row: int, value: float) -> str:
    return f"row {row}: {value:,.12g}"
