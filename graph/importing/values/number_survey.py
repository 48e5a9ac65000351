"""Surveys all rows of a column of numbers: its decimal and grouping signs, or why they stay open."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.mapping.formats import Numbers
from graph.importing.values import numbers
from graph.importing.values.date_orders import Example
from graph.importing.values.masks import is_true

_GROUPINGS = {".": ("", ",", " ", "'"), ",": ("", ".", " ", "'")}
_ONLY = r"^[+-]?\d*{0}(?:\d{{1,2}}|\d{{4,}})$"
"""What only one decimal sign can read: after it, there are not three digits."""
_EXAMPLES = 3


@dataclass
class NumberSurvey:
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


class NumberCounts:
    """Surveys a column block by block.

    Parameters
    ----------
    signs
        Counts as ambiguous only what these read; default: whatever both decimal signs read.
    """

    def __init__(self, signs: Numbers | None = None) -> None:
        self._signs = signs
        self._survey = NumberSurvey()
        self._grouped: Counter[tuple[str, str]] = Counter()

    def add(self, rows: NDArray[np.int64], text: pa.Array) -> None:
        """Count the values of `text`, whose row numbers are `rows`."""
        survey = self._survey
        text = pc.utf8_trim_whitespace(text)
        given = pc.fill_null(pc.not_equal(text, ""), False)
        survey.rows += int(pc.sum(given).as_py() or 0)
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
        self._survey.only[decimal] += int(only.sum())
        if only.any() and decimal not in self._survey.only_examples:
            self._survey.only_examples[decimal] = _examples(rows, text, only, 0)[0]

    def _add_others(self, rows: NDArray[np.int64], text: pa.Array) -> None:
        survey = self._survey
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
        survey.ambiguous += int(ambiguous.sum())
        survey.ambiguous_examples += _examples(rows, text, ambiguous, len(survey.ambiguous_examples))
        unread = ~point & ~comma
        survey.unread += int(unread.sum())
        survey.unread_examples += _examples(rows, text, unread, len(survey.unread_examples))
        survey.currencies += numbers.currencies(text.filter(pa.array(~unread)))

    def result(self) -> NumberSurvey:
        """Return the survey of all blocks."""
        survey = self._survey
        if survey.contradiction:
            decimals = []
        elif survey.only["."] or survey.only[","]:
            decimals = [decimal for decimal in _GROUPINGS if survey.only[decimal]]
        else:
            decimals = list(_GROUPINGS) if survey.ambiguous else ["."]
        survey.formats = [self._format(decimal) for decimal in decimals]
        return survey

    def _format(self, decimal: str) -> Numbers:
        counts = {thousands: self._grouped[decimal, thousands] for thousands in _GROUPINGS[decimal][1:]}
        most = max(counts, key=lambda thousands: counts[thousands])
        return Numbers.model_validate({"decimal": decimal, "thousands": most if counts[most] else ""})


def _examples(rows: NDArray[np.int64], text: pa.Array, where: NDArray[np.bool_], known: int) -> list[Example]:
    chosen = np.flatnonzero(where)[: max(0, _EXAMPLES - known)]
    return [Example(int(rows[i]), str(text[int(i)].as_py())) for i in chosen]
