"""Parses the lines of a block: fast where all is well, line by line where anything is odd.

Every line ends up as a row or as a `Damage` that says why it is none.
"""

import codecs
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray


class Damage(NamedTuple):
    """A line or a value that was refused."""

    row: int
    column: str
    value: str
    reason: str


class Parsed(NamedTuple):
    """The rows found, and the lines that are none."""

    numbers: NDArray[np.int64]
    columns: dict[str, pa.Array]
    damaged: list[Damage]


@dataclass(frozen=True)
class Shape:
    """How the lines of a delimited file are laid out."""

    names: list[str]
    wanted: list[str]
    delimiter: str
    encodings: tuple[str, ...]


class Utf8Stream(io.RawIOBase):
    """A text stream as UTF-8 bytes."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._left = b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end."""
        if not self._left:
            self._left = self._text.read(len(buffer)).encode("utf-8", errors="replace")
        part = self._left[: len(buffer)]
        buffer[: len(part)] = part
        self._left = self._left[len(part) :]
        return len(part)

    def close(self) -> None:
        """Close the text stream as well."""
        self._text.close()
        super().close()


def is_wide(encoding: str) -> bool:
    """Whether a line feed takes more than one byte."""
    return len("\n".encode(encoding)) > 1


def decode_line(line: bytes, encodings: Sequence[str]) -> str | None:
    """The line in the first encoding that fits, or None."""
    if is_wide(encodings[0]):
        encodings = ("utf-8",)  # Transcoded already.
    for encoding in encodings:
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def parse_delimited(raw: bytes, number: int, shape: Shape) -> Parsed:
    """The rows of CSV or TSV lines; `number` is that of the first line."""
    lines = raw.count(b"\n") + (not raw.endswith(b"\n"))
    if _is_utf8(shape.encodings[0]) and b"\0" not in raw:
        try:
            table = _parse_at_once(raw, shape)
        except pa.ArrowInvalid:
            table = None  # Ragged lines, or bytes that are no UTF-8.
        if table is not None and table.num_rows == lines:
            columns = {name: table.column(name).combine_chunks() for name in shape.wanted}
            return Parsed(np.arange(number, number + lines), columns, [])
    return _parse_line_by_line(raw, number, shape)


def _is_utf8(encoding: str) -> bool:
    return is_wide(encoding) or codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}


def _parse_at_once(raw: bytes, shape: Shape) -> pa.Table:
    return pyarrow.csv.read_csv(
        pa.BufferReader(raw),
        pyarrow.csv.ReadOptions(column_names=shape.names, use_threads=False, block_size=len(raw) + 1),
        pyarrow.csv.ParseOptions(delimiter=shape.delimiter),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(shape.names, pa.string()),
            include_columns=shape.wanted or None,
            strings_can_be_null=False,
        ),
    )


def _parse_line_by_line(raw: bytes, number: int, shape: Shape) -> Parsed:
    rows: list[tuple[int, list[str]]] = []
    damaged = []
    for offset, line in enumerate(raw.removesuffix(b"\n").split(b"\n")):
        if not line.strip(b"\r"):
            continue  # An empty line is no row.
        text = decode_line(line, shape.encodings)
        if text is None or "\0" in text:
            damaged.append(_undecodable(number + offset, line, shape.encodings, text))
            continue
        try:
            (values,) = csv.reader([text.rstrip("\r")], delimiter=shape.delimiter, strict=True)
        except (csv.Error, ValueError):
            reason = (
                "a quote is not closed, or text follows it; if values hold line breaks, map `multiline: true`"
            )
            damaged.append(Damage(number + offset, "", text[:200], reason))
            continue
        rows.append((number + offset, values))
    parsed = gather(rows, shape.names, shape.wanted)
    return Parsed(parsed.numbers, parsed.columns, damaged + parsed.damaged)


def _undecodable(row: int, line: bytes, encodings: Sequence[str], text: str | None) -> Damage:
    shown = line.decode("utf-8", errors="backslashreplace").replace("\0", "\\x00")[:200]
    if text is not None:
        return Damage(row, "", shown, "holds a NUL byte")
    return Damage(row, "", shown, f"is not {' or '.join(encodings)}; add its encoding to `encoding`")


def gather(rows: list[tuple[int, list[str]]], names: list[str], wanted: list[str]) -> Parsed:
    """The `wanted` columns of split rows; rows of another length are refused."""
    width = len(names)
    good = [(number, values) for number, values in rows if len(values) == width]
    damaged = [
        Damage(number, "", ", ".join(values)[:200], f"has {len(values)} values for {width} columns")
        for number, values in rows
        if len(values) != width
    ]
    columns = {}
    for name in wanted:
        position = names.index(name)
        columns[name] = pa.array([values[position] for _, values in good], pa.string())
    return Parsed(np.array([number for number, _ in good], dtype=np.int64), columns, damaged)


def parse_json(raw: bytes, number: int, wanted: list[str], encodings: Sequence[str]) -> Parsed:
    """The rows of JSON lines; a key that a line lacks is a missing value."""
    numbers, records, damaged = [], [], []
    for offset, line in enumerate(raw.removesuffix(b"\n").split(b"\n")):
        if not line.strip():
            continue
        text = decode_line(line, encodings)
        if text is None:
            damaged.append(_undecodable(number + offset, line, encodings, None))
            continue
        try:
            record = json.loads(text)
        except ValueError as error:
            damaged.append(Damage(number + offset, "", text[:200], f"is no JSON: {error}"))
            continue
        if not isinstance(record, dict):
            damaged.append(Damage(number + offset, "", text[:200], "is no JSON object"))
            continue
        nested = next((name for name in wanted if isinstance(record.get(name), dict | list)), None)
        if nested is not None:
            damaged.append(
                Damage(number + offset, nested, json.dumps(record[nested])[:200], "is not one plain value")
            )
            continue
        numbers.append(number + offset)
        records.append([_plain(record.get(name)) for name in wanted])
    columns = {
        name: pa.array([record[position] for record in records], pa.string())
        for position, name in enumerate(wanted)
    }
    return Parsed(np.array(numbers, dtype=np.int64), columns, damaged)


def _plain(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
