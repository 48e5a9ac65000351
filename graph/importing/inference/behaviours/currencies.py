"""Asks about a column that states several currencies of the amounts beside it, which are not converted."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from graph.importing.inference.draft import Ask, choice_of
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.vocabulary.names import simplify

_COLUMNS = {
    "currency", "currency_code", "order_currency", "currency_iso", "währung", "waehrung", "devise", "moneda",
    "moeda", "valuta", "waluta", "para_birimi", "валюта", "货币", "币种", "通貨", "통화", "العملة",
}  # fmt: skip
_MOST_SHOWN = 12


def currency_column(names: Iterable[str]) -> str | None:
    """Return the column with the currency of amounts."""
    return next((name for name in names if simplify(name) in _COLUMNS), None)


def currency_rule(file: str, column: str, counts: Counter[str]) -> dict[str, Any] | None:
    """Return the question which currencies are left out; None where there is one.

    Parameters
    ----------
    file, column
        Where the currencies are.
    counts
        Rows by currency.
    """
    names = [name for name, _ in counts.most_common() if name]
    if len(names) < 2:
        return None
    listed = ", ".join(f"{name} {counts[name]:,}" for name in names[:_MOST_SHOWN])
    question = (
        f"The amounts of {file} have several currencies ({column}: {listed} rows), and are not converted. "
        f"Choose what is left out: all but {names[0]}, or nothing, if they may be summed as they are"
    )
    return {"is_not": Ask(question, (choice_of(names[1:]), NONE_OF_THEM))}
