"""A sample of a file: the texts of its columns, in every format."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.mapping.source import Source
from graph.importing.reading import parquet
from graph.importing.reading.blocks import JSON, format_of, read_blocks, read_header
from graph.importing.reading.cells import is_cells, is_text, texts
from graph.importing.reading.column_check import column_paths, list_paths, records_of
from graph.importing.reading.json_paths import lists_of_objects
from graph.importing.reading.json_rows import Extraction

Typed = Literal["number", "time"]


@dataclass(frozen=True)
class Sample:
    """The first rows of a file.

    Attributes
    ----------
    columns
        Texts of each column; None where a value is missing. Columns of JSON are named by their paths.
    typed
        Columns whose values the file itself types: their format needs no decision.
    row_lists
        Paths of lists of objects, whose elements `rows` could make the rows (JSON, Parquet).
    lists_in_rows
        Lists of objects inside the rows, by the path that columns have, with the paths of their values.
    """

    columns: dict[str, list[str | None]]
    typed: dict[str, Typed] = field(default_factory=dict)
    row_lists: list[str] = field(default_factory=list)
    lists_in_rows: dict[str, list[str]] = field(default_factory=dict)


def sample(path: Path, source: Source, rows: int = 2_000) -> Sample:
    """Return the first rows of a file. Raises ImportFailed where it cannot be read.

    Parameters
    ----------
    path
        The file.
    source
        How to read it; its `columns` do not matter.
    rows
        Most rows to return.
    """
    names, row_lists, lists_in_rows = _names(path, source, rows)
    block = next(read_blocks(path, source, names), None)
    if block is None:
        return Sample({name: [] for name in names}, row_lists=row_lists, lists_in_rows=lists_in_rows)
    parsed = block.parse()
    columns = {name: parsed.columns[name][:rows] for name in names}
    return Sample(
        {name: texts(column).to_pylist() for name, column in columns.items()},
        {name: kind for name, column in columns.items() if (kind := _type_of(column))},
        row_lists,
        lists_in_rows,
    )


def column_names(path: Path, source: Source, rows: int = 2_000) -> list[str]:
    """Return the names of a file's columns; for JSON, the paths of the values in the first records."""
    return _names(path, source, rows)[0]


def _names(path: Path, source: Source, rows: int) -> tuple[list[str], list[str], dict[str, list[str]]]:
    kind = format_of(path, source)
    if kind not in JSON and not (kind == "parquet" and parquet.has_lists(path)):
        return [name for name in read_header(path, source) if name], [], {}
    names: dict[str, None] = {}
    row_lists: dict[str, None] = {}
    lists_in_rows: dict[str, dict[str, None]] = defaultdict(dict)
    for block in read_blocks(path, source, []):
        extraction = Extraction([], block.rows)
        for position, record in enumerate(records_of(block, source)):
            if position == rows:
                break
            elements = extraction.elements(record) or ()
            names |= dict.fromkeys(column_paths(elements, block.rows))
            for path_of_list, columns in list_paths(elements, block.rows):
                lists_in_rows[path_of_list] |= dict.fromkeys(columns)
            row_lists |= dict.fromkeys(lists_of_objects(record))
        break
    # A name with half of a surrogate pair, as JSON can have, fits into no mapping.
    return (
        list(filter(is_text, names)),
        list(filter(is_text, row_lists)),
        {name: list(filter(is_text, columns)) for name, columns in lists_in_rows.items() if is_text(name)},
    )


def _type_of(column: pa.Array) -> Typed | None:
    if not is_cells(column):
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
            return "time"
        is_number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
        return "number" if is_number or pa.types.is_decimal(column.type) else None
    present = len(column) - pc.struct_field(column, "text").null_count
    for kind in ("number", "time"):
        if present and len(column) - pc.struct_field(column, kind).null_count == present:
            return kind
    return None
