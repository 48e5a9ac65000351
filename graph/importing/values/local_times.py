"""Local times as moments: in a zone, and in milliseconds since the epoch (UTC); days of a zone."""

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray


def localised(local: pd.Series, zone: str) -> pd.Series:
    """Return local times with their zone: of an ambiguous time the first, of a skipped one the gap's end."""
    first = np.ones(len(local), dtype=bool)
    return local.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")


def milliseconds_of(moments: pd.Series) -> NDArray[np.float64]:
    """Return moments in milliseconds since the epoch, NaN where missing."""
    whole = moments.dt.as_unit("ms").astype("int64").to_numpy().astype(float)
    return np.where(moments.isna().to_numpy(), np.nan, whole)


def first_midnight(moments: pa.Array, zone: str) -> pa.Array:
    """Return the first moment of the day in `zone`, in milliseconds since the epoch."""
    return _from_local(local_times(moments, zone).dt.normalize(), zone)


def next_midnight(moments: pa.Array, zone: str) -> pa.Array:
    """Return the first moment of the next day in `zone`, in milliseconds since the epoch."""
    return _from_local(local_times(moments, zone).dt.normalize() + pd.Timedelta(days=1), zone)


def days_later(moments: pa.Array, days: int, zone: str) -> pa.Array:
    """Return the same time of day in `zone`, `days` later, in milliseconds since the epoch."""
    return _from_local(local_times(moments, zone) + pd.Timedelta(days=days), zone)


def local_times(moments: pa.Array, zone: str) -> pd.Series:
    """Return moments in milliseconds since the epoch as local times."""
    utc = pd.Series(moments.to_pandas()).astype("Int64").astype("datetime64[ms]").dt.tz_localize("UTC")
    return utc.dt.tz_convert(zone).dt.tz_localize(None)


def _from_local(local: pd.Series, zone: str) -> pa.Array:
    milliseconds = milliseconds_of(localised(local.dt.as_unit("ms"), zone))
    missing = np.isnan(milliseconds)
    return pa.array(np.where(missing, 0, milliseconds).astype(np.int64), mask=missing)
