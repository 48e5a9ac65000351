"""Columns whose name states that an order is taken back: `is_cancelled`, `cancelled_at`, `return_reason`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.inference.draft import Noted
from graph.importing.inference.files.column_values import count_values
from graph.importing.vocabulary.flags import NO, YES
from graph.importing.vocabulary.names import simplify
from graph.importing.vocabulary.order_statuses import meaning_of

_QUALIFIERS = {
    "is", "was", "has", "been", "order", "item", "line", "flag", "at", "on", "am", "le", "date", "datum",
    "day", "time", "timestamp", "ts", "reason", "grund", "motif", "motivo",
}  # fmt: skip
"""Words beside the one that names the exclusion."""
_NO_ORDERS = {"test", "deleted", "gelöscht", "supprimé", "删除"}
_MAX_WORDS = 20


@dataclass
class ExclusionColumn:
    """Values of a column that is filled for orders that are taken back.

    Attributes
    ----------
    column
        Its name.
    rows, filled
        Numbers of rows, and of those with a value.
    again
        Number of those with a value that a later file has again.
    marked, stated
        Numbers of rows with a value other than no, and of those whose status says the same.
    words
        Number of rows by value, of the first different values.
    """

    column: str
    rows: int = 0
    filled: int = 0
    again: int = 0
    marked: int = 0
    stated: int = 0
    words: Counter[str] = field(default_factory=Counter)

    @property
    def follows_status(self) -> bool:
        """Whether only rows are marked whose status says the same, so that the status decides."""
        return self.marked == self.stated

    def add(self, rows: pd.DataFrame, again: NDArray[np.bool_], are_taken_back: NDArray[np.bool_]) -> None:
        """Count `rows`: trimmed texts, empty where missing.

        A later file has some of them `again`, and some `are_taken_back` by their status.
        """
        is_given = (rows[self.column] != "").to_numpy()
        given = rows.loc[is_given, self.column]
        self.rows += len(rows)
        self.filled += len(given)
        self.again += int((is_given & again).sum())
        is_marked = is_given & ~rows[self.column].str.lower().isin(NO).to_numpy()
        self.marked += int(is_marked.sum())
        self.stated += int((is_marked & are_taken_back).sum())
        if len(self.words) <= _MAX_WORDS:
            self.words.update(count_values(given, again[is_given]))

    def rule(self) -> Noted | None:
        """Return the rule that leaves these orders out; None where most rows have a value, or none."""
        if is_flag(self.words):
            yes = {word: number for word, number in self.words.items() if word.lower() in YES}
            return Noted({"is_not": list(yes)}, f"leaves out {sum(yes.values()):,} rows") if yes else None
        if _is_test_or_deleted(self.column) or 2 * self.filled > self.rows:
            return None
        return Noted({"empty": True}, f"leaves out {self.filled - self.again:,} rows with a value")


def exclusion_columns(names: Iterable[str]) -> list[str]:
    """Return the columns whose names state that an order is taken back, deleted or a test."""
    return [name for name in names if _names_exclusion(name)]


def is_flag(values: Iterable[str | None]) -> bool:
    """Return whether the values of a column are yes and no."""
    words = {value.lower() for value in values if value}
    return bool(words) and words <= YES | NO


def _names_exclusion(name: str) -> bool:
    words = _significant_words(name)
    return len(words) == 1 and (words[0] in _NO_ORDERS or meaning_of(words[0]) == "excluded")


def _is_test_or_deleted(name: str) -> bool:
    return _significant_words(name)[0] in _NO_ORDERS


def _significant_words(name: str) -> list[str]:
    return [word for word in simplify(name.rpartition(":")[2]).split("_") if word not in _QUALIFIERS]
