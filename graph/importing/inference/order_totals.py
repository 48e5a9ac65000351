"""Tells the total of an order, repeated in each of its lines, from the amount of a line."""

from collections import defaultdict

from graph.importing.inference.inspect import InspectedFile
from graph.importing.reading.json_paths import RECORD

_ENOUGH = 3
"""Orders of several different lines that must all repeat their amount."""
_LINE = ("product", "quantity", "unit_price")


def repeats_order_total(file: InspectedFile, roles: dict[str, str]) -> bool:
    """Return whether the amounts of a file are totals of orders: the same in all lines of each order.

    The first rows decide. Amounts that are the same in all orders are prices.

    Parameters
    ----------
    file
        A file of behaviours.
    roles
        Its columns by role.
    """
    if roles.get("value", "").startswith(RECORD):
        return True  # Rows are elements of a list, and the amount is that of the record which holds them.
    if not {"basket", "value"} <= set(roles):
        return False
    lines = [file.values[roles[role]] for role in _LINE if role in roles]
    by_order = defaultdict(list)
    for basket, amount, *line in zip(
        file.values[roles["basket"]], file.values[roles["value"]], *lines, strict=True
    ):
        if basket and amount:
            by_order[basket].append((amount, tuple(line)))
    several = [rows for rows in by_order.values() if len({line for _, line in rows}) > 1]
    amounts = {amount for rows in several for amount, _ in rows}
    same = all(len({amount for amount, _ in rows}) == 1 for rows in several)
    return len(several) >= _ENOUGH and len(amounts) > 1 and same
