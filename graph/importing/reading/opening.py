"""Opens input files: their format, decompression, and contents that contradict the format."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from graph.errors import ImportFailed
from graph.importing.mapping.source import Source
from graph.importing.reading import lines
from graph.importing.reading.data_files import format_by_name

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of old or encrypted Office files."""
_NOT_TEXT = (
    (
        b"PK\x03\x04",
        "an Excel workbook or a .zip file",
        "Name it .xlsx or .zip; save others as .xlsx.",
    ),
    (b"PAR1", "a Parquet file", "Set `format: parquet` in the mapping."),
    (OLE, "an old or password-protected Excel file", "Save it as .xlsx without a password."),
    (b"%PDF", "a PDF", "Export the table as CSV or .xlsx."),
)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def format_of(path: Path, source: Source) -> str:
    """Return csv, tsv, json, jsonl, parquet or xlsx: from the mapping, else by the file name."""
    return source.format or format_by_name(path.name) or "csv"


def open_decompressed(path: Path) -> BinaryIO:
    """Open `path` for reading, decompressing gzip and zstd. Raises ImportFailed."""
    with open_raw(path) as file:
        magic = file.read(4)
    if magic.startswith(_GZIP):
        return cast("BinaryIO", gzip.open(path, "rb"))
    if magic == _ZSTD:
        decompressed = pa.CompressedInputStream(pa.OSFile(str(path), "rb"), "zstd")
        return cast("BinaryIO", io.BufferedReader(decompressed))
    return open_raw(path)


def open_raw(path: Path) -> io.BufferedReader:
    """Open `path` for reading as it is. Raises ImportFailed."""
    try:
        return path.open("rb")
    except OSError as error:
        raise ImportFailed(
            f"{path.name} cannot be read ({error.strerror}).", "Check that it exists and is readable."
        ) from error


def checksum_of(path: Path) -> str:
    """Return the SHA-256 of a file. Raises ImportFailed."""
    with damage_reported(path), open_raw(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_text(path: Path, source: Source) -> BinaryIO:
    """Open a text file as bytes with line feeds; UTF-16 and UTF-32 are transcoded to UTF-8.

    Raises
    ------
    ImportFailed
        It cannot be read, or its first bytes are those of another format.
    """
    file = open_decompressed(path)
    if lines.is_wide(source.encoding[0]):
        text = io.TextIOWrapper(file, source.encoding[0], errors="replace", newline="\n")
        return cast("BinaryIO", io.BufferedReader(lines.Utf8Stream(text)))
    return file


def check_is_text(path: Path, source: Source) -> None:
    """Raise ImportFailed where the first bytes are those of another format, or of another encoding."""
    with damage_reported(path), open_decompressed(path) as file:
        start = file.read(64)
    for magic, what, remedy in _NOT_TEXT:
        if start.startswith(magic):
            raise ImportFailed(f"{path.name} is {what}, not text.", remedy)
    if lines.is_wide(source.encoding[0]):
        return
    wide = "utf-16" if start.startswith(_UTF16_MARKS) else _wide_by_zeros(start)
    if wide:
        raise ImportFailed(
            f"{path.name} is not {source.encoding[0]}: it begins like UTF-16.",
            f"Set `encoding: {wide}` in the mapping.",
        )


def _wide_by_zeros(start: bytes) -> str | None:
    """Return UTF-16 where every second byte is zero, as in Latin letters and digits."""
    even, odd = start[::2], start[1::2]
    if len(start) < 4 or any(even) == any(odd):
        return None
    return "utf-16-be" if any(odd) else "utf-16-le"


@contextmanager
def damage_reported(path: Path) -> Iterator[None]:
    """Raise ImportFailed where reading `path` fails: a damaged or incomplete file."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> ImportFailed:
    """Return the error of a file that cannot be read to its end."""
    return ImportFailed(
        f"{path.name} cannot be read to the end: {error}.",
        "The file is damaged or incomplete: copy it again and repeat the import. Loaded rows stay.",
    )
