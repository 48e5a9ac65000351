"""Reads input files block by block, so that memory does not grow with the file.

A block is a fixed number of lines (or records), counted from the file's beginning. The ledger identifies a
block by its position and content, so lines appended to the file do not change earlier blocks.
"""

import csv
import gzip
import hashlib
import io
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import ImportFailed
from graph.importing.mapping.source import Source
from graph.importing.reading import lines
from graph.importing.reading.lines import Parsed

BLOCK_ROWS = 40_000
_CHUNK = 1 << 20
_MAX_LINE_BYTES = 64 << 20
# A larger block means that the file is not a table, or a decompression bomb.
_MAX_BLOCK_BYTES = 512 << 20
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_SUFFIXES = {".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}


@dataclass(frozen=True)
class Block:
    """A range of lines (or records) of a file, parsed on demand.

    Attributes
    ----------
    index
        Position among the file's blocks.
    first
        Number of its first line (the header is line 1) or record (from 1 in Parquet).
    length
        Number of lines or records.
    parse
        Parses the block.
    raw, records
        Its bytes, or its records for Parquet.
    """

    index: int
    first: int
    length: int
    parse: Callable[[], Parsed]
    raw: bytes = b""
    records: pa.RecordBatch | None = None

    def digest(self, length: int | None = None) -> str:
        """Return a digest of its first `length` lines or records (None: all)."""
        if self.records is not None:
            return _digest_of_records(self.records.slice(0, length))
        if length is None or length >= self.length:
            return _digest(self.raw)
        ends = np.flatnonzero(np.frombuffer(self.raw, dtype=np.uint8) == 10)
        return _digest(self.raw[: int(ends[length - 1]) + 1])


def _digest(content: bytes) -> str:
    # The last line may lack its line break until the file grows.
    return hashlib.blake2b(content.rstrip(b"\r\n"), digest_size=12).hexdigest()


def _digest_of_records(records: pa.RecordBatch) -> str:
    hashed = hashlib.blake2b(str(records.schema).encode(), digest_size=12)
    hashed.update(records.serialize())
    return hashed.hexdigest()


def format_of(path: Path, source: Source) -> str:
    """Return csv, tsv, jsonl or parquet: from the mapping, else by the file name."""
    if source.format:
        return source.format
    uncompressed = path.with_suffix("") if path.suffix in {".gz", ".zst"} else path
    return _SUFFIXES.get(uncompressed.suffix.lower(), "csv")


def open_decompressed(path: Path) -> BinaryIO:
    """Open `path` for reading, decompressing gzip and zstd. Raises ImportFailed."""
    with _open(path) as file:
        magic = file.read(4)
    if magic.startswith(_GZIP):
        return cast("BinaryIO", gzip.open(path, "rb"))
    if magic == _ZSTD:
        decompressed = pa.CompressedInputStream(pa.OSFile(str(path), "rb"), "zstd")
        return cast("BinaryIO", io.BufferedReader(decompressed))
    return _open(path)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ImportFailed(
            f"{path.name} cannot be read ({error.strerror}).", "Check that it exists and is readable."
        ) from error


def digest_and_count(path: Path, source: Source) -> tuple[str, int]:
    """Return the SHA-256 of a file and its number of rows (of lines, unless Parquet). Raises ImportFailed."""
    hashed = hashlib.sha256()
    with _open(path) as file:
        while chunk := file.read(_CHUNK):
            hashed.update(chunk)
    if format_of(path, source) == "parquet":
        return hashed.hexdigest(), int(_open_parquet(path).metadata.num_rows)
    count, last = 0, b"\n"
    try:
        with open_decompressed(path) as file:
            while chunk := file.read(_CHUNK):
                count += chunk.count(b"\n")
                last = chunk[-1:]
    except (OSError, EOFError) as error:
        raise ImportFailed(
            f"{path.name} cannot be decompressed: {error}.",
            "The file is damaged or incomplete; copy it again.",
        ) from error
    header = source.header is True and format_of(path, source) != "jsonl"
    return hashed.hexdigest(), max(0, count + (last != b"\n") - header)


def read_blocks(path: Path, source: Source, selected: list[str]) -> Iterator[Block]:
    """Yield the blocks of a file with its `selected` columns. Raises ImportFailed where it cannot be read."""
    kind = format_of(path, source)
    if kind == "parquet":
        yield from _parquet_blocks(path, selected)
    elif kind == "jsonl":
        yield from _text_blocks(path, source, selected, names=None)
    elif source.multiline:
        yield from _multiline_blocks(path, source, selected)
    else:
        names = read_header(path, source)
        if names:
            _check_columns(path, names, selected)
            yield from _text_blocks(path, source, selected, names)


def read_header(path: Path, source: Source) -> list[str]:
    """Return the column names; none for an empty file."""
    kind = format_of(path, source)
    if kind == "parquet":
        return list(_open_parquet(path).schema_arrow.names)
    if source.header is not True:
        return list(source.header)
    with _transcoded(path, source) as file:
        first = file.readline(_MAX_LINE_BYTES + 1)
    _check_line_length(path, first)
    if kind == "jsonl":
        return list(json.loads(first)) if first.strip() else []
    text = lines.decode_line(first.removeprefix(b"\xef\xbb\xbf"), source.encoding)
    if text is None:
        raise ImportFailed(
            f"{path.name} line 1: the header is not valid {' or '.join(source.encoding)}.",
            "Set the file's encoding in the mapping, for example `encoding: cp1252`.",
        )
    names = [name.strip() for name in next(csv.reader([text], delimiter=delimiter_of(path, source)), [])]
    duplicates = {name for name in names if names.count(name) > 1 and name}
    if duplicates:
        raise ImportFailed(
            f"{path.name}: column name {', '.join(sorted(duplicates))} occurs twice.",
            "Rename one of the columns.",
        )
    return names


def delimiter_of(path: Path, source: Source) -> str:
    """Return the delimiter: from the mapping, else by the format."""
    return source.delimiter or ("\t" if format_of(path, source) == "tsv" else ",")


def _check_columns(path: Path, names: list[str], selected: list[str]) -> None:
    missing = [name for name in selected if name not in names]
    if missing:
        raise ImportFailed(
            f"{path.name} has no column {', '.join(missing)}; its columns are {', '.join(names)}.",
            "Correct `columns` or `delimiter` in the mapping.",
        )


def _transcoded(path: Path, source: Source) -> BinaryIO:
    """Open the file as bytes with line feeds; UTF-16 and UTF-32 are transcoded to UTF-8."""
    file = open_decompressed(path)
    if lines.is_wide(source.encoding[0]):
        text = io.TextIOWrapper(file, source.encoding[0], errors="replace", newline="\n")
        return cast("BinaryIO", io.BufferedReader(lines.Utf8Stream(text)))
    return file


def _text_blocks(path: Path, source: Source, selected: list[str], names: list[str] | None) -> Iterator[Block]:
    parse = _parser(path, source, selected, names)
    has_header = source.header is True and names is not None
    number = 2 if has_header else 1
    for index, (raw, length) in enumerate(_split(path, source, skip=int(has_header))):
        yield Block(index, number, length, partial(parse, raw, number), raw)
        number += length


def _parser(
    path: Path, source: Source, selected: list[str], names: list[str] | None
) -> Callable[[bytes, int], Parsed]:
    encodings = tuple(source.encoding)
    if names is None:
        return partial(lines.parse_json, selected=selected, encodings=encodings)
    file_format = lines.DelimitedFormat(names, selected, delimiter_of(path, source), encodings)
    return partial(lines.parse_delimited, file_format=file_format)


def _split(path: Path, source: Source, skip: int) -> Iterator[tuple[bytes, int]]:
    """Yield (bytes, number of lines) of each block after the first `skip` lines."""
    buffer, started = b"", False
    try:
        with _transcoded(path, source) as file:
            while chunk := file.read(_CHUNK):
                if not started:
                    chunk, started = chunk.removeprefix(b"\xef\xbb\xbf"), True
                buffer += chunk
                while skip and b"\n" in buffer:
                    buffer, skip = buffer.partition(b"\n")[2], skip - 1
                if skip or buffer.count(b"\n") < BLOCK_ROWS:
                    _check_line_length(path, buffer)
                    _check_block_size(path, buffer)
                    continue
                ends = np.flatnonzero(np.frombuffer(buffer, dtype=np.uint8) == 10)
                bounds = [0, *(int(end) + 1 for end in ends[BLOCK_ROWS - 1 :: BLOCK_ROWS])]
                for start, end in zip(bounds[:-1], bounds[1:], strict=True):
                    yield buffer[start:end], BLOCK_ROWS
                buffer = buffer[bounds[-1] :]
    except (OSError, EOFError) as error:
        raise ImportFailed(
            f"{path.name} cannot be read to the end: {error}.",
            "The file is damaged or incomplete: copy it again and repeat the import. Loaded rows stay.",
        ) from error
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
    with _transcoded(path, source) as file:
        encoding = "utf-8" if lines.is_wide(source.encoding[0]) else source.encoding[0]
        text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        reader = csv.reader(text, delimiter=delimiter_of(path, source))
        if source.header is True:
            names = [name.strip().removeprefix("\ufeff") for name in next(reader, [])]
        if not names:
            return
        _check_columns(path, names, selected)
        first = 2 if source.header is True else 1
        numbered = enumerate((row for row in reader if row), start=first)
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


def _parquet_blocks(path: Path, selected: list[str]) -> Iterator[Block]:
    file = _open_parquet(path)
    _check_columns(path, list(file.schema_arrow.names), selected)
    number = 1
    for index, batch in enumerate(file.iter_batches(BLOCK_ROWS, columns=selected)):
        yield Block(index, number, batch.num_rows, partial(_columns, batch, number), records=batch)
        number += batch.num_rows


def _columns(batch: pa.RecordBatch, number: int) -> Parsed:
    numbers = np.arange(number, number + batch.num_rows)
    return Parsed(numbers, dict(zip(batch.schema.names, batch.columns, strict=True)), [])


def _open_parquet(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path, buffer_size=_CHUNK, pre_buffer=False)
    except (pa.ArrowInvalid, OSError) as error:
        raise ImportFailed(
            f"{path.name} is not a valid Parquet file: {error}.", "Check the file, or set its `format`."
        ) from error
