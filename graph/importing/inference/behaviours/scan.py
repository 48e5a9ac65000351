"""What all rows of a behaviours file tell: kinds, their objects, guests, returns and statuses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.inference.behaviours.charges import Charges
from graph.importing.inference.behaviours.exclusion_columns import ExclusionColumn
from graph.importing.inference.behaviours.refunds import Refunds
from graph.importing.inference.files.column_values import count_values
from graph.importing.vocabulary.order_statuses import meaning_of

_NEGATIVE = r"^\s*(?:[-\u2212].*\d|\(.*\d.*\)|.*\d\s*-)\s*$"
_MAX_KINDS = 50
_MOST, _NEARLY_ALL = 0.5, 0.95
"""Shares of the rows that must have an object."""


@dataclass
class Scan:
    """Counts over all rows of one file; columns are names of the file.

    Attributes
    ----------
    user, at, kind, quantity, value, basket
        The columns with these contents, if any.
    statuses
        The columns with statuses.
    objects
        The column of each kind of object: product, coupon, campaign.
    refunds, exclusions
        Columns that tell of orders taken back.
    currency
        The column with the currency of the amounts.
    charges
        Lines of shipping, vouchers and the like among those of products.
    """

    user: str | None
    at: str | None
    kind: str | None
    statuses: Sequence[str]
    quantity: str | None
    value: str | None
    basket: str | None
    objects: Mapping[str, str]
    refunds: Refunds | None = None
    exclusions: Sequence[ExclusionColumn] = ()
    currency: str | None = None
    charges: Charges | None = None
    rows: int = 0
    """Rows with a user and a time."""
    guests: int = 0
    timeless: int = 0
    """Rows without a user, and without a time."""
    currencies: Counter[str] = field(default_factory=Counter)
    negative: int = 0
    credit_notes: int = 0
    """Rows with a negative quantity, and those whose basket starts with C."""
    negative_credit_notes: int = 0
    negative_values: int = 0
    """Rows with a negative amount, and no negative quantity."""
    kinds: Counter[str] = field(default_factory=Counter)
    filled: dict[str, Counter[str]] = field(default_factory=dict)
    """Rows with a value in the column of an object, by kind of behaviour and kind of object."""
    by_status: dict[str, Counter[str]] = field(default_factory=dict)
    """Rows by status, by column of statuses."""

    @property
    def columns(self) -> list[str]:
        """The columns that `add` needs."""
        single = (self.user, self.at, self.kind, self.quantity, self.value, self.basket, self.currency)
        several = [*self.statuses, *self.objects.values(), *(part.column for part in self.exclusions)]
        several += self.charges.columns if self.charges else []
        if self.refunds:
            several += self.refunds.columns
        return list(dict.fromkeys([name for name in single if name] + several))

    @property
    def has_kinds(self) -> bool:
        """Whether the kind's column has as many values as kinds of behaviour have, not one a row."""
        return 0 < len(self.kinds) <= _MAX_KINDS

    def add(self, rows: pd.DataFrame, again: NDArray[np.bool_]) -> None:
        """Count `rows`: trimmed texts, empty where missing.

        States, refunds and currencies of rows that a later file has `again` are known, but not counted.
        """
        if self.user:
            self.guests += int((rows[self.user] == "").sum())
        if self.at:
            self.timeless += int((rows[self.at] == "").sum())
        nothing = pd.Series(False, index=rows.index)
        negative = rows[self.quantity].str.match(_NEGATIVE) if self.quantity else nothing
        below = rows[self.value].str.match(_NEGATIVE) & ~negative if self.value else nothing
        self.negative += int(negative.sum())
        self.negative_values += int(below.sum())
        if self.quantity and self.basket:
            credit = rows[self.basket].str.match(r"^[Cc]\d")
            self.credit_notes += int(credit.sum())
            self.negative_credit_notes += int((credit & negative).sum())
        if self.charges:
            self.charges.add(rows, negative, below)
        if self.currency:
            self.currencies.update(count_values(rows[self.currency], again))
        if self.refunds:
            self.refunds.add(rows, again)
        for part in self.exclusions:
            part.add(rows, again, self._are_taken_back(rows))
        for column in self.statuses:
            self.by_status.setdefault(column, Counter()).update(count_values(rows[column], again))
        for column in filter(None, (self.user, self.at)):
            rows = rows[rows[column] != ""]
        self.rows += len(rows)
        kinds = rows[self.kind] if self.kind else pd.Series("", index=rows.index)
        if len(self.kinds) <= _MAX_KINDS:
            self.kinds.update(count_values(kinds[kinds != ""]))
            for entity, column in self.objects.items():
                for name, number in count_values(kinds[rows[column] != ""]).items():
                    self.filled.setdefault(name, Counter())[entity] += number

    def _are_taken_back(self, rows: pd.DataFrame) -> NDArray[np.bool_]:
        """Return which rows have a status of no purchase."""
        taken_back = np.zeros(len(rows), dtype=bool)
        for column in self.statuses:
            excluded = [status for status in rows[column].unique() if meaning_of(status) == "excluded"]
            taken_back |= rows[column].isin(excluded).to_numpy()
        return taken_back

    def names_campaigns(self, kind: str) -> bool:
        """Return whether nearly all rows of a kind name a campaign."""
        return self.filled.get(kind, Counter())["campaign"] > _NEARLY_ALL * self.kinds[kind] > 0

    def object_of(self, kind: str) -> str | None:
        """Return what most rows of a kind have as their object; None where they have none.

        Orders, of which not all name a coupon or campaign, have neither as their object.
        """
        filled = self.filled.get(kind, Counter())
        rows = self.kinds[kind] if self.kind else self.rows
        for entity in self.objects:
            share = _MOST if self.kind or entity == "product" else _NEARLY_ALL
            if filled[entity] > share * rows:
                return entity
        return None
