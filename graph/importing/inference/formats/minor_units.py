"""Finds amounts in pence, cents, micros and the like, by the names of their columns: they are divided."""

from typing import Any

import pyarrow.compute as pc

from graph.importing.contract import TABLES
from graph.importing.inference.draft import Noted, plain, question_of
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.formats.texts import texts_of
from graph.importing.vocabulary.names import MICROS, MINOR_UNITS, simplify

_AMOUNTS = ("value", "unit_price", "discount", "minimum_spend", "coupon_discount")


def divide_minor_units(
    table: str, file: InspectedFile, columns: dict[str, Any], numbers: dict[str, Any] | None
) -> None:
    """Let columns of whole amounts in minor units be divided; `numbers` is the form of all numbers."""
    for field in _AMOUNTS:
        column = columns.get(field)
        name = column["column"] if isinstance(column, dict) else column
        if question := question_of(column):
            choices = [choice for choice in question.choose if choice in file.names]
            name = choices[0] if len(choices) == 1 else None
        if field not in TABLES[table].names or not isinstance(name, str):
            continue
        if unit := _minor_unit(name):
            settings = column if isinstance(column, dict) else {"column": column}
            own = plain(settings.get("numbers", numbers)) or {}
            if isinstance(own, dict) and _are_whole(file, name):
                divisor = 1_000_000 if unit in MICROS else 100
                note = f"{unit} by the name of the column, and whole: divided by {divisor:,} as they are read"
                columns[field] = settings | {"numbers": Noted(own | {"divide_by": divisor}, note)}


def _minor_unit(column: str) -> str | None:
    return next(
        (word for word in simplify(column.rpartition(".")[2]).split("_") if word in MINOR_UNITS | MICROS),
        None,
    )


def _are_whole(file: InspectedFile, column: str) -> bool:
    whole = (
        pc.match_substring_regex(text, r"^\s*(?:-?\d+(?:\.0+)?)?\s*$") for _, text in texts_of(file, column)
    )
    return all(pc.all(each).as_py() is not False for each in whole)
