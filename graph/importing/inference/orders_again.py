"""Whether an export lists orders by a number of their own, so that a later one can have them again."""

import pandas as pd

from graph.importing.inference.inspect import InspectedFile


def identifies_orders(file: InspectedFile, basket: str, *of_order: str) -> bool:
    """Return whether each value of `basket` has one user and time in all rows: it is no session or till.

    Parameters
    ----------
    file
        The export.
    basket
        Its column with the number of each order.
    *of_order
        Its columns with what each order has once: its time, its user.
    """
    parts = []
    for frame in file.frames([basket, *of_order]):
        complete = frame[(frame != "").all(axis="columns")]
        parts.append(complete.drop_duplicates())
    orders = pd.concat(parts).drop_duplicates() if parts else pd.DataFrame({basket: []})
    return len(orders) > 0 and not orders[basket].duplicated().any()
