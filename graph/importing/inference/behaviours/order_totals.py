"""Tells the total of an order, repeated in each of its lines, from the amount of a line."""

import re
from collections import Counter, defaultdict
from typing import Literal

from graph.importing.inference.draft import Ask
from graph.importing.inference.files.column_values import examples
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.reading.json_paths import RECORD
from graph.importing.vocabulary.names import simplify

_ENOUGH = 3
"""Orders of several different lines that must all repeat their amount."""
_CHANCE = 0.001
"""Probability below which amounts drawn at random do not agree in all lines of each order."""
_OF_ORDERS = re.compile(r"order|grand_total|gesamt|bestellwert|rechnungsbetrag|total_ttc|订单|注文")
"""Names of amounts of whole orders."""
_LINE = ("product", "quantity", "unit_price")


def repeats_order_total(file: InspectedFile, roles: dict[str, str]) -> Literal["yes", "perhaps", "no"]:
    """Return whether the amounts of a file are totals of orders: the same in all lines of each order.

    The first rows decide. Amounts that are the same in all orders are prices. Few may agree by chance.

    Parameters
    ----------
    file
        A file of behaviours.
    roles
        Its columns by role.
    """
    if roles.get("value", "").startswith(RECORD):
        return "yes"  # Rows are elements of a list, and the amount is that of the record which holds them.
    if not {"basket", "value"} <= set(roles):
        return "no"
    lines = [file.values[roles[role]] for role in _LINE if role in roles]
    by_order = defaultdict(list)
    for basket, amount, *line in zip(
        file.values[roles["basket"]], file.values[roles["value"]], *lines, strict=True
    ):
        if basket and amount:
            by_order[basket].append((amount, tuple(line)))
    several = [rows for rows in by_order.values() if len({line for _, line in rows}) > 1]
    shares = Counter(amount for rows in several for amount, _ in rows)
    same = all(len({amount for amount, _ in rows}) == 1 for rows in several)
    if len(several) < _ENOUGH or len(shares) == 1 or not same:
        return "no"
    if _OF_ORDERS.search(simplify(roles["value"])):
        return "yes"
    by_chance = sum((number / shares.total()) ** 2 for number in shares.values())
    further_lines = shares.total() - len(several)
    return "yes" if by_chance**further_lines < _CHANCE else "perhaps"


def ask_order_total(file: InspectedFile, column: str, instead: str) -> Ask:
    """Return the question whether a column has the amounts of lines, or repeats the total of each order."""
    question = (
        f"Is {column} of {file.name} the amount of each line (answer {column}), or the total of its order, "
        f"which all lines repeat (answer {NONE_OF_THEM}; the value of a line is then {instead})? The lines "
        "of each order have the same, but they are so few that it can be chance"
    )
    return Ask(question, {column: examples(file.values[column]), NONE_OF_THEM: ""})
