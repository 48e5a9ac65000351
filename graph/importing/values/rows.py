"""Converts a block into rows of the contract; every rejected value keeps its reason."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.contract import TABLES, Field
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.source import Source
from graph.importing.reading.blocks import Block
from graph.importing.reading.cells import texts as texts_of
from graph.importing.reading.lines import Parsed, RowError
from graph.importing.values.convert import convert, next_midnight


@dataclass
class Rows:
    """Rows of one table: typed columns of equal length, and the line number of each row."""

    table: str
    numbers: NDArray[np.int64]
    columns: dict[str, pa.Array]
    rejected: list[RowError]
    left_out: int = 0
    """Rows that the mapping's `where` excludes."""

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def read(self) -> int:
        """Number of valid and rejected rows."""
        return len(self.numbers) + len(self.rejected)

    def between(self, first: int, end: int) -> "Rows":
        """Return the rows, rejected ones included, whose numbers are in [first, end)."""
        part = self.filter((self.numbers >= first) & (self.numbers < end))
        part.rejected = [error for error in self.rejected if first <= error.row < end]
        return part

    def filter(self, keep: NDArray[np.bool_]) -> "Rows":
        """Return the rows where `keep` is True, without rejected ones."""
        mask = pa.array(keep)
        columns = {name: column.filter(mask) for name, column in self.columns.items()}
        return Rows(self.table, self.numbers[keep], columns, [])


def mapped_columns(source: Source) -> list[str]:
    """Return the columns of the file that the mapping uses."""
    return list(dict.fromkeys([*source.columns.values(), *source.attributes.values(), *source.where]))


def validate(block: Block, table: str, source: Source, mapping: Mapping) -> Rows:
    """Parse and convert the rows of `block`; a row is rejected for its first invalid value."""
    value_format = mapping.value_format(source)
    parsed = block.parse()
    keep = _filter_mask(parsed, source)
    left_out = int((~keep).sum())
    numbers, raw = parsed.numbers[keep], parsed.columns
    if left_out:
        raw = {name: column.filter(pa.array(keep)) for name, column in raw.items()}
    ok = np.ones(len(numbers), dtype=bool)
    rejected: list[RowError] = []
    columns: dict[str, pa.Array] = {}
    for field in TABLES[table].fields:
        raw_column = _raw_column(field, source, raw, len(numbers))
        if raw_column is None:
            continue
        converted = convert(raw_column, field.kind, value_format)
        columns[field.name] = converted.values
        name = source.columns.get(field.name, field.name)
        rejected += _reject(ok, converted.bad, numbers, name, raw_column, converted.reason)
        if field.required:
            absent = ~converted.values.is_valid().to_numpy(zero_copy_only=False)
            rejected += _reject(ok, absent, numbers, name, raw_column, "is missing")
    if table == "behaviours":
        known = pc.is_in(columns["kind"], value_set=pa.array(list(mapping.kinds), pa.string()))
        unknown = ~np.asarray(known.to_numpy(zero_copy_only=False), dtype=bool)
        reason = f"is none of the mapping's kinds ({', '.join(mapping.kinds)})"
        rejected += _reject(ok, unknown, numbers, source.columns.get("kind", "kind"), columns["kind"], reason)
    if table == "campaigns":
        if source.end_is_last_day:
            columns["ends"] = next_midnight(columns["ends"], value_format.zone)
        late = pc.fill_null(pc.greater_equal(columns["starts"], columns["ends"]), False)
        ends = source.columns.get("ends", "ends")
        backwards = np.asarray(late.to_numpy(zero_copy_only=False), dtype=bool)
        rejected += _reject(
            ok, backwards, numbers, ends, raw.get(ends, columns["ends"]), "is not after its start"
        )
    for name, column in source.attributes.items():
        columns[f"attributes.{name}"] = convert(raw[column], "text", value_format).values
    good = Rows(table, numbers, columns, []) if ok.all() else Rows(table, numbers, columns, []).filter(ok)
    good.rejected = sorted([*parsed.errors, *rejected])
    good.left_out = left_out
    return good


def with_file_columns(errors: list[RowError], source: Source) -> list[RowError]:
    """Replace the contract's field names by the file's column names."""
    return [error._replace(column=source.columns.get(error.column, error.column)) for error in errors]


def _filter_mask(parsed: Parsed, source: Source) -> NDArray[np.bool_]:
    keep = np.ones(len(parsed.numbers), dtype=bool)
    for column, texts in source.where.items():
        trimmed = pc.utf8_trim_whitespace(texts_of(parsed.columns[column]))
        keep &= np.asarray(
            pc.is_in(trimmed, value_set=pa.array(texts)).to_numpy(zero_copy_only=False), dtype=bool
        )
    return keep


def _raw_column(field: Field, source: Source, raw: dict[str, pa.Array], length: int) -> pa.Array | None:
    if field.name in source.columns:
        return raw[source.columns[field.name]]
    if field.name in source.constants:
        return pa.repeat(pa.scalar(source.constants[field.name], pa.string()), length)
    return None


def _reject(
    ok: NDArray[np.bool_],
    bad: NDArray[np.bool_],
    numbers: NDArray[np.int64],
    column: str,
    raw_column: pa.Array,
    reason: str,
) -> list[RowError]:
    """Set `ok` to False for the bad rows and return their errors; skip rows that are False already."""
    positions = np.flatnonzero(bad & ok)
    ok[positions] = False
    texts = texts_of(raw_column.take(pa.array(positions))) if len(positions) else []
    return [
        RowError(int(number), column, str(text.as_py() or "")[:200], reason)
        for number, text in zip(numbers[positions], texts, strict=True)
    ]
