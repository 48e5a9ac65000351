"""A block: a range of a file's lines or records, which the ledger identifies by position and content."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from graph.importing.reading.lines import Parsed


@dataclass(frozen=True)
class Block:
    """A range of lines (or records) of a file, parsed on demand.

    Attributes
    ----------
    index
        Position among the file's blocks.
    first
        Number of its first line (the header is line 1), sheet row, or record (from 1).
    length
        Number of lines or records.
    parse
        Parses the block.
    raw, records
        Its bytes, one line each, or its records for Parquet.
    rows
        Path of the list in each record whose elements are the rows, if any.
    """

    index: int
    first: int
    length: int
    parse: Callable[[], Parsed]
    raw: bytes = b""
    records: pa.RecordBatch | None = None
    rows: str | None = None

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
