"""Tells rates and thresholds of discounts from amounts, or asks."""

import re
from collections import Counter
from typing import Any

import pyarrow.compute as pc

from graph.importing.contract import TABLES
from graph.importing.inference.draft import Ask, Noted
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.formats.percentages import percent_or_money
from graph.importing.inference.formats.texts import texts_of
from graph.importing.mapping.formats import OR

_DISCOUNT_FORMS = (
    ("threshold", r"\d+(?:[.,]\d+)?\s*:\s*\d+(?:[.,]\d+)?"),
    ("percent", r"-?\d+(?:[.,]\d+)?\s*%"),
    ("share", r"0?[.,]\d+|0|1(?:[.,]0+)?"),
    ("amount", r".*\d.*"),
    ("missing", ""),
)
_MAX_WORDS = 5
_DISCOUNTS = ("discount", "coupon_discount")


def set_discounts(table: str, file: InspectedFile, columns: dict[str, Any]) -> None:
    """Tell rates and thresholds of discounts from amounts of money; ask which share a rate is."""
    for field in _DISCOUNTS:
        column = columns.get(field)
        if field not in TABLES[table].names or not isinstance(column, str):
            continue
        if field == "discount" and (reading := percent_or_money(file.name, column, texts_of(file, column))):
            columns[field] = {"column": column, "as": reading}
            continue
        if column in file.typed:
            continue
        kinds: Counter[str] = Counter()
        words: Counter[str] = Counter()
        share = ""
        for _, text in texts_of(file, column):
            for value, number in Counter(pc.utf8_trim_whitespace(text.drop_null()).to_pylist()).items():
                kind = next((kind for kind, form in _DISCOUNT_FORMS if re.fullmatch(form, value)), "word")
                kinds[kind] += number
                share = share or (value if kind == "share" and value.strip("01.,") else "")
                if kind == "word" and len(words) <= _MAX_WORDS:
                    words[value] += number
        setting: dict[str, Any] = {}
        first = ["threshold"] if kinds["threshold"] else []
        if share and not kinds["amount"]:
            setting["as"] = Ask(
                f"Does {share} in {column} of {file.name} mean the share of the price that is taken off "
                "(rate), or that is paid (paid_rate)?",
                tuple(OR.join([*first, reading]) for reading in ("rate", "paid_rate")),
            )
        elif kinds["threshold"] or kinds["percent"]:
            amounts = ["amount"] if kinds["amount"] or kinds["share"] else []
            setting["as"] = [*first, *(["rate"] if kinds["percent"] else []), *amounts]
        if 0 < len(words) <= _MAX_WORDS:
            found = ", ".join(f"{word} in {number:,} rows" for word, number in words.items())
            setting["missing"] = Noted([*file.missing, *words], f"states no discount: {found}")
        if setting:
            columns[field] = {"column": column, **setting}
