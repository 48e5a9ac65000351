"""Parses the lines of a block: with Arrow where all lines are valid, else line by line.

Every line becomes a row or a `RowError` with the reason.
"""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray


class RowError(NamedTuple):
    """A rejected line or value: row number, column of the file (or empty), text and reason."""

    row: int
    column: str
    value: str
    reason: str


class Parsed(NamedTuple):
    """Line numbers and columns of the valid rows, and the errors of the others."""

    numbers: NDArray[np.int64]
    columns: dict[str, pa.Array]
    errors: list[RowError]


@dataclass(frozen=True)
class DelimitedFormat:
    """Columns, delimiter and encodings of a delimited file."""

    names: list[str]
    selected: list[str]
    delimiter: str
    encodings: tuple[str, ...]


class Utf8Stream(io.RawIOBase):
    """Encodes a text stream as UTF-8 bytes."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._buffer = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` and return the number of bytes; 0 at the end."""
        if not self._buffer:
            self._buffer = self._text.read(len(buffer)).encode("utf-8", errors="replace")
        part = self._buffer[: len(buffer)]
        buffer[: len(part)] = part
        self._buffer = self._buffer[len(part) :]
        return len(part)

    def close(self) -> None:
        """Close the text stream as well."""
        self._text.close()
        super().close()


CARRIAGE_RETURNS = "has lines that end in a carriage return alone; save the file with line feeds"


@lru_cache
def is_wide(encoding: str) -> bool:
    """Return whether a line feed takes more than one byte."""
    return len("\n".encode(encoding)) > 1


def decode_line(line: bytes, encodings: Sequence[str]) -> str | None:
    """Decode a line with the first encoding that fits, or return None."""
    if is_wide(encodings[0]):
        encodings = ("utf-8",)  # Already transcoded.
    for encoding in encodings:
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def parse_delimited(raw: bytes, number: int, file_format: DelimitedFormat) -> Parsed:
    """Parse CSV or TSV lines; `number` is the line number of the first."""
    lines = raw.count(b"\n") + (not raw.endswith(b"\n"))
    if _is_utf8(file_format.encodings[0]) and b"\0" not in raw:
        try:
            table = _parse_at_once(raw, file_format)
        except pa.ArrowInvalid:
            table = None  # Ragged lines, or bytes that are not UTF-8.
        if table is not None and table.num_rows == lines:
            columns = {name: table.column(name).combine_chunks() for name in file_format.selected}
            return Parsed(np.arange(number, number + lines), columns, [])
    return _parse_line_by_line(raw, number, file_format)


def _is_utf8(encoding: str) -> bool:
    return is_wide(encoding) or codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}


def _parse_at_once(raw: bytes, file_format: DelimitedFormat) -> pa.Table:
    return pyarrow.csv.read_csv(
        pa.BufferReader(raw),
        pyarrow.csv.ReadOptions(column_names=file_format.names, use_threads=False, block_size=len(raw) + 1),
        pyarrow.csv.ParseOptions(delimiter=file_format.delimiter),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(file_format.names, pa.string()),
            include_columns=file_format.selected or None,
            strings_can_be_null=False,
        ),
    )


def _parse_line_by_line(raw: bytes, number: int, file_format: DelimitedFormat) -> Parsed:
    rows: list[tuple[int, list[str]]] = []
    errors = []
    for offset, line in enumerate(raw.removesuffix(b"\n").split(b"\n")):
        if not line.strip(b"\r"):
            continue  # Skip empty lines.
        text = decode_line(line, file_format.encodings)
        if text is None or "\0" in text:
            errors.append(encoding_error(number + offset, line, file_format.encodings, text))
            continue
        text = text.rstrip("\r")
        if '"' not in text and "\r" not in text and len(text) < csv.field_size_limit():
            # As a reader does, which takes several times as long to make for each line.
            rows.append((number + offset, text.split(file_format.delimiter)))
            continue
        try:
            (values,) = csv.reader([text], delimiter=file_format.delimiter, strict=True)
        except (csv.Error, ValueError):
            reason = (
                CARRIAGE_RETURNS
                if "\r" in text and '"' not in text
                else "has an unclosed quote or text after a quote; for line breaks in values, set `multiline`"
            )
            errors.append(RowError(number + offset, "", text[:200], reason))
            continue
        rows.append((number + offset, values))
    parsed = parse_split_rows(rows, file_format.names, file_format.selected)
    return Parsed(parsed.numbers, parsed.columns, errors + parsed.errors)


def encoding_error(row: int, line: bytes, encodings: Sequence[str], text: str | None) -> RowError:
    """Return the error of a line with bytes that no encoding has, or with a NUL byte (`text` is given)."""
    escaped = line.decode("utf-8", errors="backslashreplace").replace("\0", "\\x00")[:200]
    if text is not None:
        return RowError(row, "", escaped, "contains a NUL byte")
    reason = f"is not valid {' or '.join(encodings)}; add its encoding to `encoding`"
    return RowError(row, "", escaped, reason)


def parse_split_rows(rows: list[tuple[int, list[str]]], names: list[str], selected: list[str]) -> Parsed:
    """Build the `selected` columns from rows split into values; reject rows with another number of values."""
    width = len(names)
    valid = [(number, values) for number, values in rows if len(values) == width]
    errors = [
        RowError(number, "", ", ".join(values)[:200], f"has {len(values)} values for {width} columns")
        for number, values in rows
        if len(values) != width
    ]
    columns = {}
    for name in selected:
        position = names.index(name)
        columns[name] = pa.array([values[position] for _, values in valid], pa.string())
    return Parsed(np.array([number for number, _ in valid], dtype=np.int64), columns, errors)
