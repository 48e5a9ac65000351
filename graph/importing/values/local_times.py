"""Local times as moments: in a zone, and in milliseconds since the epoch (UTC)."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def localised(local: pd.Series, zone: str) -> pd.Series:
    """Return local times with their zone: of an ambiguous time the first, of a skipped one the gap's end."""
    first = np.ones(len(local), dtype=bool)
    return local.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")


def milliseconds_of(moments: pd.Series) -> NDArray[np.float64]:
    """Return moments in milliseconds since the epoch, NaN where missing."""
    whole = moments.dt.as_unit("ms").astype("int64").to_numpy().astype(float)
    return np.where(moments.isna().to_numpy(), np.nan, whole)
