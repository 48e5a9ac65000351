"""What openpyxl leaves out of a sheet whose rows it streams: merged cells, formulas without a value."""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from openpyxl.utils.cell import column_index_from_string
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_CHUNK = 1 << 20
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):[A-Z]+(\d+)"')
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)</(?:\w+:)?f\s*>)\s*"
    rb"(?:(</(?:\w+:)?c\s*>)|<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</)"
)
"""A cell with a formula and no value: its attributes, the formula, and its end where it has no `v` at all."""
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_IS_TEXT = re.compile(rb'\bt="str"')
_ROW_ENDS = (b"</row>", b":row>")


_EXTENT = re.compile(rb'<(?:\w+:)?dimension\s[^>]*?ref="(?:[A-Z]+\d+:)?[A-Z]+(\d+)"')
_HEAD = 1 << 16


class Formula(NamedTuple):
    """A formula without a stored value: the number of its row, the position of its column, and its text."""

    row: int
    column: int
    text: str


class MergedCells(NamedTuple):
    """The merged cells of one column, whose value is in the first row."""

    column: int
    first: int
    last: int


def stated_rows(sheet: ReadOnlyWorksheet) -> int:
    """Return the number of rows that a sheet states at its beginning; 0 where it does not."""
    with sheet._get_source() as file:  # type: ignore[attr-defined]
        found = _EXTENT.search(file.read(_HEAD))
    return int(found[1]) if found else 0


def merged_cells(sheet: ReadOnlyWorksheet) -> list[MergedCells]:
    """Return the merged cells of several rows; of several columns, the first has the value."""
    found = [
        MergedCells(column_index_from_string(column.decode()) - 1, int(first), int(last))
        for text in _chunks(sheet)
        for column, first, last in _MERGED.findall(text)
    ]
    return [cells for cells in found if cells.last > cells.first]


def formulas_without_value(sheet: ReadOnlyWorksheet) -> Iterator[Formula]:
    """Yield the formulas that have no stored value. An empty text is one."""
    for text in _chunks(sheet):
        if b"<f" not in text and b":f" not in text:
            continue
        for match in _FORMULA.finditer(text):
            attributes, formula, ends_here = match.groups()
            place = _REFERENCE.search(attributes)
            if place and (ends_here or not _IS_TEXT.search(attributes)):
                column = column_index_from_string(place[1].decode()) - 1
                written = html.unescape((formula or b"").decode(errors="replace"))
                yield Formula(int(place[2]), column, f"={written}" if written else "shared with other cells")


def _chunks(sheet: ReadOnlyWorksheet) -> Iterator[bytes]:
    """Yield the text of a sheet in parts of whole rows; the last has what follows them."""
    rest = b""
    with sheet._get_source() as file:  # type: ignore[attr-defined]
        while chunk := file.read(_CHUNK):
            rest += chunk
            end = max(rest.rfind(end) for end in _ROW_ENDS)
            if end >= 0:
                yield rest[:end]
                rest = rest[end:]
    yield rest
