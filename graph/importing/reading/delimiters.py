"""Decides the delimiter of a text from its header and the number of values in its rows."""

import csv
from collections import Counter
from collections.abc import Iterable

DELIMITERS = (",", ";", "\t", "|")
_MAX_ROWS = 2_000
_MOST = 0.95
"""Share of rows that must have as many values as the header; the others are damaged ones."""


def candidates(text: str) -> list[str]:
    """Return the delimiters that divide a text into a table, the best first.

    A delimiter fits where nearly all rows have as many values as the header. Several fit equally where both
    the header and all rows have them, as in `a;b,c` above `1;2,3`; then the caller has to ask. A delimiter
    inside a quoted value does not count.

    Parameters
    ----------
    text
        The beginning of the file, without an incomplete last row.

    Returns
    -------
    list of str
        Empty: the text has one column, or is no table. One: it is decided. More: they fit equally.
    """
    rows = [row for row in text.replace("\0", " ").splitlines()[:_MAX_ROWS] if row.strip()]
    scores = {}
    for delimiter in DELIMITERS:
        header, *widths = _widths(rows, delimiter) or [1]
        if header > 1 and (not widths or _share(widths, header) >= _MOST):
            scores[delimiter] = (_share(widths, header), _names(rows[0], delimiter))
    if not scores:
        return _by_rows(rows)
    best = max(scores.values())
    return [delimiter for delimiter, score in scores.items() if score == best]


def _widths(rows: Iterable[str], delimiter: str) -> list[int]:
    """Return the number of values of each row."""
    try:
        # A quoted value may contain a line break; the lines are then one row.
        return [len(row) for row in csv.reader((f"{row}\n" for row in rows), delimiter=delimiter)]
    except csv.Error:
        return []


def _share(widths: list[int], width: int) -> float:
    return widths.count(width) / len(widths) if widths else 1.0


def _names(header: str, delimiter: str) -> bool:
    """Return whether the header's values are all different and not empty, as names of columns are."""
    names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
    return all(names) and len(set(names)) == len(names)


def _by_rows(rows: list[str]) -> list[str]:
    """Decide where the header fits no row: by the most frequent number of values."""
    shares = {}
    for delimiter in DELIMITERS:
        if delimiter not in (rows or [""])[0]:
            continue
        widths = Counter(width for width in _widths(rows, delimiter) if width > 1)
        if widths:
            width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
            if count >= max(2, len(rows) / 2):
                shares[delimiter] = (count, width)
    best = max(shares.values(), default=None)
    return [delimiter for delimiter, share in shares.items() if share == best]
