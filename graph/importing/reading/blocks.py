"""Reads input files block by block, so that memory does not grow with the file.

A block is a fixed number of lines (or records), counted from the file's beginning. The ledger identifies a
block by its position and content, so lines appended to the file do not change earlier blocks.
"""

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from graph.errors import ImportFailed
from graph.importing.mapping.source import Source
from graph.importing.reading import kept_sheets, lines, parquet, sheets
from graph.importing.reading.block import Block as Block
from graph.importing.reading.columns import require, unique_names
from graph.importing.reading.json_files import estimate_records, layout_of, read_record_blocks
from graph.importing.reading.json_rows import Extraction, parse_json
from graph.importing.reading.lines import Parsed
from graph.importing.reading.opening import check_is_text, checksum_of, damage_reported, open_text
from graph.importing.reading.opening import format_of as format_of
from graph.importing.reading.opening import open_decompressed as open_decompressed

BLOCK_ROWS = 40_000
_CHUNK = 1 << 20
_MAX_LINE_BYTES = 64 << 20
# A larger block means that the file is not a table, or a decompression bomb.
_MAX_BLOCK_BYTES = 512 << 20
JSON = ("json", "jsonl")


def digest_and_count(path: Path, source: Source) -> tuple[str, int]:
    """Return the SHA-256 of a file and its number of rows (lines of text, about that of other files).

    Raises ImportFailed.
    """
    checksum = checksum_of(path)
    kind = format_of(path, source)
    if kind == "parquet":
        return checksum, parquet.number_of_rows(path)
    if kind == "xlsx":
        return checksum, sheets.number_of_rows(path, source)
    count, size, last = 0, 0, b"\n"
    with damage_reported(path), open_decompressed(path) as file:
        while chunk := file.read(_CHUNK):
            count += chunk.count(b"\n")
            size += len(chunk)
            last = chunk[-1:]
    if kind in JSON and layout_of(path, source, []).kind != "lines":
        return checksum, estimate_records(path, source, size)
    above = 0 if kind in JSON else _rows_above(source)
    return checksum, max(0, count + (last != b"\n") - above)


def read_blocks(path: Path, source: Source, selected: list[str]) -> Iterator[Block]:
    """Yield the blocks of a file with its `selected` columns. Raises ImportFailed where it cannot be read."""
    kind = format_of(path, source)
    if kind == "parquet":
        yield from parquet.read_blocks(path, source, selected, BLOCK_ROWS)
    elif kind == "xlsx":
        yield from kept_sheets.read_blocks(path, source, selected, BLOCK_ROWS)
    elif kind in JSON:
        layout = layout_of(path, source, selected)
        if layout.kind == "lines":
            parse = partial(
                parse_json, extraction=Extraction(selected, source.rows), encodings=tuple(source.encoding)
            )
            yield from _text_blocks(path, source, parse, rows=source.rows)
        else:
            yield from read_record_blocks(path, source, selected, layout, BLOCK_ROWS)
    elif source.multiline:
        yield from _multiline_blocks(path, source, selected)
    elif names := read_header(path, source):
        require(path, selected, names)
        file_format = lines.DelimitedFormat(
            names, selected, delimiter_of(path, source), tuple(source.encoding)
        )
        parse = partial(lines.parse_delimited, file_format=file_format)
        yield from _text_blocks(path, source, parse, skip=_rows_above(source))


def read_header(path: Path, source: Source) -> list[str]:
    """Return the column names of a file that is not JSON; none for an empty file. Raises ImportFailed."""
    kind = format_of(path, source)
    if kind == "parquet":
        return parquet.column_names(path)
    if kind == "xlsx":
        return sheets.read_header(path, source)
    check_is_text(path, source)
    if source.header is not True:
        return unique_names(path, source.header)
    number = source.skip_rows + 1
    with damage_reported(path), open_text(path, source) as file:
        for _ in range(number):
            header = file.readline(_MAX_LINE_BYTES + 1)
            _check_line_length(path, header)
    text = lines.decode_line(header.removeprefix(b"\xef\xbb\xbf"), source.encoding)
    if text is None:
        raise ImportFailed(
            f"{path.name} line {number}: the header is not valid {' or '.join(source.encoding)}.",
            "Set the file's encoding in the mapping, for example `encoding: cp1252`.",
        )
    try:
        names = next(csv.reader([text], delimiter=delimiter_of(path, source)), [])
    except csv.Error as error:
        problem = lines.CARRIAGE_RETURNS if "\r" in text.rstrip("\r\n") else f"cannot be read: {error}"
        raise ImportFailed(
            f"{path.name} line {number}: the header {problem}.",
            "It should name the columns in one line of text; set `format` if the file is something else.",
        ) from error
    return unique_names(path, names)


def delimiter_of(path: Path, source: Source) -> str:
    """Return the delimiter: from the mapping, else by the format."""
    return source.delimiter or ("\t" if format_of(path, source) == "tsv" else ",")


def _text_blocks(
    path: Path,
    source: Source,
    parse: Callable[[bytes, int], Parsed],
    *,
    skip: int = 0,
    rows: str | None = None,
) -> Iterator[Block]:
    number = skip + 1
    for index, (raw, length) in enumerate(_split(path, source, skip)):
        yield Block(index, number, length, partial(parse, raw, number), raw, rows=rows)
        number += length


def _rows_above(source: Source) -> int:
    """Return the number of lines above the first row of data."""
    return source.skip_rows + (source.header is True)


def _split(path: Path, source: Source, skip: int) -> Iterator[tuple[bytes, int]]:
    """Yield (bytes, number of lines) of each block after the first `skip` lines."""
    buffer, started = b"", False
    breaks = 0  # Those of the buffer: counting anew with each chunk would be slow where one line is long.
    with damage_reported(path), open_text(path, source) as file:
        while chunk := file.read(_CHUNK):
            if not started:
                chunk, started = chunk.removeprefix(b"\xef\xbb\xbf"), True
            buffer += chunk
            breaks += chunk.count(b"\n")
            while skip and breaks:
                buffer, skip, breaks = buffer.partition(b"\n")[2], skip - 1, breaks - 1
            if skip or breaks < BLOCK_ROWS:
                _check_line_length(path, buffer)
                _check_block_size(path, buffer)
                continue
            ends = np.flatnonzero(np.frombuffer(buffer, dtype=np.uint8) == 10)
            bounds = [0, *(int(end) + 1 for end in ends[BLOCK_ROWS - 1 :: BLOCK_ROWS])]
            for start, end in zip(bounds[:-1], bounds[1:], strict=True):
                yield buffer[start:end], BLOCK_ROWS
            buffer, breaks = buffer[bounds[-1] :], breaks % BLOCK_ROWS
    if buffer and not skip:
        yield buffer, buffer.count(b"\n") + (not buffer.endswith(b"\n"))


def _check_line_length(path: Path, buffer: bytes) -> None:
    if len(buffer) > _MAX_LINE_BYTES and buffer.count(b"\n") == 0:
        raise ImportFailed(
            f"{path.name} has no line break in {_MAX_LINE_BYTES >> 20} MiB.",
            "It should be text with one row per line; if not, set its `format` in the mapping.",
        )


def _check_block_size(path: Path, buffer: bytes) -> None:
    if len(buffer) > _MAX_BLOCK_BYTES:
        raise ImportFailed(
            f"{path.name}: fewer than {BLOCK_ROWS:,} lines take more than {_MAX_BLOCK_BYTES >> 20} MiB.",
            "It should be a table with one row per line; remove columns that are not needed.",
        )


def _multiline_blocks(path: Path, source: Source, selected: list[str]) -> Iterator[Block]:
    names = read_header(path, source)
    with damage_reported(path), open_text(path, source) as file:
        encoding = "utf-8" if lines.is_wide(source.encoding[0]) else source.encoding[0]
        text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        for _ in range(source.skip_rows):
            text.readline()
        reader = csv.reader(text, delimiter=delimiter_of(path, source))
        if source.header is True:
            names = [name.strip().removeprefix("\ufeff") for name in next(reader, [])]
        if not names:
            return
        require(path, selected, names)
        numbered = enumerate((row for row in reader if row), start=_rows_above(source) + 1)
        for index in itertools.count():
            try:
                rows = list(itertools.islice(numbered, BLOCK_ROWS))
            except csv.Error as error:
                raise ImportFailed(
                    f"{path.name} near line {reader.line_num}: {error}.",
                    "Close the open quotation mark, or set `multiline: false` in the mapping.",
                ) from error
            if not rows:
                return
            yield _block_of_rows(index, rows, names, selected)


def _block_of_rows(
    index: int, rows: list[tuple[int, list[str]]], names: list[str], selected: list[str]
) -> Block:
    raw = b"".join(json.dumps(row).encode() + b"\n" for _, row in rows)
    return Block(index, rows[0][0], len(rows), partial(lines.parse_split_rows, rows, names, selected), raw)
