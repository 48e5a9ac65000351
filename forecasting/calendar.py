"""What is known of a day in advance: its weekday and the public holidays around it."""

from functools import cache

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

CALENDAR_FEATURES = 5
_COUNTRY = "US"


def calendar_features(days: pd.DatetimeIndex) -> NDArray[np.float32]:
    """Shape (n_days, 5): weekday as sine and cosine; whether a holiday is today, tomorrow, was
    yesterday.
    """
    angle = 2 * np.pi * days.day_of_week.to_numpy() / 7
    years = tuple(sorted({int(year) for year in days.year} | {int(days[-1].year) + 1}))
    known = _holidays(years)
    day = pd.Timedelta(days=1)
    near = [(days + shift * day).isin(known) for shift in (0, 1, -1)]
    return np.stack([np.sin(angle), np.cos(angle), *near], axis=1).astype(np.float32)


@cache
def _holidays(years: tuple[int, ...]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(sorted(holidays.country_holidays(_COUNTRY, years=list(years))))
