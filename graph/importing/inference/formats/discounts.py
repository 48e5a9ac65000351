"""Decides whether discounts are amounts, rates, percent or thresholds, or asks."""

import re
from collections import Counter
from typing import Any

import pyarrow.compute as pc

from graph.importing.contract import TABLES
from graph.importing.inference.draft import Ask, Noted
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.formats.texts import texts_of
from graph.importing.mapping.formats import OR
from graph.importing.vocabulary.names import simplify

_DISCOUNT_FORMS = (
    ("threshold", r"\d+(?:[.,]\d+)?\s*:\s*\d+(?:[.,]\d+)?"),
    ("percent", r"-?\d+(?:[.,]\d+)?\s*%"),
    ("share", r"0?[.,]\d+|0|1(?:[.,]0+)?"),
    ("amount", r".*\d.*"),
    ("missing", ""),
)
_MAX_WORDS = 5
_DISCOUNTS = ("discount", "coupon_discount")
_PERCENT = {
    "percent", "percentage", "pct", "perc", "rate", "prozent", "rabattsatz", "satz", "pourcentage", "taux",
    "porcentaje", "percentuale", "百分比",
}  # fmt: skip
_MONEY = {
    "amount", "money", "value", "total", "betrag", "rabattbetrag", "montant", "importe", "bedrag", "importo",
    "eur", "usd", "gbp", "chf", "cny", "rmb", "优惠金额", "金额",
}  # fmt: skip
_MOSTLY = 0.8


def set_discounts(table: str, file: InspectedFile, columns: dict[str, Any]) -> None:
    """Tell rates and thresholds of discounts from amounts of money; ask which share a rate is."""
    for field in _DISCOUNTS:
        column = columns.get(field)
        if field not in TABLES[table].names or not isinstance(column, str):
            continue
        if field == "discount" and (reading := _percent_or_money(file, column)):
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
                "(rate), or that is paid (paid_rate), or money taken off (amount)?",
                tuple(OR.join([*first, reading]) for reading in ("rate", "paid_rate", "amount")),
            )
        elif kinds["threshold"] or kinds["percent"]:
            amounts = ["amount"] if kinds["amount"] or kinds["share"] else []
            setting["as"] = [*first, *(["rate"] if kinds["percent"] else []), *amounts]
        if 0 < len(words) <= _MAX_WORDS:
            found = ", ".join(f"{word} in {number:,} rows" for word, number in words.items())
            setting["missing"] = Noted([*file.missing, *words], f"states no discount: {found}")
        if setting:
            columns[field] = {"column": column, **setting}


def _percent_or_money(file: InspectedFile, column: str) -> Any:
    """Return how a column of discounts is read (`as`), a question, or None where nothing points to percent.

    Whole percentages are numbers up to 100, most of them multiples of 5. So may be amounts of money.
    """
    words = set(simplify(column).split("_"))
    if words & _MONEY or any(sign in column for sign in "€$£¥"):
        return None
    rows: Counter[float] = Counter()
    for _, block in texts_of(file, column):
        found = pc.utf8_trim_whitespace(block.drop_null()).value_counts().to_pylist()
        for entry in found:
            try:
                number = float(entry["values"].replace(",", "."))
            except ValueError:
                return None
            if not 0 <= number <= 100:
                return None
            if number:
                rows[number] += entry["counts"]
    if not rows or max(rows) <= 1:
        return None
    if "%" in column or words & _PERCENT:
        return Noted("percent", f"by the name of the column; its values are up to {max(rows):g}")
    if sum(number for value, number in rows.items() if value % 5 == 0) < _MOSTLY * rows.total():
        return None
    return Ask(
        f"Are the discounts in {column} of {file.name}, like {rows.most_common(1)[0][0]:g}, percent of the "
        "price (percent), or money taken off (amount)? All are from 0 to 100, and most are multiples of 5",
        ("percent", "amount"),
    )
