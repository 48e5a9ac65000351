"""Profiles all rows of a column of numbers: its decimal and grouping signs, or why they stay open."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.mapping.formats import Numbers
from graph.importing.values import numbers
from graph.importing.values.date_orders import Example
from graph.importing.values.masks import is_true

TextBlocks = Iterable[tuple[NDArray[np.int64], pa.Array]]
"""Blocks of a column: the numbers of rows, and their texts."""

_GROUPINGS = {".": ("", ",", " ", "'"), ",": ("", ".", " ", "'")}
_ONLY = r"^[+-]?\d*{0}(?:\d{{1,2}}|\d{{4,}})$"
"""What only one decimal sign can read: after it, there are not three digits."""
_EXAMPLES = 3


@dataclass
class NumberProfile:
    """What the numbers of a column are.

    Attributes
    ----------
    rows
        Number of values that are not missing.
    formats
        One format if the rows decide, several if none decides, none if they contradict each other.
    only
        Number of values that a decimal point alone can read ("."), or a decimal comma (",").
    only_examples
        The first of each.
    ambiguous, ambiguous_examples
        Number of values that both read, as different numbers, and a few of them.
    unread, unread_examples
        Number of values that are no number in either, and a few of them.
    currencies
        Number of values in each currency.
    """

    rows: int = 0
    formats: list[Numbers] = field(default_factory=list)
    only: Counter[str] = field(default_factory=Counter)
    only_examples: dict[str, Example] = field(default_factory=dict)
    ambiguous: int = 0
    ambiguous_examples: list[Example] = field(default_factory=list)
    unread: int = 0
    unread_examples: list[Example] = field(default_factory=list)
    currencies: Counter[str] = field(default_factory=Counter)

    @property
    def contradiction(self) -> tuple[Example, Example] | None:
        """A value with a decimal point and one with a decimal comma, if the column has both."""
        return (
            (self.only_examples["."], self.only_examples[","]) if self.only["."] and self.only[","] else None
        )


def profile_numbers(column: TextBlocks) -> NumberProfile:
    """Profile the texts of a column of numbers; empty texts and nulls are missing."""
    counting = NumberCounts()
    for rows, text in column:
        counting.add(rows, text)
    return counting.result()


class NumberCounts:
    """Profiles a column block by block.

    Parameters
    ----------
    signs
        Counts as ambiguous only what these read; default: whatever both decimal signs read.
    """

    def __init__(self, signs: Numbers | None = None) -> None:
        self._signs = signs
        self._profile = NumberProfile()
        self._grouped: Counter[tuple[str, str]] = Counter()

    def add(self, rows: NDArray[np.int64], text: pa.Array) -> None:
        """Count the values of `text`, whose row numbers are `rows`."""
        profile = self._profile
        text = pc.utf8_trim_whitespace(text)
        given = pc.fill_null(pc.not_equal(text, ""), False)
        profile.rows += int(pc.sum(given).as_py() or 0)
        odd = pc.and_(given, pc.invert(pc.match_substring_regex(pc.fill_null(text, ""), r"^[+-]?\d+$")))
        rows, text = rows[is_true(odd)], text.filter(odd)
        plain = np.zeros(len(text), dtype=bool)
        for decimal in _GROUPINGS:
            only = is_true(pc.match_substring_regex(text, _ONLY.format(rf"\{decimal}")))
            self._count_only(decimal, rows, text, only)
            plain |= only
        rows, text = rows[~plain], text.filter(pa.array(~plain))
        if len(text):
            self._add_others(rows, text)

    def _count_only(
        self, decimal: str, rows: NDArray[np.int64], text: pa.Array, only: NDArray[np.bool_]
    ) -> None:
        self._profile.only[decimal] += int(only.sum())
        if only.any() and decimal not in self._profile.only_examples:
            self._profile.only_examples[decimal] = _examples(rows, text, only, 0)[0]

    def _add_others(self, rows: NDArray[np.int64], text: pa.Array) -> None:
        profile = self._profile
        bare = pc.fill_null(numbers.bare(text), "")
        reads = {}
        for decimal, groupings in _GROUPINGS.items():
            fits = {
                thousands: is_true(numbers.readable(bare, Numbers(decimal=decimal, thousands=thousands)))
                for thousands in groupings
            }
            for thousands in groupings[1:]:
                self._grouped[decimal, thousands] += int((fits[thousands] & ~fits[""]).sum())
            reads[decimal] = np.logical_or.reduce(list(fits.values()))
        point, comma = reads["."], reads[","]
        self._count_only(".", rows, text, point & ~comma)
        self._count_only(",", rows, text, comma & ~point)
        ambiguous = point & comma & is_true(pc.match_substring_regex(bare, "[.,]"))
        if self._signs:
            ambiguous &= is_true(numbers.readable(bare, self._signs))
        profile.ambiguous += int(ambiguous.sum())
        profile.ambiguous_examples += _examples(rows, text, ambiguous, len(profile.ambiguous_examples))
        unread = ~point & ~comma
        profile.unread += int(unread.sum())
        profile.unread_examples += _examples(rows, text, unread, len(profile.unread_examples))
        profile.currencies += numbers.currencies(text.filter(pa.array(~unread)))

    def result(self) -> NumberProfile:
        """Return the profile of all blocks."""
        profile = self._profile
        if profile.contradiction:
            decimals = []
        elif profile.only["."] or profile.only[","]:
            decimals = [decimal for decimal in _GROUPINGS if profile.only[decimal]]
        else:
            decimals = list(_GROUPINGS) if profile.ambiguous else ["."]
        profile.formats = [self._format(decimal) for decimal in decimals]
        return profile

    def _format(self, decimal: str) -> Numbers:
        counts = {thousands: self._grouped[decimal, thousands] for thousands in _GROUPINGS[decimal][1:]}
        most = max(counts, key=lambda thousands: counts[thousands])
        return Numbers.model_validate({"decimal": decimal, "thousands": most if counts[most] else ""})


def _examples(rows: NDArray[np.int64], text: pa.Array, where: NDArray[np.bool_], known: int) -> list[Example]:
    chosen = np.flatnonzero(where)[: max(0, _EXAMPLES - known)]
    return [Example(int(rows[i]), str(text[int(i)].as_py())) for i in chosen]
