"""Calendar features: the position in the season, the day of the month, and the holidays nearby."""

from functools import cache

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.time_step import DAY, Step

Floats = NDArray[np.float64]

_COUNTRY = "US"
_CATEGORIES = ("public", "unofficial")
# Holidays that change when people shop, not all days off.
_SHOPPING_HOLIDAYS = (
    "New Year's Day",
    "Easter Sunday",
    "Memorial Day",
    "Independence Day",
    "Labor Day",
    "Thanksgiving Day",
    "Christmas Day",
)
_DAYS_TO_HOLIDAY = ((0,), (1,), (2, 3), (-1, -2))
"""Days until the holiday for each indicator: the day itself, its eve, the two days before, the two after."""
_MONTH_HARMONICS = 2
_MONTH_DAYS = 30.4

CALENDAR_FEATURES = 2 + len(_DAYS_TO_HOLIDAY)


def calendar_features(calendar: pd.DatetimeIndex, step: Step = DAY) -> NDArray[np.float32]:
    """Seasonal and holiday features of each step.

    Returns
    -------
    Shape (n_steps, 6): sine and cosine of the position in the season, and ``holiday_indicators`` (0 for
    months).
    """
    angle = 2 * np.pi * step.season_positions(calendar) / step.season
    season = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    no_holidays = np.zeros((len(calendar), len(_DAYS_TO_HOLIDAY)))
    indicators = holiday_indicators(calendar) if step == DAY else no_holidays
    return np.concatenate([season, indicators], axis=1).astype(np.float32)


def holiday_indicators(days: pd.DatetimeIndex) -> Floats:
    """Whether each day is near a shopping holiday.

    Returns
    -------
    Shape (n_days, 4), values 0 and 1: the day is a holiday, the day before one, two or three days before one,
    one or two days after one.
    """
    holiday_dates = pd.DatetimeIndex([day for day, _ in named_holidays(days)])
    day = pd.Timedelta(days=1)
    indicators = [
        np.any([(days + distance * day).isin(holiday_dates) for distance in distances], axis=0)
        for distances in _DAYS_TO_HOLIDAY
    ]
    return np.stack(indicators, axis=1).astype(float)


def named_holidays(days: pd.DatetimeIndex) -> list[tuple[pd.Timestamp, str]]:
    """Dates and names of shopping holidays, from the year before `days` to the year after."""
    return _holidays(tuple(range(int(days[0].year) - 1, int(days[-1].year) + 2)))


def month_fourier_terms(days: pd.DatetimeIndex) -> Floats:
    """Fourier terms of the day of the month, shape (n_days, 4): sine and cosine of two harmonics."""
    angle = 2 * np.pi * (days.day.to_numpy() - 1) / _MONTH_DAYS
    harmonics = range(1, _MONTH_HARMONICS + 1)
    return np.stack([wave(k * angle) for k in harmonics for wave in (np.sin, np.cos)], axis=1)


@cache
def _holidays(years: tuple[int, ...]) -> list[tuple[pd.Timestamp, str]]:
    calendar = holidays.country_holidays(_COUNTRY, years=list(years), categories=_CATEGORIES)
    return sorted(
        (pd.Timestamp(day), name)
        for day, names in calendar.items()
        for name in names.split("; ")
        if name in _SHOPPING_HOLIDAYS
    )
