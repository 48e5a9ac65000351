"""Rows of the contract: the valid ones of a block, and the errors of the others."""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graph.importing.mapping.source import Source
from graph.importing.reading.lines import RowError


@dataclass
class Rows:
    """Rows of one table: typed columns of equal length, and the line number of each row."""

    table: str
    numbers: NDArray[np.int64]
    columns: dict[str, pa.Array]
    rejected: list[RowError]
    left_out_numbers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    erased_numbers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Those of the left-out rows that are of erased users."""
    currencies: dict[str, Counter[str]] = field(default_factory=dict)
    """Number of values in each currency, by field."""
    kept: dict[str, Counter[str]] = field(default_factory=dict)
    """Number of rows that `where` keeps, by value, of columns of statuses."""
    excluded: dict[str, Counter[str]] = field(default_factory=dict)
    """Number of rows that each rule of `where` excludes, by value, of its column."""
    keep_first: bool = False
    """Whether a row with a known id and other values is unchanged, not rejected."""
    left_out_keys: "Rows | None" = None
    """Users, keys, objects and times of behaviours that `where` leaves out: an earlier file may have them."""
    repeated: "Rows | None" = None
    """Behaviours that repeat an earlier row of the delivery, and are not loaded."""
    rejected_ids: frozenset[str | None] = frozenset()
    """Ids in rejected rows of campaigns."""

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def left_out(self) -> int:
        """Number of rows that `where` excludes, that name no campaign or coupon, or of erased users."""
        return len(self.left_out_numbers)

    @property
    def unchanged(self) -> int:
        """Number of rows that repeat an earlier one."""
        return 0 if self.repeated is None else len(self.repeated)

    @property
    def read(self) -> int:
        """Number of valid and rejected rows, repeated ones included."""
        return len(self.numbers) + len(self.rejected) + self.unchanged

    def between(self, first: int, end: int) -> "Rows":
        """Return the rows, rejected, left-out and repeated ones included, with numbers in [first, end)."""
        part = self.filter((self.numbers >= first) & (self.numbers < end))
        part.rejected = [error for error in self.rejected if first <= error.row < end]
        left_out = self.left_out_numbers
        part.left_out_numbers = left_out[(left_out >= first) & (left_out < end)]
        erased = self.erased_numbers
        part.erased_numbers = erased[(erased >= first) & (erased < end)]
        part.left_out_keys = self.left_out_keys and self.left_out_keys.between(first, end)
        part.repeated = self.repeated and self.repeated.between(first, end)
        return part

    def without_repeated(self, repeated: NDArray[np.bool_]) -> "Rows":
        """Return the rows, rejected and left-out ones included, with the `repeated` ones apart."""
        kept = self.filter(~repeated)
        return replace(self, numbers=kept.numbers, columns=kept.columns, repeated=self.filter(repeated))

    def filter(self, keep: NDArray[np.bool_]) -> "Rows":
        """Return the rows where `keep` is True, without rejected, left-out and repeated ones."""
        mask = pa.array(keep)
        columns = {name: column.filter(mask) for name, column in self.columns.items()}
        return Rows(
            self.table,
            self.numbers[keep],
            columns,
            [],
            keep_first=self.keep_first,
            rejected_ids=self.rejected_ids,
        )


def with_file_columns(errors: list[RowError], source: Source) -> list[RowError]:
    """Replace the contract's field names by the file's column names."""
    return [error._replace(column=source.columns.get(error.column, error.column)) for error in errors]
