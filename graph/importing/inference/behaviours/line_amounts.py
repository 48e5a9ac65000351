"""Tells the price of one unit from the amount of a line, by how amounts change with quantities."""

from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from graph.importing.inference.draft import Ask
from graph.importing.inference.files.column_values import examples
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.formats import Numbers
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.values import numbers
from graph.importing.values.number_profile import profile_numbers
from graph.importing.vocabulary.names import simplify

_ENOUGH = 3
"""Lines of a product in another quantity that must agree."""
_MANY = 0.3
"""Share of such lines that must agree; others have discounts, or prices that changed."""
_NEARLY_ALL = 0.9
_UNCLEAR = {
    "amount", "value", "price", "betrag", "wert", "preis", "montant", "prix", "importe", "valor", "precio",
    "bedrag", "prijs", "importo", "prezzo", "kwota", "cena", "tutar", "fiyat", "сумма", "цена", "belopp",
    "beløb", "beløp", "pris", "金额", "金額", "价格", "価格", "금액", "가격",
}  # fmt: skip
"""Names that are used for either."""
Reading = Literal["unit_price", "value", "both", "unknown"]


def draft_line_amount(file: InspectedFile, roles: dict[str, str]) -> tuple[dict[str, str | Ask], str]:
    """Return the field of the only amount beside a quantity, where its values contradict its name, or ask.

    Returns
    -------
    tuple
        The fields of the amounts, empty where the name holds; and what the mapping says of them.
    """
    amounts = [role for role in ("value", "unit_price") if role in roles]
    if len(amounts) != 1 or not {"product", "quantity"} <= set(roles):
        return {}, ""
    (role,) = amounts
    column = roles[role]
    reading = _reading(file, roles["product"], roles["quantity"], column)
    if reading in (role, "unknown"):
        return {}, ""
    if reading != "both" and simplify(column.rpartition(".")[2]) in _UNCLEAR:
        is_price = reading == "unit_price"
        what = "is the price of one unit: a product has the same in any quantity"
        return {
            reading: column
        }, f"{column} {what if is_price else 'is that of the line: it grows with the quantity'}"
    question = (
        f"Is {column} of {file.name} the amount of a line (answer {column}), or the price of one unit, to be "
        f"multiplied by {roles['quantity']} (answer {NONE_OF_THEM})? Its name and its values do not agree"
    )
    return {
        "value": Ask(question, {column: examples(file.values[column]), NONE_OF_THEM: ""}),
        "unit_price": column,
    }, ""


def _reading(file: InspectedFile, product: str, quantity: str, amount: str) -> Reading:
    """Return what the amounts of the first rows are, by products that were bought in several quantities."""
    frame = next(file.frames(list(dict.fromkeys([product, quantity, amount]))), None)
    if frame is None:
        return "unknown"
    lines = pd.DataFrame(
        {"product": frame[product], "quantity": _numbers(frame[quantity]), "amount": _numbers(frame[amount])}
    )
    lines = lines[(lines["product"] != "") & (lines["quantity"] > 0) & (lines["amount"] > 0)]
    usual = lines.groupby("product")["quantity"].agg(lambda found: found.mode().iloc[0])
    is_usual = lines["quantity"].to_numpy() == lines["product"].map(usual).to_numpy()
    known, others = lines[is_usual], lines[~is_usual]
    same = _keys(others, others["amount"]).isin(_keys(known, known["amount"]))
    of_unit = others["amount"] / others["quantity"]
    grown = _keys(others, of_unit).isin(_keys(known, known["amount"] / known["quantity"]))
    prices, amounts = int((same & ~grown).sum()), int((grown & ~same).sum())
    if prices + amounts < max(_ENOUGH, _MANY * len(others)):
        return "unknown"
    if max(prices, amounts) < _NEARLY_ALL * (prices + amounts):
        return "both"
    return "unit_price" if prices > amounts else "value"


def _keys(lines: pd.DataFrame, amount: "pd.Series[float]") -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([lines["product"], amount.round(2)])


def _numbers(texts: "pd.Series[str]") -> "pd.Series[float]":
    text = pa.array(texts.where(texts != "", None), pa.string())
    profile = profile_numbers([(np.arange(len(text)), text)])
    signs = profile.formats[0] if profile.formats else Numbers()
    return pd.Series(numbers.parse(text, signs).values.to_numpy(zero_copy_only=False), index=texts.index)
