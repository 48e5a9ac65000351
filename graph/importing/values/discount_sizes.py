"""Compares discounts in money with the values that they are taken off."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graph.importing.warnings import DataWarning

_MANY = 0.1
"""Share of the rows with a discount."""
_EXAMPLES = 3


@dataclass
class DiscountSizes:
    """Rows with a discount in money and a value, and those whose discount is the larger one."""

    rows: int = 0
    above: int = 0
    examples: list[str] = field(default_factory=list)

    def add(
        self, discounts: NDArray[np.float64], values: NDArray[np.float64], numbers: NDArray[np.int64]
    ) -> None:
        """Add discounts and values (NaN: missing) with the numbers of their rows."""
        both = (discounts > 0) & (values > 0)
        above = both & (discounts > values)
        self.rows += int(np.count_nonzero(both))
        self.above += int(np.count_nonzero(above))
        for i in np.flatnonzero(above)[: _EXAMPLES - len(self.examples)]:
            self.examples.append(f"row {numbers[i]}: discount {discounts[i]:g}, value {values[i]:g}")

    def warning(self, file: str, column: str) -> DataWarning | None:
        """Return the warning, if many discounts are larger than the value."""
        if self.above <= _MANY * self.rows:
            return None
        text = (
            f"{file}, column {column!r}: the discount, read as money, is larger than the value in "
            f"{self.above:,} of {self.rows:,} rows with both. If it states percentages, map it as `discount: "
            f"{{column: {column}, as: percent}}`."
        )
        return DataWarning("discount_above_value", text, self.above, self.examples)
