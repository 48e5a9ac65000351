"""Whether an export lists orders by a number of their own, so that a later one can have them again."""

import pandas as pd

from graph.importing.inference.inspect import InspectedFile


def identifies_orders(file: InspectedFile, basket: str, user: str, at: str) -> bool:
    """Return whether each value of `basket` has one user and one time in all rows: it is no session or till.

    Parameters
    ----------
    file
        The export.
    basket, user, at
        Its columns with the number, the user and the time of each order.
    """
    parts = []
    for frame in file.frames([basket, user, at]):
        complete = frame[(frame != "").all(axis="columns")]
        parts.append(complete.drop_duplicates())
    orders = pd.concat(parts).drop_duplicates() if parts else pd.DataFrame({basket: []})
    return len(orders) > 0 and not orders[basket].duplicated().any()
