"""Tests whether a column identifies orders: each value has one user and one time."""

from graph.importing.inference.files.inspected_file import InspectedFile


def is_order_id(file: InspectedFile, column: str, *attributes: str) -> bool:
    """Return whether each value of `column` has one user and time in all rows: it is no session or till.

    Parameters
    ----------
    file
        The export.
    column
        Its column that may have the number of each order.
    *attributes
        Its columns with what each order has once: its time, its user.
    """
    orders = file.distinct([column, *attributes])
    return len(orders) > 0 and not orders[column].duplicated().any()
