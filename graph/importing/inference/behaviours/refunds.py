"""Orders that a column of refunds or returned units takes back in full: left out, or asked about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.inference.draft import Ask, Noted
from graph.importing.vocabulary.refund_columns import is_of_returned_units, is_refund

_DECIMALS = 2
"""To which price times units is rounded: a product of floats can be above the refund that a shop wrote."""


@dataclass
class Refunds:
    """Rows with a refund or returned units.

    Attributes
    ----------
    column, value
        The column of refunds, and that of the whole value or quantity, or of the price of a unit.
    units
        The column of units by which a price is multiplied; None where `value` is a whole.
    full, other
        Numbers of rows refunded in full, and of those of another amount.
    is_full, is_other
        Whether any row is, also one that a later file has again.
    """

    column: str
    value: str
    units: str | None = None
    full: int = 0
    other: int = 0
    is_full: bool = False
    is_other: bool = False

    @classmethod
    def find(cls, names: list[str], roles: Mapping[str, str]) -> "Refunds | None":
        """Return the refunds in one of `names`; None without any, or without what to compare it to.

        `roles` has the columns of value, unit_price and quantity, as far as there are any.
        """
        value, price, quantity = map(roles.get, ("value", "unit_price", "quantity"))
        units = None if value else quantity
        for is_one, whole, by in ((is_refund, value or price, units), (is_of_returned_units, quantity, None)):
            column = next((name for name in names if is_one(name) and name != whole), None)
            if column and whole:
                return cls(column, whole, by)
        return None

    @property
    def columns(self) -> list[str]:
        """The columns that `add` reads."""
        return [name for name in (self.column, self.value, self.units) if name]

    def add(self, rows: pd.DataFrame, again: NDArray[np.bool_]) -> None:
        """Count `rows`: trimmed texts, empty where missing; a later file has some of them `again`."""
        refunds = rows.loc[rows[self.column] != "", self.column].map(_size).astype(float)
        refunds = refunds[refunds > 0]
        refunded = rows.loc[refunds.index]
        whole = refunded[self.value].map(_size).astype(float)
        if self.units:
            whole *= refunded[self.units].map(_size).astype(float)
        is_full = (refunds >= whole.round(_DECIMALS)).to_numpy()
        once = ~pd.Series(again, index=rows.index)[refunds.index].to_numpy()
        self.full += int((is_full & once).sum())
        self.other += int((~is_full & once).sum())
        self.is_full |= bool(is_full.any())
        self.is_other |= not is_full.all()

    def rule(self, file: str) -> dict[str, Any] | Noted | None:
        """Return the rule for the column of refunds in `file`."""
        if not self.is_full and not self.is_other:
            return None
        if not self.is_other:
            return Noted({"sign": "not_positive"}, f"leaves out: {self.full:,} rows refunded in full")
        whole = " x ".join(self.columns[1:])
        ask = Ask(
            f"{self.column} of {file} is above 0 in {self.full + self.other:,} rows: in {self.full:,} it "
            f"is {whole} in full, in {self.other:,} another amount. Are rows with a refund left out "
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
