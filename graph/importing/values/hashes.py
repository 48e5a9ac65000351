"""Hashes of rows, by which repeated rows are found in little memory."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]


def row_hashes(frame: pd.DataFrame) -> Hashes:
    """Return a hash of the values of each row."""
    return pd.util.hash_pandas_object(frame, index=False).to_numpy()
