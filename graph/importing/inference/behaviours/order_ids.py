"""Tests whether columns identify orders: each value has one user and one time, or each row its own values."""

import numpy as np

from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.values.hashes import row_hashes


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


def is_row_key(file: InspectedFile, columns: list[str]) -> bool:
    """Return whether no two rows of one file of a series have the same values in `columns`."""
    for own in file.each_file():
        frames = (frame[(frame != "").all(axis="columns")] for frame in own.frames(columns))
        hashes = [row_hashes(frame) for frame in frames]
        if hashes and len(np.unique(np.concatenate(hashes))) < sum(map(len, hashes)):
            return False
    return True
