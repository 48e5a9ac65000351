"""Parquet files: plain columns, fields of nested columns by path, and elements of lists as rows."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from graph.errors import ImportFailed
from graph.importing.mapping.source import Source
from graph.importing.reading.block import Block
from graph.importing.reading.columns import require
from graph.importing.reading.json_paths import RECORD
from graph.importing.reading.json_rows import Extraction, RowBuilder
from graph.importing.reading.lines import Parsed
from graph.importing.reading.opening import damaged

_CHUNK = 1 << 20
_PLAIN = (
    pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean, pa.types.is_string,
    pa.types.is_large_string, pa.types.is_string_view, pa.types.is_timestamp, pa.types.is_date,
    pa.types.is_time,
)  # fmt: skip
"""Types with one plain value per row, which Arrow converts."""


def number_of_rows(path: Path) -> int:
    """Return the number of rows. Raises ImportFailed where `path` is no Parquet file."""
    return int(_open(path).metadata.num_rows)


def column_names(path: Path) -> list[str]:
    """Return the columns, and the paths of the fields of nested ones. Raises ImportFailed."""
    return [name for field in _open(path).schema_arrow for name, _ in _leaves(field, "")]


def _leaves(field: pa.Field, prefix: str) -> Iterator[tuple[str, pa.DataType]]:
    if pa.types.is_struct(field.type):
        for inner in field.type:
            yield from _leaves(inner, f"{prefix}{field.name}.")
    else:
        yield f"{prefix}{field.name}", field.type


def read_blocks(path: Path, source: Source, selected: list[str], length: int) -> Iterator[Block]:
    """Yield the blocks of a Parquet file. Raises ImportFailed."""
    file = _open(path)
    names = column_names(path)
    schema = file.schema_arrow
    by_record = not selected or read_by_record(path, source, selected)
    if by_record:
        wanted = {_top(name.removeprefix(RECORD), schema) for name in (*selected, source.rows or "")}
        columns = [name for name in schema.names if name in wanted or source.rows or not selected]
    else:
        require(path, selected, names)
        columns = selected
    number = 1
    try:
        for index, batch in enumerate(file.iter_batches(length, columns=columns)):
            parse = (
                partial(_parse_records, batch, number, Extraction(selected, source.rows))
                if by_record
                else partial(_parse_columns, batch, number, selected)
            )
            yield Block(index, number, batch.num_rows, parse, records=batch, rows=source.rows)
            number += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, error) from error


def has_lists(path: Path) -> bool:
    """Return whether values lie inside lists. Raises ImportFailed."""
    return any(not _is_plain(type_) for field in _open(path).schema_arrow for _, type_ in _leaves(field, ""))


def read_by_record(path: Path, source: Source, selected: Iterable[str]) -> bool:
    """Return whether columns lie inside lists, which differ from record to record. Raises ImportFailed."""
    schema = _open(path).schema_arrow
    plain = {name for field in schema for name, type_ in _leaves(field, "") if _is_plain(type_)}
    return bool(source.rows) or any(name not in plain and _top(name, schema) for name in selected)


def _is_plain(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return any(is_type(type_) for is_type in _PLAIN)


def _top(name: str, schema: pa.Schema) -> str:
    """Return the column that holds `name`, or an empty text."""
    return max(
        (top for top in schema.names if name == top or name.startswith((f"{top}.", f"{top}["))),
        key=len,
        default="",
    )


def _parse_columns(batch: pa.RecordBatch, number: int, selected: list[str]) -> Parsed:
    numbers = np.arange(number, number + batch.num_rows)
    return Parsed(numbers, {name: _column(batch, name) for name in selected}, [])


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    top = _top(name, batch.schema)
    column, rest = batch.column(top), name[len(top) + 1 :]
    while rest:
        part = max((field.name for field in column.type if _begins(rest, field.name)), key=len)
        column, rest = pc.struct_field(column, part), rest[len(part) + 1 :]
    # Arrow computes with no numbers of half precision.
    return column.cast(pa.float32()) if pa.types.is_float16(column.type) else column


def _begins(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}.")


def _parse_records(batch: pa.RecordBatch, number: int, extraction: Extraction) -> Parsed:
    builder = RowBuilder(extraction)
    for offset, record in enumerate(batch.to_pylist()):
        builder.add(number + offset, record)
    return builder.build()


def _open(path: Path) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(path, buffer_size=_CHUNK, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise ImportFailed(
            f"{path.name} is not a valid Parquet file: {error}.", "Check the file, or set its `format`."
        ) from error
    _refuse_equal_names(path, file.schema_arrow)
    return file


def _refuse_equal_names(path: Path, fields: Iterable[pa.Field]) -> None:
    """Refuse two columns of one name, also inside a nested one: a mapping could name neither."""
    fields = list(fields)
    if equal := sorted(name for name, count in Counter(field.name for field in fields).items() if count > 1):
        raise ImportFailed(
            f"{path.name}: column name {', '.join(equal)} occurs twice.", "Rename one of the columns."
        )
    for field in fields:
        if pa.types.is_struct(field.type):
            _refuse_equal_names(path, field.type)
