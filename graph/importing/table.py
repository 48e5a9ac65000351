"""What an adapter hands over: tables of rows, each loaded by one Cypher statement."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

BATCH_ROWS = 10_000


@dataclass(frozen=True)
class Table:
    """Rows for ``cypher/importing/<statement>.cypher``; `statement` also names the table."""

    statement: str
    rows: pd.DataFrame
    zoned: bool = False
    """Whether the statement takes $zone, because its rows carry moments."""

    def __len__(self) -> int:
        return len(self.rows)

    def batches(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """(number of source rows, parameter rows) of each batch, always cut the same way."""
        for start in range(0, len(self.rows), BATCH_ROWS):
            part = self.rows.iloc[start : start + BATCH_ROWS]
            columns = [_plain(part[column]) for column in part.columns]
            yield len(part), [dict(zip(part.columns, row, strict=True)) for row in zip(*columns, strict=True)]


@dataclass(frozen=True)
class GroupedTable(Table):
    """Rows sent under the user they belong to: ``{user, <statement>: [[...], ...]}``.

    The first column is the user; the others follow in the order the statement reads them.
    """

    zoned: bool = field(default=True)

    def batches(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """As for Table; a user's rows are never split over two batches."""
        key, *others = self.rows.columns
        ordered = self.rows.sort_values(key, kind="stable")
        columns = [_plain(ordered[column]) for column in others]
        values = list(zip(*columns, strict=True))
        sizes = ordered.groupby(key, sort=True).size()
        group: list[dict[str, Any]] = []
        start = taken = 0
        for user, size in sizes.items():
            group.append({"user": user, self.statement: values[start : start + int(size)]})
            start += int(size)
            if start - taken >= BATCH_ROWS:
                yield start - taken, group
                group, taken = [], start
        if group:
            yield start - taken, group


def _plain(column: pd.Series) -> list[Any]:
    """The values as Python objects; what is missing becomes None."""
    if column.isna().any():
        column = column.astype(object).where(column.notna(), None)
    return list(column.tolist())


class Source(Protocol):
    """A data set that can be imported."""

    dataset: str
    zone: str

    def checksum(self) -> str:
        """Identifies the content; another content gives another checksum."""
        ...

    def tables(self) -> list[Table]:
        """Every table, in an order in which each finds what it refers to."""
        ...

    def campaign_ids(self) -> list[str]:
        """The campaigns whose participations are to be derived."""
        ...

    def expected_counts(self) -> dict[str, int]:
        """What ``importing/counts`` must find, computed from the source alone."""
        ...
