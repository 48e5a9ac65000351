"""Boolean columns of Arrow as masks of numpy."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def is_true(column: pa.Array) -> NDArray[np.bool_]:
    """Return where a boolean column is true; null is not."""
    return np.asarray(pc.fill_null(column, False).to_numpy(zero_copy_only=False), dtype=bool)
