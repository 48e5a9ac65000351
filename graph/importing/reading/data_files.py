"""Which files of a folder hold data, by their names, and the pattern that files of one series have."""

import re
from pathlib import PurePosixPath

SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".xlsx")
_COMPRESSED = {".gz", ".zst"}
_DIGITS = re.compile(r"\d+(?:[-_. T]?\d+)*(?=.*\.)")
"""A number or date in a file name, before its suffix."""


def is_data(name: str) -> bool:
    """Return whether a file of this name holds rows."""
    path = PurePosixPath(name)
    bare = path.with_suffix("") if path.suffix in _COMPRESSED else path
    return bare.suffix.lower() in SUFFIXES


def series_pattern(name: str) -> str:
    """Return `name` with `*` in place of each number or date: orders_2024-06-20.csv is of orders_*.csv."""
    return _DIGITS.sub("*", name)
