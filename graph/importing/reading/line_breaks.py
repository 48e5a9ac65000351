"""Finds out whether quoted values of a CSV file contain line breaks."""

import csv
from pathlib import Path

from graph.importing.reading.opening import open_decompressed

_MOST_LINES = 100
"""In one record; a quotation mark that is never closed would join all lines after it."""


def has_line_breaks(path: Path, delimiter: str, columns: int) -> bool:
    """Whether lines with an open quotation mark, joined to the line that closes it, have all `columns`."""
    record: list[bytes] = []
    with open_decompressed(path) as lines:
        for line in lines:
            opens_or_closes = line.count(b'"') % 2 == 1
            if not record and not opens_or_closes:
                continue
            record.append(line)
            if len(record) > 1 and opens_or_closes:
                if _width(b"".join(record), delimiter) == columns:
                    return True
                record = []
            elif len(record) > _MOST_LINES:
                record = []
    return False


def _width(record: bytes, delimiter: str) -> int:
    # The quotation mark and all usual delimiters are ASCII.
    rows = csv.reader([record.decode("latin-1")], delimiter=delimiter, strict=True)
    try:
        return len(next(rows))
    except csv.Error:
        return 0
