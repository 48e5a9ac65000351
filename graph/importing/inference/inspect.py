"""Finds the files of a delivery and how each is read: format, encoding, delimiter, columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.inference.clock_columns import clock_columns
from graph.importing.inference.column_values import Values, are_unix_times, examples, is_times
from graph.importing.inference.draft import Ask, Noted
from graph.importing.inference.tables import find_columns
from graph.importing.mapping.formats import DATE_AND_TIME, FIRST_OF, parts_of
from graph.importing.mapping.source import NO_COLUMN, Join, Source
from graph.importing.reading import delimiters, encodings, sheets
from graph.importing.reading.blocks import JSON
from graph.importing.reading.cells import texts
from graph.importing.reading.data_files import READABLE, is_data, is_workbook
from graph.importing.reading.folders import Folder, FoundFile
from graph.importing.reading.json_files import list_of_records
from graph.importing.reading.json_paths import RECORD
from graph.importing.reading.line_breaks import has_line_breaks
from graph.importing.reading.numbered_columns import read_numbered_columns
from graph.importing.reading.opening import format_of, open_decompressed
from graph.importing.reading.sample import Sample, Typed, column_names, sample
from graph.importing.reading.sheets import SheetInfo
from graph.importing.reading.title_rows import is_data_row, lines_above_header, rows_above_header

_SAMPLE_BYTES = 256 * 1024
_FIRST_ROWS = 50
_MAX_CHOICES = 30
_SHOWN = 60
_DELIMITED = {"csv", "tsv"}
_LINES = {"line_items", "items", "products"}
"""Names of lists with the lines of an order."""
_NULLS = {"null", "NULL", "None", "NaN", "nan", "N/A", "n/a", "#N/A", "NA", "\\N", "(null)"}
"""Texts that programs write for a missing value."""


@dataclass
class InspectedFile:
    """One file of a delivery.

    Attributes
    ----------
    name, path
        The path relative to the folder (and the sheet of a workbook with several), and the file.
    source
        How it is read.
    settings
        The same as the mapping states it: `files`, and what differs from the defaults; may have questions.
    names
        Its columns; of JSON, the paths.
    rows
        Its first rows as texts, the header included where it is text.
    values
        The values of each column in its first rows.
    typed
        Columns that the file itself types as numbers or times.
    missing
        Texts that stand for a missing value in it.
    problem
        Why it cannot be used, or empty.
    more
        The further files of its series, which are read after it.
    joined
        Other files with further columns of its rows, see ``order_lines``.
    comment
        What the mapping says of them.
    origins
        The file, and the name in it, of each column of these.
    """

    name: str
    path: Path
    source: Source
    settings: dict[str, Any]
    names: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    values: dict[str, Values] = field(default_factory=dict)
    typed: dict[str, Typed] = field(default_factory=dict)
    missing: list[str] = field(default_factory=lambda: [""])
    problem: str = ""
    more: list["InspectedFile"] = field(default_factory=list)
    joined: list[tuple[Join, list[FoundFile]]] = field(default_factory=list)
    comment: str = ""
    origins: dict[str, tuple["InspectedFile", str]] = field(default_factory=dict)

    @cached_property
    def times(self) -> list[str]:
        """The columns whose values are times."""
        return [
            name
            for name, values in self.values.items()
            if self.typed.get(name) == "time"
            or (is_times if name not in self.typed else are_unix_times)(
                [None if value in self.missing else value for value in values]
            )
        ]

    @cached_property
    def days(self) -> dict[str, str]:
        """The columns of days whose time of day is in a column of its own, by the name of that column."""
        return clock_columns(self.values, self.times)

    @property
    def found(self) -> FoundFile:
        """The file, or the first of a series."""
        return FoundFile(self.name, self.path, self.path, self.source.sheet)

    def origin(self, column: str) -> tuple["InspectedFile", str]:
        """Return the file that holds a column, and its name there; a joined file may have more rows."""
        found = [self.origins.get(part) for part in parts_of(column)]
        files = [each[0] for each in found if each]
        if len(files) < len(found) or any(file is not files[0] for file in files):
            return self, column
        names = [each[1] for each in found if each]
        return files[0], (DATE_AND_TIME if DATE_AND_TIME in column else FIRST_OF).join(names)

    def count_rows(self) -> int:
        """Return the number of rows."""
        return sum(len(frame) for frame in self.frames(self.names[:1]))

    def columns(self, names: list[str]) -> Iterator[tuple[NDArray[np.int64], dict[str, pa.Array]]]:
        """Yield row numbers and the texts of `names` of all rows, block by block."""
        for file in [self, *self.more]:
            parts = read_numbered_columns(file.found, file.source, names, self.joined, self.missing)
            for numbers, columns in parts:
                yield numbers, {name: texts(column) for name, column in columns.items()}

    def frames(self, names: list[str]) -> Iterator[pd.DataFrame]:
        """Yield `names` of all rows, block by block: trimmed texts, empty where missing."""
        for _, columns in self.columns(names):
            frame = {name: column.fill_null("").to_pandas() for name, column in columns.items()}
            trimmed = pd.DataFrame(frame, dtype=str).apply(lambda column: column.str.strip())
            yield trimmed.mask(trimmed.isin(self.missing), "")


def index_by_name(files: Sequence[InspectedFile]) -> dict[str, InspectedFile]:
    """Return files by name; of two with the same name, the first: it has the joined columns."""
    return {file.name: file for file in reversed(files)}


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
    try:
        if format_of(path, file.source) in _DELIMITED:
            _find_layout(file)
        elif format_of(path, file.source) == "xlsx":
            _skip_titles(file, sheets.first_rows(path, file.source, _FIRST_ROWS))
        found = sample(path, file.source)
        if format_of(path, file.source) in _DELIMITED:
            file.rows = [list(found.columns)]
            if is_data_row(file.rows[0]):
                header = [f"column_{number}" for number in range(1, len(found.columns) + 1)]
                settings["header"] = Noted(
                    header, f"the file has none; its first row: {', '.join(file.rows[0])}"
                )
                file.source = file.source.model_copy(update={"header": header})
                found = sample(path, file.source)
                file.rows = []
            delimiter = file.source.delimiter or ("\t" if format_of(path, file.source) == "tsv" else ",")
            if has_line_breaks(path, delimiter, len(found.columns)):
                settings["multiline"] = Noted(True, "quoted values contain line breaks")
                file.source = file.source.model_copy(update={"multiline": True})
                found = sample(path, file.source)
        if lines := _lines_of_orders(path, file.source, found):
            settings["rows"] = lines
            file.source = file.source.model_copy(update={"rows": lines})
            found = sample(path, file.source)
    except ImportFailed as error:
        file.problem = str(error).rstrip(".")
        return file
    file.names = list(found.columns)
    file.values = found.columns
    file.typed = found.typed
    nulls = {value for column in found.columns.values() for value in column} & _NULLS
    if nulls:
        file.missing = ["", *sorted(str(text) for text in nulls)]
        settings["missing"] = file.missing
    first = zip(*(column[:_FIRST_ROWS] for column in found.columns.values()), strict=True)
    file.rows += [[value or "" for value in row] for row in first]
    return file


def _lines_of_orders(path: Path, source: Source, found: Sample) -> str | None:
    """Return the path of the list with the lines of an order; None where records are rows themselves.

    Its name tells, or its elements have a product, which the records lack.
    """
    if not found.lists:
        return None
    holder = list_of_records(path, source) if format_of(path, source) in JSON else None
    named = any(name.rpartition(".")[2] in _LINES for name in found.lists)
    lacks_products = "product" not in find_columns(list(found.columns))
    for name in found.lists:
        rows = f"{holder}.{name}" if holder else name
        # The longest path leads to the innermost list: the lines of an order rather than its shipments.
        if named or (lacks_products and _has_products(path, source, rows)):
            return rows
    return None


def _has_products(path: Path, source: Source, rows: str) -> bool:
    names = column_names(path, source.model_copy(update={"rows": rows}), _FIRST_ROWS)
    return "product" in find_columns([name for name in names if not name.startswith(RECORD)])


def _find_layout(file: InspectedFile) -> None:
    """Decide encoding and delimiter, or ask where several fit."""
    with open_decompressed(file.path) as opened:
        raw = opened.read(_SAMPLE_BYTES)
    if len(raw) == _SAMPLE_BYTES and b"\n" in raw:
        raw = raw[: raw.rfind(b"\n") + 1]
    found = encodings.candidates(raw)
    encoding, is_mixed = found[0], _is_mixed(raw, found[0])
    chosen = ["utf-8", encoding] if is_mixed else [encoding]
    if len(found) > 1:
        first = raw.decode(encoding, errors="replace").splitlines()
        example = next((line for line in first if not line.isascii()), "")[:60]
        file.settings["encoding"] = Ask(
            f"How is the text of {file.name} encoded? As {encoding}, a line reads: {example}", tuple(found)
        )
    elif chosen != ["utf-8"]:
        file.settings["encoding"] = chosen if is_mixed else encoding
    text = _skip_title_lines(file, raw.decode(encoding, errors="replace"))
    is_tsv = format_of(file.path, file.source) == "tsv"
    fitting = delimiters.candidates(text)
    if len(fitting) > 1:
        file.settings["delimiter"] = Ask(
            f"What separates the values of {file.name}, whose first line is: {text.splitlines()[0][:80]}",
            tuple(fitting),
        )
    delimiter = fitting[0] if fitting else None
    default = "\t" if is_tsv else ","
    if delimiter and delimiter != default and len(fitting) == 1:
        file.settings["delimiter"] = delimiter
    file.source = file.source.model_copy(update={"encoding": chosen, "delimiter": delimiter})


def _skip_title_lines(file: InspectedFile, text: str) -> str:
    """Leave out what stands above the header, and return the text below it."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    number = lines_above_header("".join(lines))
    _skip_rows(file, number, [line.strip(" ,;|\t\r\n") for line in lines[:number]])
    return "".join(lines[number:])


def _skip_titles(file: InspectedFile, rows: list[list[str]]) -> None:
    number = rows_above_header(rows)
    # The header is below empty rows in any case.
    if any(any(row) for row in rows[:number]):
        _skip_rows(file, number, [" ".join(filter(None, row)) for row in rows[:number]])


def _skip_rows(file: InspectedFile, number: int, titles: list[str]) -> None:
    if number:
        shown = " / ".join(" ".join(title.split())[:_SHOWN] for title in titles if title) or "empty rows"
        file.settings["skip_rows"] = Noted(number, f"above the header: {shown}")
        file.source = file.source.model_copy(update={"skip_rows": number})


def _is_mixed(raw: bytes, encoding: str) -> bool:
    """Whether some lines are valid UTF-8 beyond ASCII, and others are in `encoding`."""
    if encoding.startswith("utf"):
        return False
    return any(not line.isascii() and _is_utf8(line) for line in raw.split(b"\n"))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def ask_column(
    file: InspectedFile, what: str, names: Iterable[str] | None = None, *, optional: bool = False
) -> Ask:
    """Return the question which column of a file holds `what`.

    Parameters
    ----------
    file
        The file.
    what
        What the column holds, in words.
    names
        The columns to choose among; default: all.
    optional
        Whether no column may hold it.
    """
    chosen = list(file.names if names is None else names)[:_MAX_CHOICES]
    choices = {name: examples(file.values.get(name, [])) for name in chosen}
    if optional:
        choices[NO_COLUMN] = ""
    return Ask(f"Which column of {file.name} holds {what}?", choices)
