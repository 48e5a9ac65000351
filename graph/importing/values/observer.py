"""Observes the rows of an import as they are read, and warns of what is possible but odd."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.contract import TABLES
from graph.importing.mapping.model import Mapping
from graph.importing.reading.input_files import InputFile
from graph.importing.values.conflicting_ids import ConflictingIds
from graph.importing.values.discount_sizes import DiscountSizes
from graph.importing.values.id_report import IdReport
from graph.importing.values.left_out import LeftOut
from graph.importing.values.masks import is_true
from graph.importing.values.null_ids import NullIds
from graph.importing.values.outliers import Outliers
from graph.importing.values.overlapping_files import OverlappingFiles
from graph.importing.values.repeated_rows import RepeatedRows
from graph.importing.values.rows import Rows
from graph.importing.values.shared_orders import SharedOrders
from graph.importing.values.unlisted_statuses import warn_of_unlisted_statuses
from graph.importing.values.untimed_targetings import UntimedTargetings
from graph.importing.warnings import DataWarning

_NUMBERS = ("quantity", "value")
_THRESHOLD = re.compile(r"\d+\s*:\s*\d+")
_ENTITIES = ("users", "tags", "products", "campaigns", "coupons")
_Column = tuple[str, str, str]
"""File, column of the file, and field."""


@dataclass
class _Discounts:
    """Whether the discounts of a column, read as amounts, look like rates or thresholds."""

    values: int = 0
    shares: int = 0
    thresholds: int = 0
    examples: list[str] = field(default_factory=list)


class Observer:
    """Collects, block by block, what the warnings of an import tell.

    Parameters
    ----------
    mapping
        The mapping by which rows are read.
    compares_files
        Whether files can repeat behaviours of each other, which takes 12 bytes a row.
    several_files
        Labels of the sources without a key that read several files.
    order_sources
        Labels of the sources of orders, if they read different files.
    """

    def __init__(
        self,
        mapping: Mapping,
        *,
        compares_files: bool = False,
        several_files: Collection[str] = (),
        order_sources: Collection[str] = (),
    ) -> None:
        self._mapping = mapping
        # A kind that takes back another may well have negative numbers.
        self._returns = [name for name, kind in mapping.kinds.items() if kind.returns]
        self._outliers: dict[_Column, Outliers] = defaultdict(Outliers)
        self._currencies: dict[_Column, Counter[str]] = defaultdict(Counter)
        self._discounts: dict[_Column, _Discounts] = defaultdict(_Discounts)
        self._sizes: dict[_Column, DiscountSizes] = defaultdict(DiscountSizes)
        self._read: Counter[tuple[str, str]] = Counter()
        self._left_out: Counter[tuple[str, str]] = Counter()
        self._ids = IdReport()
        self._conflicting = ConflictingIds()
        self._null_ids = NullIds()
        self._untimed = UntimedTargetings()
        self._overlapping = OverlappingFiles(several_files)
        self._shared_orders = SharedOrders(order_sources)
        self._repeated = RepeatedRows() if compares_files else None
        self._kept: Counter[tuple[str, str, str, bool]] = Counter()
        """Rows by file, column, status that `statuses` does not list, and whether it lists others."""
        self.left_out = LeftOut()
        """The rows that are left out of each file."""

    def add_block(self, file: InputFile, rows: Rows) -> None:
        """Count the rows of one block of `file` that are left out, and what was counted as they were read."""
        self.left_out.add(file, rows)
        self._read[file.table, file.name] += rows.read
        self._left_out[file.table, file.name] += rows.left_out
        for column, kept in rows.kept.items():
            known = file.source.statuses.get(column, ())
            for value in kept.keys() - set(known):
                self._kept[file.name, column, value, bool(known)] += kept[value]
        for name, counts in rows.currencies.items():
            self._currencies[_column(file, name)] += counts

    def add_known(self, file: InputFile, rows: Rows) -> None:
        """Add rows that were loaded before, with which others may conflict."""
        if file.table == "behaviours":
            self._conflicting.add(file.name, rows, known=True)

    def add(self, file: InputFile, rows: Rows) -> None:
        """Observe rows of one block of `file` that are to be loaded."""
        self._overlapping.add(file, rows)
        for part in (rows, rows.repeated):
            if part and file.table == "behaviours":
                self._conflicting.add(file.name, part)
        if len(rows):
            self._add_ids(rows)
            self._null_ids.add(file, rows)
            self._untimed.add(file, rows)
            if file.table == "behaviours":
                self._shared_orders.add(file, rows)
                if self._repeated:
                    self._repeated.add(file.name, rows)
                self._add_numbers(file, rows)
        if {"discount", "value"} <= set(rows.columns):
            discounts = rows.columns["discount"].to_numpy(zero_copy_only=False)
            values = rows.columns["value"].to_numpy(zero_copy_only=False)
            self._sizes[_column(file, "discount")].add(discounts, values, rows.numbers)
        own = file.source.formats.get("discount")
        if "discount" in rows.columns and not (own and own.discount):
            self._add_discounts(file, rows)

    def _add_ids(self, rows: Rows) -> None:
        columns = rows.columns
        for spec in TABLES[rows.table].fields:
            table = spec.refers or (rows.table if spec.name == "id" else "")
            if table in _ENTITIES and spec.name in columns:
                self._ids.add(table, columns[spec.name])
        if rows.table == "behaviours":
            objects = {kind.object_table for kind in self._mapping.kinds.values()}
            for table in objects:
                kinds = [name for name, kind in self._mapping.kinds.items() if kind.object_table == table]
                of_table = pc.is_in(columns["kind"], value_set=pa.array(kinds, pa.string()))
                ids = columns["object"] if len(objects) == 1 else columns["object"].filter(of_table)
                self._ids.add(table, ids)

    def _add_numbers(self, file: InputFile, rows: Rows) -> None:
        if self._returns:
            returned = pc.is_in(rows.columns["kind"], value_set=pa.array(self._returns, pa.string()))
            rows = rows.filter(~is_true(returned))
        for name in _NUMBERS:
            if name in rows.columns:
                values = rows.columns[name].to_numpy(zero_copy_only=False)
                self._outliers[_column(file, name)].add(values, rows.numbers)

    def _add_discounts(self, file: InputFile, rows: Rows) -> None:
        key = _column(file, "discount")
        found = self._discounts[key]
        values = rows.columns["discount"].to_numpy(zero_copy_only=False)
        share = (values > 0) & (values < 1)
        found.values += int(np.count_nonzero(values > 0))
        found.shares += int(np.count_nonzero(share)) + int(np.count_nonzero(values == 1))
        texts = [
            (error.row, error.value)
            for error in rows.rejected
            if error.column == key[1] and _THRESHOLD.fullmatch(error.value)
        ]
        found.thresholds += len(texts)
        texts += [(int(rows.numbers[i]), f"{values[i]:g}") for i in np.flatnonzero(share)[:2]]
        found.examples += [f"row {row}: {text}" for row, text in texts[: 2 - len(found.examples)]]

    def warnings(self) -> list[DataWarning]:
        """Return the warnings about all rows so far."""
        found = [
            warning
            for key, outliers in self._outliers.items()
            for warning in _outlier_warnings(key, outliers)
        ]
        for (file, column, _), counts in self._currencies.items():
            if len(counts) > 1:
                listed = ", ".join(f"{currency} ({rows:,} rows)" for currency, rows in counts.most_common())
                found.append(DataWarning(
                    "several_currencies",
                    f"{file}, column {column!r} has several currencies: {listed}. Amounts are not converted.",
                    counts.total() - counts.most_common(1)[0][1],
                ))  # fmt: skip
        for (file, column, _), discounts in self._discounts.items():
            only_shares = discounts.values and discounts.values == discounts.shares
            if only_shares or discounts.thresholds:
                found.append(DataWarning(
                    "discount_rates",
                    f"{file}, column {column!r}: the discounts look like rates or thresholds, and are "
                    "read as amounts of money. State what they are: `discount: "
                    f"{{column: {column}, as: [threshold, rate]}}` (rate: share taken off; paid_rate: share "
                    "paid; percent).",
                    discounts.thresholds + (discounts.shares if only_shares else 0),
                    discounts.examples,
                ))  # fmt: skip
        sizes = [part.warning(file, column) for (file, column, _), part in self._sizes.items()]
        found += [warning for warning in sizes if warning]
        for (table, file), rows in self._left_out.items():
            if rows and not self._read[table, file]:
                found.append(DataWarning(
                    "all_left_out",
                    f"{file} ({table}): all {rows:,} rows were left out: check `where` and the columns of "
                    "campaigns and coupons.",
                    rows,
                ))  # fmt: skip
        statuses = warn_of_unlisted_statuses(self._kept)
        repeated = self._repeated.warnings() if self._repeated else []
        found += self._null_ids.warnings()
        found += [*self._conflicting.warnings(), *self._ids.warnings(), *self._untimed.warnings()]
        found += [*self._overlapping.warnings(), *self._shared_orders.warnings()]
        return [*found, *statuses, *repeated]


def _column(file: InputFile, name: str) -> _Column:
    return file.name, file.source.columns.get(name, name), name


def _outlier_warnings(key: _Column, outliers: Outliers) -> list[DataWarning]:
    file, column, name = key
    place = f"{file}, column {column!r}: "
    found = []
    if outliers.far:
        text = (
            f"{place}{_rows(outliers.far)} beyond 1,000 times the 99th percentile. They are loaded; correct "
        )
        text += "the file if they are wrong."
        found.append(DataWarning("far_figures", text, outliers.far, outliers.far_examples))
    if outliers.negatives:
        text = f"{place}{_rows(outliers.negatives)} negative. They are loaded as they are; if they take back "
        text += "something, leave them out with `where` (sign), or map a kind of returns."
        found.append(DataWarning("negative_figures", text, outliers.negatives, outliers.negative))
    if name == "value" and outliers.zeros:
        text = f"{place}{_rows(outliers.zeros)} 0."
        found.append(DataWarning("zero_amounts", text, outliers.zeros, outliers.zero))
    return found


def _rows(count: int) -> str:
    return f"{count:,} {'row is' if count == 1 else 'rows are'}"
