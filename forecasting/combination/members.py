"""The members of the combination beside the K-LSTM: statistical forecasters of one series.

They are fitted to a campaign's series up to the origin, divided by the holiday effects that the filter of
traffic (``baseline.traffic``) has learned by then; their forecasts are multiplied by those of the days ahead.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.history.time_step import Step

Floats = NDArray[np.float64]

MEMBERS = ("KLSTM", "Baseline", "BoostedTrees", "AutoETS", "AutoTheta", "SeasonalMean", "Croston")
"""Names of all members, in the order of their weights."""
STATISTICAL = MEMBERS[3:]
_SEASONS = 8
"""Seasons whose same steps SeasonalMean averages: with days, the last eight of the same weekday."""
_MIN_STEPS = 8
"""Steps that a series must have."""
_FITTED_SEASONS = 52
"""Latest seasons that the statistical members are fitted to."""
_INTERMITTENT = 1.32
"""Steps from one with participants to the next, on average, from which a series counts as intermittent
(Syntetos, Boylan and Croston, JORS 2005)."""
_MIN_MEAN = 0.01
_NO_MODEL = ("no model able to be fitted",)
"""What statsforecast raises, as a bare Exception, where AutoETS or AutoTheta can fit none of its models."""
_KEPT = 256
"""Series whose means are kept."""


def statistical_means(
    y: Floats, holiday_factors: Floats, step: Step, horizon: int, season_factors: Floats | None = None
) -> Floats:
    """Forecast a series by each statistical member.

    Parameters
    ----------
    y
        Participants of each step before the origin, shape (n_steps,).
    holiday_factors
        Ratio of each step to one without holidays near, shape (n_steps + horizon or more,).
    step
        The time step, whose season the members use.
    horizon
        Number of steps to forecast.
    season_factors
        Ratio of each step to one of an average season, of the shape of `holiday_factors`: the season of a
        series that is shorter than two of its own.

    Returns
    -------
    Means, shape (len(STATISTICAL), horizon); NaN where the series is too short, where a member cannot be
    fitted, and of Croston where the series is not intermittent. A series that is shorter than two seasons has
    that of `season_factors`.
    """
    if len(y) < _MIN_STEPS:
        return np.full((len(STATISTICAL), horizon), np.nan)
    season, factors = step.season, holiday_factors
    if len(y) < 2 * season:
        season, factors = 1, factors if season_factors is None else factors * season_factors
    adjusted = (y / factors[: len(y)])[-_FITTED_SEASONS * step.season :]
    means = _fitted_means(adjusted.tobytes(), season, horizon)
    return np.maximum(means * factors[len(y) : len(y) + horizon], _MIN_MEAN)


# Totals, users, groups and explanation of a forecast need the same means, which take a tenth of a second.
@lru_cache(maxsize=_KEPT)
def _fitted_means(series: bytes, season: int, horizon: int) -> Floats:
    """The means of each statistical member, from a series of floats as bytes, which a cache can compare."""
    y = np.frombuffer(series, dtype=np.float64).copy()
    means = np.full((len(STATISTICAL), horizon), np.nan)
    for row, model in enumerate(_models(season, y)):
        try:
            with np.errstate(all="ignore"):  # Short and constant series have a variance of 0 / 0.
                means[row] = model.forecast(y=y, h=horizon)["mean"]
        except Exception as error:
            if error.args != _NO_MODEL:
                raise
    return means


def _models(season: int, y: Floats) -> list[Any]:
    # Imported here because it takes seconds.
    from statsforecast.models import AutoETS, AutoTheta, CrostonOptimized, SeasonalWindowAverage

    recent = y[-_SEASONS * season :]
    is_intermittent = len(recent) >= _INTERMITTENT * np.count_nonzero(recent)
    return [
        AutoETS(season_length=season),
        AutoTheta(season_length=season),
        SeasonalWindowAverage(season, len(recent) // season),
        *([CrostonOptimized()] if is_intermittent else []),
    ]
