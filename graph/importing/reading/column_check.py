"""Checks, before a job begins, that each file has the columns that the mapping names."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from graph.errors import ImportFailed
from graph.importing.mapping.source import Source
from graph.importing.reading import parquet, sheets
from graph.importing.reading.blocks import JSON, Block, format_of, read_blocks, read_header
from graph.importing.reading.columns import missing_columns, nearest
from graph.importing.reading.json_paths import (
    ABSENT,
    RECORD,
    alternatives,
    flatten,
    lists_of_objects,
    nested_lists,
)
from graph.importing.reading.json_rows import Element, Extraction
from graph.importing.reading.lines import decode_line

_LISTED_RECORDS = 1_000


def absent_columns(path: Path, source: Source, selected: list[str]) -> tuple[list[str], list[str]]:
    """Return which of the `selected` columns a file lacks, and the names of its columns.

    The columns of a JSON file are those of all its records: a key counts as present where any has it. A file
    without rows lacks nothing.

    Raises
    ------
    ImportFailed
        The file cannot be read, no record has the list that `rows` names, or a formula has no value.
    """
    kind = format_of(path, source)
    if kind in JSON or (kind == "parquet" and parquet.read_by_record(path, source, selected)):
        return _absent_paths(path, source, selected)
    names = read_header(path, source)
    present = set(names)
    absent = [name for name in selected if names and name not in present]
    if kind == "xlsx" and names and not absent:
        sheets.check_formulas(path, source, selected)
    return absent, names


def check_columns(path: Path, source: Source, selected: list[str]) -> None:
    """Raise ImportFailed where a file lacks one of the `selected` columns; it lists similar names."""
    absent, names = absent_columns(path, source, selected)
    if absent:
        raise missing_columns(path, absent, names)


def _absent_paths(path: Path, source: Source, selected: list[str]) -> tuple[list[str], list[str]]:
    # Each of several alternatives must occur.
    absent = list(dict.fromkeys(path for name in selected for path in _alternatives(name)))
    names, lists = dict[str, None](), dict[str, None]()
    seen, rows_seen = 0, False
    for block in read_blocks(path, source, selected):
        # Only a block with the last key of a path can have the path.
        if seen >= _LISTED_RECORDS and rows_seen and not any(_may_have(block, name) for name in absent):
            continue
        rows = block.rows
        for record in records_of(block, source):
            extraction = Extraction(absent, rows)
            elements = extraction.elements(record)
            rows_seen = rows_seen or elements is not None
            if seen < _LISTED_RECORDS:
                names |= dict.fromkeys(column_paths(elements or (), rows))
                lists |= dict.fromkeys(lists_of_objects(record))
            seen += 1
            found: set[str] = set()
            for element in elements or ():
                values = extraction.values(element) if isinstance(element.value, dict) else ()
                found |= {name for name, value in zip(absent, values, strict=False) if value is not ABSENT}
            if found:
                absent = [name for name in absent if name not in found]
        if rows_seen and not absent:
            return [], list(names)
    if seen and not rows_seen:
        raise _no_list(path, source.rows or "", list(lists))
    return (absent if names else []), list(names)


def _alternatives(name: str) -> list[str]:
    prefix = RECORD if name.startswith(RECORD) else ""
    return [prefix + path for path in alternatives(name.removeprefix(RECORD))]


def records_of(block: Block, source: Source) -> Iterator[dict[str, Any]]:
    """Yield the valid records of a block of JSON or Parquet."""
    if block.records is not None:
        yield from block.records.to_pylist()
        return
    for line in block.raw.split(b"\n"):
        try:
            record = json.loads(decode_line(line, source.encoding) or "")
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            yield record


def column_paths(elements: Iterable[Element], rows: str | None) -> Iterator[str]:
    """Yield the paths of the columns of a record's rows; with `rows`, also those of the record itself."""
    for record, value in elements:
        if isinstance(value, dict):
            yield from (name for name, _ in flatten(value))
        if rows:
            yield from (f"{RECORD}{name}" for name, _ in flatten(record) if not name.startswith(f"{rows}["))


def list_paths(elements: Iterable[Element], rows: str | None) -> Iterator[tuple[str, list[str]]]:
    """Yield the paths of lists inside a record's rows, and those of the values in them."""
    for record, value in elements:
        if isinstance(value, dict):
            yield from nested_lists(value)
        if rows:
            of_record = nested_lists(record, RECORD)
            yield from (
                (name, names) for name, names in of_record if not f"{RECORD}{rows}.".startswith(f"{name}.")
            )


def _may_have(block: Block, name: str) -> bool:
    if block.records is not None:
        return True
    last = [part for part in re.split(r"[.\[\]]", name) if part and not part.isdecimal() and "=" not in part]
    # A key beyond ASCII may be written with escapes.
    return not last or not last[-1].isascii() or f'{last[-1]}"'.encode() in block.raw


def _no_list(path: Path, rows: str, lists: list[str]) -> ImportFailed:
    similar = nearest(rows, lists)
    hint = f" (did you mean {similar}?)" if similar else ""
    return ImportFailed(
        f"{path.name} has no list {rows}{hint}; its lists of objects are {', '.join(lists) or 'none'}.",
        "Correct `rows` in the mapping.",
    )
