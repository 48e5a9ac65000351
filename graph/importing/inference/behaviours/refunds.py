"""Orders that a column of refunds or returned units takes back in full: left out, or asked about."""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from graph.importing.inference.draft import Ask, Noted
from graph.importing.vocabulary.refund_columns import is_of_returned_units, is_refund


@dataclass
class Refunds:
    """Rows with a refund or returned units.

    Attributes
    ----------
    column, value
        The column of refunds, and that of the whole value or quantity.
    full, other
        Numbers of rows refunded in full, and of those of another amount.
    """

    column: str
    value: str
    full: int = 0
    other: int = 0

    @classmethod
    def find(cls, names: list[str], value: str | None, quantity: str | None) -> "Refunds | None":
        """Return the refunds in one of `names`; None without any, or without what to compare it to."""
        for is_one, whole in ((is_refund, value), (is_of_returned_units, quantity)):
            column = next((name for name in names if is_one(name) and name != whole), None)
            if column and whole:
                return cls(column, whole)
        return None

    def add(self, rows: pd.DataFrame) -> None:
        """Count `rows`: trimmed texts, empty where missing."""
        refunds = rows.loc[rows[self.column] != "", self.column].map(_size).astype(float)
        refunds = refunds[refunds > 0]
        full = int((refunds >= rows.loc[refunds.index, self.value].map(_size).astype(float)).sum())
        self.full += full
        self.other += len(refunds) - full

    def rule(self, file: str) -> dict[str, Any] | Noted | None:
        """Return the rule for the column of refunds in `file`."""
        if not self.full and not self.other:
            return None
        if not self.other:
            return Noted({"sign": "not_positive"}, f"leaves out: {self.full:,} rows refunded in full")
        ask = Ask(
            f"{self.column} of {file} is above 0 in {self.full + self.other:,} rows: in {self.full:,} it "
            f"is {self.value} in full, in {self.other:,} another amount. Are rows with a refund left out "
            "(not_positive: only those without one stay), or do all stay purchases (any)",
            ("not_positive", "any"),
        )
        return {"sign": ask}


def _size(text: str) -> float:
    """Return a number without its sign, by either decimal sign; NaN if it is none."""
    digits = re.sub(r"[^\d.,]", "", text).replace(",", ".")
    whole, point, decimals = digits.rpartition(".")
    try:
        return float(whole.replace(".", "") + point + decimals)
    except ValueError:
        return float("nan")
