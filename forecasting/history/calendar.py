"""What is known of a day in advance: its weekday, its place in the month, and the holidays around it."""

from functools import cache

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.time_step import DAY, Step

Floats = NDArray[np.float64]

_COUNTRY = "US"
_CATEGORIES = ("public", "unofficial")
# Days for which people shop, or on which they do not; not every day off.
_KEPT = (
    "New Year's Day",
    "Easter Sunday",
    "Memorial Day",
    "Independence Day",
    "Labor Day",
    "Thanksgiving Day",
    "Christmas Day",
)
_NEAR = ((0,), (1,), (2, 3), (-1, -2))
"""Days to go to the holiday: itself, its eve, the days before that, and those after."""
_WAVES = 2
_MONTH = 30.4

CALENDAR_FEATURES = 2 + len(_NEAR)


def calendar_features(calendar: pd.DatetimeIndex, step: Step = DAY) -> NDArray[np.float32]:
    """Shape (n_steps, 6): the place in the season as sine and cosine; ``holidays_near``, of days."""
    angle = 2 * np.pi * step.places(calendar) / step.season
    waves = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    near = holidays_near(calendar) if step == DAY else np.zeros((len(calendar), len(_NEAR)))
    return np.concatenate([waves, near], axis=1).astype(np.float32)


def holidays_near(days: pd.DatetimeIndex) -> Floats:
    """Shape (n_days, 4): whether a holiday is today, tomorrow, soon (2 or 3 days); was up to two days ago."""
    known = pd.DatetimeIndex([day for day, _ in named_holidays(days)])
    day = pd.Timedelta(days=1)
    near = [np.any([(days + to_go * day).isin(known) for to_go in group], axis=0) for group in _NEAR]
    return np.stack(near, axis=1).astype(float)


def named_holidays(days: pd.DatetimeIndex) -> list[tuple[pd.Timestamp, str]]:
    """The holidays that matter, in the years of `days` and those beside them."""
    return _holidays(tuple(range(int(days[0].year) - 1, int(days[-1].year) + 2)))


def month_waves(days: pd.DatetimeIndex) -> Floats:
    """Shape (n_days, 4): the day of the month as two sines and cosines."""
    angle = 2 * np.pi * (days.day.to_numpy() - 1) / _MONTH
    return np.stack([wave(k * angle) for k in range(1, _WAVES + 1) for wave in (np.sin, np.cos)], axis=1)


@cache
def _holidays(years: tuple[int, ...]) -> list[tuple[pd.Timestamp, str]]:
    found = holidays.country_holidays(_COUNTRY, years=list(years), categories=_CATEGORIES)
    return sorted(
        (pd.Timestamp(day), name)
        for day, names in found.items()
        for name in names.split("; ")
        if name in _KEPT
    )
