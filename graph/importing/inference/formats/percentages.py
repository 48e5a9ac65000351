"""Tells discounts in percent from money: by the name of the column, else by a question."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.inference.draft import Ask, Noted
from graph.importing.vocabulary.names import simplify

_PERCENT = {
    "percent", "percentage", "pct", "perc", "rate", "prozent", "rabattsatz", "satz", "pourcentage", "taux",
    "porcentaje", "percentuale", "百分比",
}  # fmt: skip
_MONEY = {
    "amount", "money", "value", "total", "betrag", "rabattbetrag", "montant", "importe", "bedrag", "importo",
    "eur", "usd", "gbp", "chf", "cny", "rmb", "优惠金额", "金额",
}  # fmt: skip
_MOSTLY = 0.8


def percent_or_money(file: str, column: str, texts: Iterable[tuple[object, pa.Array]]) -> Any:
    """Return how a column of discounts is read (`as`), a question, or None where nothing points to percent.

    Whole percentages are numbers up to 100, most of them multiples of 5. So may be amounts of money.

    Parameters
    ----------
    file, column
        Where the discounts are.
    texts
        Their texts, block by block.
    """
    words = set(simplify(column).split("_"))
    if words & _MONEY or any(sign in column for sign in "€$£¥"):
        return None
    rows: Counter[float] = Counter()
    for _, block in texts:
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
        f"Are the discounts in {column} of {file}, like {rows.most_common(1)[0][0]:g}, percent of the price "
        "(percent), or money taken off (amount)? All are from 0 to 100, and most are multiples of 5",
        ("percent", "amount"),
    )
