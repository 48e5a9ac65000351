"""Declared priors of holiday effects: how much each holiday changes a day's traffic, from external data.

One year of data is too short to learn the effect of Thanksgiving. A prior supplies it from other years and
other people: a CSV file with, for each holiday and offset in days, the ratio of traffic to the usual traffic
of that weekday, one column per source. The effect is the geometric mean of the sources.

us-groceries  visits to grocery stores and pharmacies, Google COVID-19 Community Mobility Reports: the United
              States in 2020 and the median of eight counties in Texas in 2021. Each day is divided by the
              mean of the same weekday in the three weeks before and after, without other holidays. Easter
              2020 fell into a lockdown and is left out; both years are atypical.
"""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.holiday_calendar import named_holidays
from graph.errors import InvalidRequest

_COUNTRY = "US"
"""The country of all priors so far."""
_FOLDER = files("forecasting.baseline.holiday_priors")
HOLIDAY_PRIORS = tuple(
    sorted(file.name.removesuffix(".csv") for file in _FOLDER.iterdir() if file.name.endswith(".csv"))
)


def holiday_effect(days: pd.DatetimeIndex, prior: str | None) -> NDArray[np.float64]:
    """Log ratio of a day's traffic to the usual traffic of its weekday.

    Parameters
    ----------
    days
        Consecutive days.
    prior
        One of HOLIDAY_PRIORS; with None, the effect is 0 on every day.

    Returns
    -------
    Shape (n_days,).

    Raises
    ------
    InvalidRequest
        For an unknown prior.
    """
    effect = np.zeros(len(days))
    if check_holiday_prior(prior) is None:
        return effect
    effects = _table(prior)
    for day, name in named_holidays(_COUNTRY, days):
        for offset, log_ratio in effects.get(name, ()):
            position = (day - days[0]).days + offset
            if 0 <= position < len(days):
                effect[position] += log_ratio
    return effect


def check_holiday_prior(prior: str | None) -> str | None:
    """Return `prior`. Raises InvalidRequest for an unknown name."""
    if prior is not None and prior not in HOLIDAY_PRIORS:
        raise InvalidRequest(
            f"There is no holiday prior {prior!r}.", f"Choose one of {', '.join(HOLIDAY_PRIORS)}."
        )
    return prior


@cache
def _table(prior: str) -> dict[str, list[tuple[int, float]]]:
    """(offset in days, log ratio of traffic to the usual traffic) of the days around each holiday."""
    with (_FOLDER / f"{prior}.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file)
    sources = rows.columns.difference(["holiday", "offset"])
    effects = np.log(rows[sources]).mean(axis=1)
    return {
        str(name): [(int(offset), float(effects[row])) for row, offset in part["offset"].items()]
        for name, part in rows.groupby("holiday")
    }
