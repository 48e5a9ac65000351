"""Finds the rows above a header: the name of a report, the day of its export, empty rows."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from graph.importing.reading.delimiters import DELIMITERS

_MAX_TITLES = 30
_COMPARED = 100
"""Rows below a header that show the width of its table."""


def rows_above_header(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of rows above the header of a table; 0 where that is not certain.

    The header is the first row that fills more than half of the table's columns. It has as many names as the
    rows below it have values, all different, and is no row of data itself.

    Parameters
    ----------
    rows
        The first rows of the file as texts, empty ones included.
    """
    for number, row in enumerate(rows[: _MAX_TITLES + 1]):
        below = [_extent(other) for other in rows[number + 1 : number + 1 + _COMPARED] if any(other)]
        width = median(below) if below else 0
        if width < 2:
            return 0  # Prose, or a list.
        names = [name.strip() for name in row if name.strip()]
        if 2 * len(names) <= width or len(names) < 2:
            continue
        is_header = len(names) >= width and len(set(names)) == len(names) and not is_data_row(names)
        return number if is_header else 0
    return 0


def lines_above_header(text: str) -> int:
    """Return the number of lines above the header of delimited text; 0 where that is not certain."""
    lines = text.splitlines()[: _MAX_TITLES + _COMPARED]
    split = {delimiter: [_divide(line, delimiter) for line in lines] for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda each: _rows_of_a_table(split[each]))
    number = rows_above_header(split[delimiter])
    # A first line with as many values by another delimiter is a header that does not fit its rows.
    others = [split[other] for other in DELIMITERS if other != delimiter]
    if any(len(rows[i]) == len(split[delimiter][number]) for rows in others for i in range(number)):
        return 0
    return number


def is_data_row(names: Sequence[str]) -> bool:
    """Whether a header is a row of data: half of its names are numbers or times."""
    values = [name for name in names if re.match(r"[.,:/+-]*\d[\d.,:/ TZ+-]*$", name)]
    return 2 * len(values) >= len(names) > 1


def _extent(row: Sequence[str]) -> int:
    """Return the number of values up to the last that is not empty."""
    return max((i + 1 for i, value in enumerate(row) if value.strip()), default=0)


def _divide(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _rows_of_a_table(rows: list[list[str]]) -> tuple[int, int]:
    """Return the most frequent number of values above one: how many rows have it, and the number."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(((count, width) for width, count in widths.items()), default=(0, 0))
