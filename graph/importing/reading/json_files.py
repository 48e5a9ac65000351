"""JSON files: lines, arrays, one object that holds an array, or objects that follow each other."""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal

from graph.errors import ImportFailed
from graph.importing.mapping.source import Source
from graph.importing.reading import lines
from graph.importing.reading.block import Block
from graph.importing.reading.json_paths import ABSENT, RECORD, lookup
from graph.importing.reading.json_rows import Extraction, parse_json
from graph.importing.reading.json_stream import JsonStream, Record, UnreadableRest
from graph.importing.reading.opening import check_is_text, damage_reported, format_of, open_text

_PEEK = 1 << 20
_LIST_OF_OBJECTS = re.compile(r"\[\s*\{")
_MAX_RECORD = 64 << 20
_LISTED_ELEMENTS = 100
MAX_BLOCK_BYTES = 512 << 20
"""A larger block means that the file is not a table, or a decompression bomb."""


@dataclass(frozen=True)
class Layout:
    """How the records of a file are laid out.

    Attributes
    ----------
    kind
        lines: one record per line. sequence: records or arrays of them. object: the file is one record.
        holder: one object that holds the array. empty: an object whose list has no elements.
    rows
        The part of `rows` that applies inside each record.
    path
        Keys to the array of a holder; empty: the first list of objects.
    """

    kind: Literal["lines", "sequence", "object", "holder", "empty"]
    rows: str | None = None
    path: tuple[str, ...] = ()


def layout_of(path: Path, source: Source, selected: Iterable[str]) -> Layout:
    """Return the layout of a JSON file. Raises ImportFailed where it cannot be read."""
    check_is_text(path, source)
    with damage_reported(path), open_text(path, source) as file:
        raw = file.read(_PEEK)
        whole = len(raw) < _PEEK
    encoding = "utf-8" if lines.is_wide(source.encoding[0]) else source.encoding[0]
    text = raw.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    first, _, rest = text.partition("\n")
    rest = rest.strip()
    record = _decoded(first)
    if record is not None and (rest.startswith("{") or not isinstance(record, dict | list)):
        return Layout("lines", source.rows)
    if text.startswith("["):
        return Layout("sequence", source.rows)
    if not text.startswith("{"):
        return Layout("lines", source.rows)
    if isinstance(record, dict) and (rest or format_of(path, source) == "jsonl"):
        return Layout("lines", source.rows)
    try:
        found, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        # The first of many lines is damaged, or an object is, or it is longer than what was read of it.
        is_lines = isinstance(_decoded(rest.partition("\n")[0]), dict) or (
            whole and (not _LIST_OF_OBJECTS.search(text) or (not rest and format_of(path, source) == "jsonl"))
        )
        return Layout("lines", source.rows) if is_lines else _holder(source)
    if text[end:].strip():
        return Layout("sequence", source.rows)
    return _layout_of_object(found, source, list(selected))


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _holder(source: Source) -> Layout:
    return Layout("holder", None, tuple(source.rows.split(".")) if source.rows else ())


def _layout_of_object(record: dict[str, Any], source: Source, selected: list[str]) -> Layout:
    """Decide whether a file that is one object is a record, or holds the array of records."""
    if source.rows:
        names = [name.removeprefix(RECORD) for name in selected if name.startswith(RECORD)]
        own = sum(lookup(record, name) is not ABSENT for name in names)
        # Records repeat keys of their holder, like the campaign of all that it lists.
        outer = _outer_elements(record, source.rows)
        theirs = sum(any(lookup(element, name) is not ABSENT for element in outer) for name in names)
        return Layout("object", source.rows) if own > theirs else _holder(source)
    if any(lookup(record, name) is not ABSENT for name in selected):
        return Layout("object")
    lists = [value for value in record.values() if isinstance(value, list)]
    if any(value and isinstance(value[0], dict) for value in lists):
        return Layout("holder")
    return Layout("empty") if lists and not any(lists) else Layout("object")


def _outer_elements(record: dict[str, Any], rows: str) -> list[Any]:
    """Return the first elements of the outermost list that `rows` leads through; none if it is the last."""
    for dot in re.finditer(r"\.", rows):
        found = lookup(record, rows[: dot.start()])
        if isinstance(found, list):
            return found[:_LISTED_ELEMENTS]
    return []


def list_of_records(path: Path, source: Source) -> str | None:
    """Return the key of the list of records in a file that is one object; None for any other layout."""
    if source.rows or layout_of(path, source, ()).kind != "holder":
        return None
    with damage_reported(path), open_text(path, source) as file:
        stream = JsonStream(_characters(file, source), _MAX_RECORD)
        try:
            stream.enter([])
        except (ValueError, RecursionError):
            return None
    return stream.entered


def read_record_blocks(
    path: Path, source: Source, selected: list[str], layout: Layout, length: int
) -> Iterator[Block]:
    """Yield blocks of `length` records of a file whose records are not its lines. Raises ImportFailed."""
    encodings = ("utf-8",) if lines.is_wide(source.encoding[0]) else tuple(source.encoding)
    first = 1
    for index, (rows, records) in enumerate(_record_lists(path, source, layout, length)):
        # Bytes that the encoding lacks come back as they were, for the other encodings to try.
        raw = b"".join(record.text.encode(encodings[0], "surrogateescape") + b"\n" for record in records)
        problems = {offset: record.problem for offset, record in enumerate(records) if record.problem}
        parse = partial(parse_json, raw, first, Extraction(selected, rows), encodings, problems)
        yield Block(index, first, len(records), parse, raw, rows=rows)
        first += len(records)


def _record_lists(
    path: Path, source: Source, layout: Layout, length: int
) -> Iterator[tuple[str | None, list[Record]]]:
    """Yield lists of records, each with the path of the rows inside a record."""
    if layout.kind == "empty":
        return
    rows, done = layout.rows, 0
    with damage_reported(path), open_text(path, source) as file:
        stream = JsonStream(_characters(file, source), _MAX_RECORD)
        try:
            if layout.kind == "holder":
                rows = ".".join(stream.enter(list(layout.path))) or None
            for part, problem in _parts(stream.records(inside=layout.kind == "holder"), path, length):
                yield rows, part
                done += len(part)
                if problem:
                    raise ImportFailed(
                        f"{path.name} cannot be read to the end: record {done + 1} is not valid JSON, and no "
                        f"record is found behind it ({problem}).",
                        "Correct it, or export the file again. Loaded rows stay.",
                    )
        except (ValueError, RecursionError) as error:
            raise ImportFailed(
                f"{path.name} is one JSON object, and its records are not found: {error}.",
                "Name the list of the records with `rows` in the mapping, for example `rows: data.orders`.",
            ) from error


def _parts(
    records: Iterator[Record], path: Path, length: int
) -> Iterator[tuple[list[Record], UnreadableRest | None]]:
    """Yield lists of `length` records; the last one with the problem behind it, if the rest is unreadable."""
    part: list[Record] = []
    size = 0
    try:
        for record in records:
            part.append(record)
            size += len(record.text)
            if size > MAX_BLOCK_BYTES:
                raise ImportFailed(
                    f"{path.name}: fewer than {length:,} records take more than {MAX_BLOCK_BYTES >> 20} MiB.",
                    "Split the file, or remove what is not needed.",
                )
            if len(part) == length:
                yield part, None
                part, size = [], 0
    except UnreadableRest as problem:
        yield part, problem
        return
    if part:
        yield part, None


def _characters(file: BinaryIO, source: Source) -> Callable[[int], str]:
    """Return a function that reads characters; bytes that the encoding lacks become surrogates."""
    encoding = "utf-8" if lines.is_wide(source.encoding[0]) else source.encoding[0]
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogateescape")

    def read(size: int) -> str:
        while chunk := file.read(size):
            if text := decoder.decode(chunk):
                return text
        return decoder.decode(b"", final=True)

    return read


def estimate_records(path: Path, source: Source, size: int) -> int:
    """Estimate the number of records in `size` bytes of text from those at its beginning."""
    layout = layout_of(path, source, [])
    sizes: list[int] = []
    for _, records in _record_lists(path, source, layout, 100):
        sizes = [len(record.text) + 2 for record in records]
        break
    return round(size * len(sizes) / sum(sizes)) if sizes else 0
