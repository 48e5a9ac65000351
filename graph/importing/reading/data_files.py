"""Which files hold data, by their names: format, sheet, and the pattern of a series of files."""

import glob
import re
from pathlib import PurePosixPath

from graph.importing.vocabulary.month_names import is_month

FORMATS = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".jsonl": "jsonl",
    ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".xls": "xlsx",
}  # fmt: skip
"""The format of a file by the end of its name; `.gz` and `.zst` may follow.

An old workbook (`.xls`) cannot be read, and is refused with what to do about it.
"""
READABLE = tuple(suffix for suffix in FORMATS if suffix != ".xls")
"""The endings of files that can be read."""
_COMPRESSED = {".gz", ".zst"}
_DIGITS = re.compile(r"\d(?:[-_. T]?\d)*(?=.*\.)")
"""A number or date in a file name, before its suffix."""
_WORD = re.compile(r"[^\W\d_]+(?=.*\.)")
_WORD_OF_SHEET = re.compile(r"[^\W\d_]+")
_DIGITS_OF_SHEET = re.compile(r"\d(?:[-_. ]?\d)*")


def format_by_name(name: str) -> str | None:
    """Return the format of a file by the end of its name; None where that tells nothing."""
    path = PurePosixPath(name)
    bare = path.with_suffix("") if path.suffix.lower() in _COMPRESSED else path
    return FORMATS.get(bare.suffix.lower())


def is_data(name: str) -> bool:
    """Return whether a file of this name holds rows."""
    return format_by_name(name) is not None


def is_workbook(name: str) -> bool:
    """Return whether a file of this name is a workbook, which may have several sheets."""
    return format_by_name(name) == "xlsx"


def divide_sheet(name: str) -> tuple[str, str | None]:
    """Return the workbook and the sheet of a name like `shop.xlsx/Orders`; no sheet for any other."""
    workbook, slash, sheet = name.rpartition("/")
    return (workbook, sheet) if slash and is_workbook(workbook) else (name, None)


def series_pattern(name: str) -> str:
    """Return `name` with `*` in place of each number or date: orders_2024-06-20.csv is of orders_*.csv.

    A date may have the name of a month: Orders April 2024.csv is of Orders *.csv.
    """
    return "*".join(_around_digits(name))


def file_pattern(name: str) -> str:
    """Return the pattern of the series of `name` for the mapping, where its own `[`, `*` and `?` are escaped.

    sales [2].csv is of sales [[]*].csv.
    """
    return "*".join(map(glob.escape, _around_digits(name)))


def _around_digits(name: str) -> list[str]:
    """Return the parts of a name between its numbers and dates."""
    workbook, sheet = divide_sheet(name)
    *parts, last = _DIGITS.split(_WORD.sub(_month_as_digit, workbook))
    if sheet is None:
        return [*parts, last]
    first, *others = _DIGITS_OF_SHEET.split(_WORD_OF_SHEET.sub(_month_as_digit, sheet))
    return [*parts, f"{last}/{first}", *others]


def _month_as_digit(word: re.Match[str]) -> str:
    return "0" if is_month(word[0]) else word[0]
