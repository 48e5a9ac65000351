"""Opens workbooks by openpyxl without a look at each sheet.

openpyxl asks each sheet for its extent whenever a workbook is opened, and parses one that does not state it
to its end.
"""

from typing import IO

from openpyxl import Workbook
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet


class _Sheet(ReadOnlyWorksheet):
    def _get_size(self) -> None:
        """Leave the extent open, as `reset_dimensions` does."""


class _Reader(ExcelReader):
    def read_worksheets(self) -> None:
        for sheet, relation in self.parser.find_sheets():
            if relation.target not in self.valid_files:
                continue
            if "chartsheet" in relation.Type:
                self.read_chartsheet(sheet, relation)  # type: ignore[arg-type]
                continue
            opened = _Sheet(self.wb, sheet.name, relation.target, self.shared_strings)
            opened.sheet_state = sheet.state or "visible"
            self.wb._sheets.append(opened)  # type: ignore[attr-defined]


def open_workbook(file: IO[bytes]) -> Workbook:
    """Return a workbook whose sheets are read row by row, with the stored values of formulas."""
    reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
    reader.read()
    return reader.wb
