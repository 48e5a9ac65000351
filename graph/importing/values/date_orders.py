"""Counts which orders of day, month and year can read the numeric dates of a column."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.mapping.time_formats import DateOrder

_FEW_YEARS = 3


class Example(NamedTuple):
    """A value of a column, with the number of its row."""

    row: int
    text: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.text!r}"


class OrderCounts:
    """Counts the dates of one form, like 03/04/2024, by the set of orders that can read them.

    Parameters
    ----------
    form
        Separator and digits of the year; its order is the first candidate.
    orders
        Further candidates.
    """

    def __init__(self, form: DateOrder, orders: Sequence[str]) -> None:
        self.orders = tuple(dict.fromkeys((form.order, *orders)))
        self.year_digits = form.year_digits
        self._pattern = _pattern(form)
        self._rows: Counter[int] = Counter()
        self._examples: dict[int, Example] = {}
        self._firsts: set[int] = set()
        self._lasts: set[int] = set()
        self.differing: list[Example] = []
        """A few dates that several orders read as different days."""

    def add(self, numbers: NDArray[np.int64], text: pa.Array) -> None:
        """Count the dates of `text`, whose row numbers are `numbers`; texts of another form do not count."""
        parts = pc.extract_regex(text, self._pattern)
        found = parts.is_valid()
        if not pc.any(found).as_py():
            return
        texts = [pc.struct_field(parts, name).filter(found) for name in "abc"]
        places = [part.cast(pa.int32()).to_numpy() for part in texts]
        long = [pc.binary_length(part).to_numpy() > 1 for part in texts]
        readers = np.zeros(len(places[0]), dtype=np.int64)
        for bit, order in enumerate(self.orders):
            day, month = places[order.index("d")], places[order.index("m")]
            fits = (day >= 1) & (day <= 31) & (month >= 1) & (month <= 12) & long[order.index("y")]
            readers |= fits.astype(np.int64) << bit
        self._firsts.update(np.unique(places[0]).tolist())
        self._lasts.update(np.unique(places[2]).tolist())
        rows = np.flatnonzero(found.to_numpy(zero_copy_only=False))
        sets, firsts, counts = np.unique(readers, return_index=True, return_counts=True)
        for readers_set, first, count in zip(sets.tolist(), firsts.tolist(), counts.tolist(), strict=True):
            self._rows[readers_set] += count
            if readers_set not in self._examples:
                self._examples[readers_set] = _example(numbers, text, rows[first])
        if len(self.differing) < 2:
            several = readers & (readers - 1) > 0
            differ = several & ~((places[0] == places[1]) & (places[1] == places[2]))
            if self.year_digits == 4:
                differ = several & (places[0] != places[1])
            chosen = rows[differ][: 2 - len(self.differing)]
            self.differing += [_example(numbers, text, row) for row in chosen]

    @property
    def rows(self) -> int:
        """Number of dates that an order can read."""
        return sum(count for readers, count in self._rows.items() if readers)

    def reading_all(self) -> list[str]:
        """Return the orders that read every date that any of them can read; none for a contradiction."""
        sets = [readers for readers in self._rows if readers]
        orders = [
            order
            for bit, order in enumerate(self.orders)
            if sets and all(readers >> bit & 1 for readers in sets)
        ]
        if "ymd" in orders and len(orders) > 1:
            # As numbers alone, 24/01/12 can begin or end with its year. Years are few, and days are many.
            few_firsts, few_lasts = (len(values) <= _FEW_YEARS for values in (self._firsts, self._lasts))
            if few_lasts and not few_firsts:
                orders.remove("ymd")
            elif few_firsts and not few_lasts:
                return ["ymd"]
        return orders

    def years(self, order: str) -> set[int]:
        """Return the years of the dates as they are written, read in one of the orders."""
        return self._firsts if order.startswith("y") else self._lasts

    @property
    def unread(self) -> int:
        """Number of dates that no order can read."""
        return self._rows[0]

    @property
    def unread_examples(self) -> list[Example]:
        """One of them, if there is any."""
        return [self._examples[0]] if 0 in self._examples else []

    def only(self, order: str, other: str) -> Example | None:
        """Return an example that `order` reads and `other` does not."""
        bit, without = self.orders.index(order), self.orders.index(other)
        sets = (readers for readers in self._examples if readers >> bit & 1 and not readers >> without & 1)
        return next((self._examples[readers] for readers in sets), None)

    def count_only(self, order: str, other: str) -> int:
        """Return the number of dates that `order` reads and `other` does not."""
        bit, without = self.orders.index(order), self.orders.index(other)
        return sum(
            count
            for readers, count in self._rows.items()
            if readers >> bit & 1 and not readers >> without & 1
        )


def _example(numbers: NDArray[np.int64], text: pa.Array, position: int) -> Example:
    return Example(int(numbers[position]), str(text[int(position)].as_py()))


def _pattern(form: DateOrder) -> str:
    short = r"\d{1,2}" if form.separator else r"\d{2}"
    year = rf"\d{{{form.year_digits}}}"
    # Without four digits, any place may hold the year, as 24/01/12 shows.
    places = [year if part == "y" and form.year_digits == 4 else short for part in form.order]
    separator = rf"\x{{{ord(form.separator):x}}}" if form.separator else ""
    parts = [f"(?P<{name}>{place})" for name, place in zip("abc", places, strict=True)]
    return rf"(?:^|[^\d]){separator.join(parts)}(?:$|[^\d])"
