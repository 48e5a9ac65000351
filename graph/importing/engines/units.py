"""Numbers of units: whole ones become integers, which the database stores in half the space of a float."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_LARGEST = 2.0**53
"""A float holds every integer up to here."""


def is_whole(units: pa.Array) -> NDArray[np.bool_]:
    """Return where numbers are whole; missing ones are."""
    values = np.nan_to_num(units.to_numpy(zero_copy_only=False))
    return np.asarray((np.floor(values) == values) & (np.abs(values) < _LARGEST))


def to_values(units: pa.Array) -> list[int | float | None]:
    """Return numbers as integers where they are whole, else as floats."""
    whole = is_whole(units)
    if whole.all():
        return list(units.cast(pa.int64()).to_pylist())
    values = zip(units.to_pylist(), whole.tolist(), strict=True)
    return [int(value) if integer and value is not None else value for value, integer in values]
