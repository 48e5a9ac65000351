"""Finds the files of a delivery and how each is read: format, encoding, delimiter, columns."""

from pathlib import Path
from typing import Any

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.inference.draft import Noted
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.layout import find_layout, skip_titles
from graph.importing.inference.files.tables import find_columns
from graph.importing.mapping.source import Source
from graph.importing.reading import sheets
from graph.importing.reading.blocks import JSON
from graph.importing.reading.cells import is_text
from graph.importing.reading.data_files import READABLE, is_data, is_workbook
from graph.importing.reading.folders import Folder
from graph.importing.reading.json_files import list_of_records
from graph.importing.reading.json_paths import RECORD
from graph.importing.reading.line_breaks import has_line_breaks
from graph.importing.reading.opening import format_of
from graph.importing.reading.sample import Sample, column_names, sample
from graph.importing.reading.sheets import SheetInfo
from graph.importing.reading.title_rows import is_data_row
from graph.importing.vocabulary.missing_values import NULLS_OF_FILES

_FIRST_ROWS = 50
_LONGEST = 1_000
"""Characters of a value that the inference looks at; ids are no longer."""
_DELIMITED = {"csv", "tsv"}
_LINES = {"line_items", "items", "products"}
"""Names of lists with the lines of an order."""


def inspect_files(folder: Path) -> list[InspectedFile]:
    """Inspect all data files of a folder or .zip archive. Raises InvalidRequest where there are none."""
    if not folder.exists():
        raise InvalidRequest(f"{folder} does not exist.", "Name the folder with your files.")
    found = [file for file in Folder(folder).files() if is_data(file.name)]
    files = [inspected for file in found for inspected in _inspect_sheets(file.path, file.name)]
    if not files:
        raise InvalidRequest(
            f"There are no data files in {folder}.",
            f"Groundswell reads {', '.join(READABLE)}, also .gz, .zst and .zip.",
        )
    return files


def _inspect_sheets(path: Path, name: str) -> list[InspectedFile]:
    """Inspect a file, or of a workbook each sheet; hidden and empty ones and pivot tables have a problem."""
    if not is_workbook(name):
        return [_inspect(path, name)]
    try:
        found = sheets.list_sheets(path)
    except ImportFailed:
        return [_inspect(path, name)]
    files = [_inspect_sheet(path, name, sheet) for sheet in found]
    usable = [file for file in files if not file.problem]
    if len(usable) > 1 or (usable and usable[0] is not files[0]):
        return files
    # The only table, in the first sheet, needs no name; nor does a workbook without any.
    for file in files[:1]:
        file.name = file.settings["files"] = name
        file.source = file.source.model_copy(update={"files": [name], "sheet": None})
    return files


def _inspect_sheet(path: Path, name: str, sheet: SheetInfo) -> InspectedFile:
    file = _inspect(path, f"{name}/{sheet.name}", sheet.name)
    if not sheet.is_shown:
        file.problem = "the sheet is hidden" if sheet.is_hidden else "the sheet is a pivot table"
    elif not file.names and not file.problem:
        file.problem = "the sheet is empty"
    return file


def _inspect(path: Path, name: str, sheet: str | None = None) -> InspectedFile:
    settings: dict[str, Any] = {"files": name}
    file = InspectedFile(name, path, Source(files=[name], sheet=sheet), settings)
    if not is_text(path.as_posix()):
        file.problem = "its name is not valid UTF-8: rename it"
        return file
    try:
        if format_of(path, file.source) in _DELIMITED:
            find_layout(file)
        elif format_of(path, file.source) == "xlsx":
            skip_titles(file, sheets.first_rows(path, file.source, _FIRST_ROWS))
            _look_at_merged(file)
        found = sample(path, file.source)
        if format_of(path, file.source) in _DELIMITED:
            found = _read_header(file, found)
        if lines := _lines_of_orders(path, file.source, found):
            settings["rows"] = lines
            file.source = file.source.model_copy(update={"rows": lines})
            found = sample(path, file.source)
    except ImportFailed as error:
        # The list of files that are not used begins each line with the name.
        file.problem = str(error).rstrip(".").removeprefix(path.name).lstrip(": ")
        return file
    file.names = list(found.columns)
    file.values = {
        name: [value and value[:_LONGEST] for value in values] for name, values in found.columns.items()
    }
    file.typed = found.typed
    file.lists_in_rows = found.lists_in_rows
    nulls = {value for column in found.columns.values() for value in column} & {*NULLS_OF_FILES}
    if nulls:
        file.missing = ["", *sorted(str(text) for text in nulls)]
        settings["missing"] = file.missing
    first = zip(*(column[:_FIRST_ROWS] for column in found.columns.values()), strict=True)
    file.rows += [[value or "" for value in row] for row in first]
    return file


def _look_at_merged(file: InspectedFile) -> None:
    """Count merged cells; those of amounts are not of each row, so that reading needs to know these."""
    roles = find_columns(sheets.read_header(file.path, file.source))
    amounts = {role: roles[role] for role in sheets.AMOUNTS & set(roles)}
    file.source = file.source.model_copy(update={"columns": amounts})
    if number := sheets.count_merged(file.path, file.source):
        file.comment = f"{number:,} merged cells of {file.name}: each gives its value to all of its rows"


def _read_header(file: InspectedFile, found: Sample) -> Sample:
    """Decide whether a delimited file has a header and line breaks, and return its sample, read anew."""
    file.rows = [list(found.columns)]
    if is_data_row(file.rows[0]):
        header = [f"column_{number}" for number in range(1, len(found.columns) + 1)]
        file.settings["header"] = Noted(
            header, f"the file has none; its first row: {', '.join(file.rows[0])}"
        )
        file.source = file.source.model_copy(update={"header": header})
        found = sample(file.path, file.source)
        file.rows = []
    delimiter = file.source.delimiter or ("\t" if format_of(file.path, file.source) == "tsv" else ",")
    if has_line_breaks(file.path, delimiter, len(found.columns)):
        file.settings["multiline"] = Noted(True, "quoted values contain line breaks")
        file.source = file.source.model_copy(update={"multiline": True})
        found = sample(file.path, file.source)
    return found


def _lines_of_orders(path: Path, source: Source, found: Sample) -> str | None:
    """Return the path of the list with the lines of an order; None where records are rows themselves.

    Its name tells, or its elements have a product, which the records lack.
    """
    if not found.row_lists:
        return None
    holder = list_of_records(path, source) if format_of(path, source) in JSON else None
    named = any(name.rpartition(".")[2] in _LINES for name in found.row_lists)
    lacks_products = "product" not in find_columns(list(found.columns))
    for name in found.row_lists:
        rows = f"{holder}.{name}" if holder else name
        # The longest path leads to the innermost list: the lines of an order rather than its shipments.
        if named or (lacks_products and _has_products(path, source, rows)):
            return rows
    return None


def _has_products(path: Path, source: Source, rows: str) -> bool:
    names = column_names(path, source.model_copy(update={"rows": rows}), _FIRST_ROWS)
    return "product" in find_columns([name for name in names if not name.startswith(RECORD)])
