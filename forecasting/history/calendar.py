"""Calendar features: the position in the season, the day of the month, and the holidays nearby."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.holiday_calendar import holiday_dates
from forecasting.history.time_step import DAY, Step

Floats = NDArray[np.float64]

_DAYS_TO_HOLIDAY = ((0,), (1,), (2, 3), (-1, -2))
"""Days until the holiday for each indicator: the day itself, its eve, the two days before, the two after."""
_DAYS_OFF = ("feast", "civic")
_MONTH_HARMONICS = 2
_MONTH_DAYS = 30.4

CALENDAR_FEATURES = 2 + len(_DAYS_TO_HOLIDAY)


def calendar_features(
    calendar: pd.DatetimeIndex, step: Step = DAY, country: str | None = None
) -> NDArray[np.float32]:
    """Seasonal and holiday features of each step.

    Returns
    -------
    Shape (n_steps, 6): sine and cosine of the position in the season, and whether it is a feast or another
    public holiday, the day before one, two or three days before, one or two after (0 for weeks and months).
    """
    angle = 2 * np.pi * step.season_positions(calendar) / step.season
    season = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    near = np.zeros((len(calendar), len(_DAYS_TO_HOLIDAY)))
    if step.has_days:
        dates = holiday_dates(country, calendar)
        near = np.maximum(*(_near(calendar, dates[kind]) for kind in _DAYS_OFF))
    return np.concatenate([season, near], axis=1).astype(np.float32)


def holiday_indicators(days: pd.DatetimeIndex, country: str | None) -> Floats:
    """Whether each day is near a holiday of each kind.

    Returns
    -------
    Shape (n_days, 4 per kind), values 0 and 1: for each of ``holiday_calendar.KINDS`` whether the day is such
    a holiday, the day before one, two or three days before one, one or two days after one.
    """
    return np.hstack([_near(days, dates) for dates in holiday_dates(country, days).values()])


def _near(moments: pd.DatetimeIndex, dates: pd.DatetimeIndex) -> Floats:
    day, days = pd.Timedelta(days=1), moments.normalize()
    indicators = [
        np.any([(days + distance * day).isin(dates) for distance in distances], axis=0)
        for distances in _DAYS_TO_HOLIDAY
    ]
    return np.stack(indicators, axis=1).astype(float)


def weekday_parts(hours: pd.DatetimeIndex) -> Floats:
    """Whether each hour is in each quarter of each weekday, shape (n_hours, 28)."""
    return np.eye(28)[hours.day_of_week * 4 + hours.hour // 6]


def month_fourier_terms(days: pd.DatetimeIndex) -> Floats:
    """Fourier terms of the day of the month, shape (n_days, 4): sine and cosine of two harmonics."""
    angle = 2 * np.pi * (days.day.to_numpy() - 1) / _MONTH_DAYS
    harmonics = range(1, _MONTH_HARMONICS + 1)
    return np.stack([wave(k * angle) for k in harmonics for wave in (np.sin, np.cos)], axis=1)
