"""What is known of holidays from elsewhere: how far each moves a day's traffic, as a declared prior.

One year of data cannot teach what Thanksgiving does. A shape says it beforehand, from other years and other
people: a file with, for each holiday and day around it (offset, in days), traffic over the usual of that
weekday, one column a source; what is used is the geometric mean of the sources.

us-groceries  visits to groceries and pharmacies, Google COVID-19 Community Mobility Reports: the United
              States in 2020 and the median of eight counties in Texas in 2021, each day over the mean of the
              same weekday in the three weeks before and after, other holidays left out. (Easter 2020 fell
              into a lockdown and is not used; both years are unusual ones.)
"""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.calendar import named_holidays
from graph.errors import InvalidRequest

_FOLDER = files("forecasting.baseline.holiday_priors")
SHAPES = tuple(
    sorted(one.name.removesuffix(".csv") for one in _FOLDER.iterdir() if one.name.endswith(".csv"))
)


def holiday_effect(days: pd.DatetimeIndex, shape: str | None) -> NDArray[np.float64]:
    """The logarithm of traffic over the usual of each of consecutive days, shape (n_days,); 0 throughout
    without a `shape`.

    Raises InvalidRequest for a shape that there is none of.
    """
    effect = np.zeros(len(days))
    if check_shape(shape) is None:
        return effect
    told = _table(shape)
    for day, name in named_holidays(days):
        for offset, moved in told.get(name, ()):
            place = (day - days[0]).days + offset
            if 0 <= place < len(days):
                effect[place] += moved
    return effect


def check_shape(shape: str | None) -> str | None:
    """`shape` itself. Raises InvalidRequest where there is none of that name."""
    if shape is not None and shape not in SHAPES:
        raise InvalidRequest(f"There is no holiday shape {shape!r}.", f"There is {', '.join(SHAPES)}.")
    return shape


@cache
def _table(shape: str) -> dict[str, list[tuple[int, float]]]:
    """(offset, logarithm of traffic over the usual) of the days around each holiday."""
    with (_FOLDER / f"{shape}.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file)
    sources = rows.columns.difference(["holiday", "offset"])
    effects = np.log(rows[sources]).mean(axis=1)
    return {
        str(name): [(int(offset), float(effects[place])) for place, offset in part["offset"].items()]
        for name, part in rows.groupby("holiday")
    }
