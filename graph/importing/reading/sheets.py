"""Excel workbooks (.xlsx), read row by row. Cells keep the types that the workbook gives them."""

import json
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from graph.errors import ImportFailed
from graph.importing.mapping.formats import parts_of
from graph.importing.mapping.source import Source
from graph.importing.reading.archives import check_size, open_archive
from graph.importing.reading.block import Block
from graph.importing.reading.cells import text_of, to_column
from graph.importing.reading.columns import nearest, require, unique_names
from graph.importing.reading.error_cells import without_error_cells
from graph.importing.reading.lines import Parsed
from graph.importing.reading.opening import OLE, open_raw
from graph.importing.reading.sheet_xml import MergedCells, formulas_without_value, merged_cells, stated_rows
from graph.importing.reading.workbook_reader import open_workbook

MAX_ROWS = 1_048_576
"""A sheet has no more; a damaged one may claim to."""
_MAX_BYTES = 8 << 30
AMOUNTS = {"quantity", "value", "discount", "coupon_discount"}
"""Fields whose merged cell is not the value of each of its rows."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_SEARCHED_ROWS = 50
_PIVOT_TABLE = "/pivotTable"
"""The end of the type of a sheet's relation to a pivot table."""


class SheetInfo(NamedTuple):
    """A sheet: its name, whether it is hidden, and whether it holds a pivot table."""

    name: str
    is_hidden: bool
    is_pivot: bool

    @property
    def is_shown(self) -> bool:
        """Whether it can be a table that people keep."""
        return not (self.is_hidden or self.is_pivot)


SheetRow = tuple[int, list[Any]]
"""Number of a row, and its values."""


def read_header(path: Path, source: Source) -> list[str]:
    """Return the column names: the first row that is not empty, below `skip_rows`. Raises ImportFailed."""
    with _rows(path, source) as rows:
        return _header(path, source, rows)[1]


def first_rows(path: Path, source: Source, count: int) -> list[list[str]]:
    """Return the texts of the first rows, empty ones included. Raises ImportFailed."""
    with _rows(path, source) as rows:
        return [[text_of(value) or "" for value in values] for _, values in islice(rows, count)]


def number_of_rows(path: Path, source: Source) -> int:
    """Return about the number of rows, as the sheet states it. Raises ImportFailed."""
    with _sheet(path, source) as sheet:
        return min(stated_rows(sheet), MAX_ROWS)


def check_formulas(path: Path, source: Source, selected: list[str]) -> None:
    """Raise ImportFailed where a formula has no stored value; only spreadsheet programs compute them."""
    with _rows(path, source) as rows:
        first, names = _header(path, source, rows)
    positions = {names.index(name): name for name in selected}
    with _sheet(path, source) as sheet, _damage_reported(path):
        for row, column, formula in formulas_without_value(sheet):
            if row >= first and column in positions:
                raise ImportFailed(
                    f"{path.name} row {row}, column {positions[column]}: the formula {formula[:60]} has no "
                    "stored value.",
                    "Open the file in a spreadsheet program and save it, which computes its formulas.",
                )


def count_merged(path: Path, source: Source) -> int:
    """Return the number of merged cells that give their value to several rows. Raises ImportFailed."""
    with _sheet(path, source) as sheet:
        rows = _numbered(path, sheet)
        first, names = _header(path, source, rows)
        return len(_merged_below(path, source, sheet, first, names))


def read_blocks(
    path: Path, source: Source, selected: list[str], length: int, *, with_errors: bool = False
) -> Iterator[Block]:
    """Yield blocks of `length` rows of the sheet, empty ones included. Raises ImportFailed.

    Rows with an error in a cell are rejected, except for `with_errors`: these have it as a text.
    """
    with _sheet(path, source) as sheet:
        rows = _numbered(path, sheet)
        first, names = _header(path, source, rows)
        if not names:
            return
        require(path, selected, names)
        positions = [names.index(name) for name in selected]
        parse = _columns if with_errors else _parse
        if merged := _merged_below(path, source, sheet, first, names):
            rows = _filled(rows, merged)
        for index in range(MAX_ROWS):
            part = list(islice(rows, length))
            filled = [i for i, (_, values) in enumerate(part) if any(value is not None for value in values)]
            if not part:
                return
            if not filled:
                continue
            part = part[: filled[-1] + 1]
            table = [(number, [_at(values, i) for i in positions]) for number, values in part]
            raw = b"".join(json.dumps([text_of(value) for value in row]).encode() + b"\n" for _, row in table)
            kept = [table[i] for i in filled]
            yield Block(index, first + index * length, len(part), partial(parse, kept, selected), raw)


def _merged_below(
    path: Path, source: Source, sheet: ReadOnlyWorksheet, first: int, names: list[str]
) -> list[MergedCells]:
    """Return the merged cells from row `first`, except those of amounts, which are of all rows together."""
    amounts = {part for field in AMOUNTS & set(source.columns) for part in parts_of(source.columns[field])}
    with _damage_reported(path):
        found = merged_cells(sheet)
    columns = {position for position, name in enumerate(names) if name not in amounts}
    return [cells for cells in found if cells.first >= first and cells.column in columns]


def _filled(rows: Iterator[SheetRow], merged: list[MergedCells]) -> Iterator[SheetRow]:
    """Yield `rows` with the value of merged cells in each of their rows; empty rows stay empty."""
    starting: dict[int, list[MergedCells]] = defaultdict(list)
    for cells in merged:
        starting[cells.first].append(cells)
    current: dict[int, tuple[int, Any]] = {}
    for number, values in rows:
        for cells in starting.get(number, ()):
            current[cells.column] = (cells.last, _at(values, cells.column))
        if current and any(value is not None for value in values):
            current = {column: held for column, held in current.items() if held[0] >= number}
            values += [None] * (max(current, default=-1) + 1 - len(values))
            for column, (_, value) in current.items():
                values[column] = value
        yield number, values


def _at(values: list[Any], position: int) -> Any:
    return values[position] if position < len(values) else None


def _parse(rows: list[SheetRow], selected: list[str]) -> Parsed:
    return without_error_cells(_columns(rows, selected))


def _columns(rows: list[SheetRow], selected: list[str]) -> Parsed:
    columns = {name: to_column([values[i] for _, values in rows]) for i, name in enumerate(selected)}
    return Parsed(np.array([number for number, _ in rows], dtype=np.int64), columns, [])


def _header(path: Path, source: Source, rows: Iterator[SheetRow]) -> tuple[int, list[str]]:
    """Return the number of the row below the header, and the column names; none for an empty sheet."""
    for _ in islice(rows, source.skip_rows):
        pass
    if source.header is not True:
        return source.skip_rows + 1, list(source.header)
    for number, values in rows:
        if any(value is not None for value in values):
            return number + 1, unique_names(path, [text_of(value) or "" for value in values])
    return 1, []


@contextmanager
def _rows(path: Path, source: Source) -> Iterator[Iterator[SheetRow]]:
    with _sheet(path, source) as sheet:
        yield _numbered(path, sheet)


def _numbered(path: Path, sheet: ReadOnlyWorksheet) -> Iterator[SheetRow]:
    # What a file states about its extent is often wrong.
    sheet.reset_dimensions()
    # The stubs give the method the self of writable sheets.
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True)  # type: ignore[misc]
    for number in range(1, MAX_ROWS + 1):
        with _damage_reported(path):
            row = next(rows, None)
        if row is None:
            return
        yield number, [None if value == "" else value for value in row]


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets. Raises ImportFailed."""
    return [sheet.name for sheet in list_sheets(path)]


def list_sheets(path: Path) -> list[SheetInfo]:
    """Return the sheets of cells, without reading any. Raises ImportFailed."""
    _check(path)
    found = []
    with open_raw(path) as file, _damage_reported(path):
        reader = ExcelReader(file, read_only=True, keep_links=False)
        reader.read_manifest()
        reader.read_workbook()
        for sheet, relation in reader.parser.find_sheets():
            if relation.target not in reader.valid_files or "chartsheet" in relation.Type:
                continue
            relations = str(get_rels_path(relation.target))  # type: ignore[no-untyped-call]
            others = get_dependents(reader.archive, relations) if relations in reader.valid_files else ()
            is_pivot = any(other.Type.endswith(_PIVOT_TABLE) for other in others)
            found.append(SheetInfo(sheet.name, sheet.state != "visible", is_pivot))
    return found


def has_table(path: Path, sheet: str) -> bool:
    """Return whether one of the first rows of a sheet has two values or more: notes have one."""
    rows = first_rows(path, Source(files=[path.name], sheet=sheet), _SEARCHED_ROWS)
    return any(len(list(filter(None, row))) > 1 for row in rows)


def no_such_sheet(path: Path, name: str) -> ImportFailed:
    """Return the error of a sheet that a workbook does not have."""
    names = sheet_names(path)
    similar = nearest(name, names)
    hint = f" (did you mean {similar}?)" if similar else ""
    return ImportFailed(
        f"{path.name} has no sheet {name!r}{hint}; its sheets are {', '.join(names) or 'none'}.",
        "Correct the name of the sheet in the mapping.",
    )


@contextmanager
def _sheet(path: Path, source: Source) -> Iterator[ReadOnlyWorksheet]:
    with _sheets(path) as sheets:
        name = source.sheet or next(iter(sheets), "")
        if name not in sheets:
            raise no_such_sheet(path, name)
        yield sheets[name]


@contextmanager
def _sheets(path: Path) -> Iterator[dict[str, ReadOnlyWorksheet]]:
    _check(path)
    # By its name, openpyxl would refuse a workbook that is not called .xlsx.
    with open_raw(path) as file:
        with _damage_reported(path):
            workbook = open_workbook(file)
        yield {sheet.title: sheet for sheet in workbook.worksheets}


def _check(path: Path) -> None:
    """Raise ImportFailed where a file is no workbook, or unpacks to too much."""
    _check_workbook(path)
    with open_archive(path) as archive:
        check_size(path, archive, _MAX_BYTES)


def _check_workbook(path: Path) -> None:
    with open_raw(path) as file:
        start = file.read(8)
        encrypted = start == OLE and _ENCRYPTED in file.read(1 << 22)
    if encrypted:
        raise ImportFailed(
            f"{path.name} is protected by a password.", "Save it without a password, and import that file."
        )
    if start == OLE:
        raise ImportFailed(
            f"{path.name} is an old Excel file (.xls).", "Save it as .xlsx or CSV, and import that file."
        )
    if not start.startswith(b"PK"):
        raise ImportFailed(
            f"{path.name} is not an Excel workbook.",
            "Set its `format` in the mapping (csv for text), or save it as .xlsx.",
        )


@contextmanager
def _damage_reported(path: Path) -> Iterator[None]:
    """Raise ImportFailed for a damaged workbook: openpyxl raises whatever its parts run into."""
    try:
        with warnings.catch_warnings():
            # About styles and features that do not concern the values.
            warnings.simplefilter("ignore")
            yield
    except (ImportFailed, GeneratorExit, MemoryError):
        raise
    except Exception as error:
        raise ImportFailed(
            f"{path.name} cannot be read as an Excel workbook: {type(error).__name__}: {error}.",
            "Open it in a spreadsheet program and save it again. Loaded rows stay.",
        ) from error
