"""The time step of a history: a day, or a month if the dates of the data set have no days."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.errors import InvalidRequest

Unit = Literal["D", "M"]


@dataclass(frozen=True)
class Step:
    """A time step, with the lengths that depend on it.

    Attributes
    ----------
    name, unit
        The name of the step, and its unit code in numpy and pandas.
    season
        Steps in a season.
    lookback
        Steps before an origin that a forecast reads. The first training origin needs twice as many before it.
    horizon
        Steps that a model forecasts.
    recent
        Steps before an origin in which activity counts as recent.
    validation
        Steps before a cut-off that are held out to choose the number of epochs.
    """

    name: str
    unit: Unit
    season: int
    lookback: int
    horizon: int
    recent: int
    validation: int

    def number(self, first: date, moment: pd.Timestamp | date) -> int:
        """Number of the step of `moment`; the step of `first` is 0."""
        return int(self.numbers(first, pd.DatetimeIndex([moment]))[0])

    def numbers(self, first: date, moments: pd.DatetimeIndex | pd.Series) -> NDArray[np.int64]:
        """``number`` of each of `moments`."""
        whole = np.asarray(moments, dtype="datetime64[ns]").astype(f"datetime64[{self.unit}]")
        return np.asarray((whole - np.datetime64(first, self.unit)).astype(np.int64))

    def until(self, first: date, end: pd.Timestamp) -> int:
        """Number of steps, whole or in part, from the step of `first` to `end` (exclusive)."""
        return self.number(first, end - pd.Timedelta(1, "ns")) + 1

    def start_of(self, first: date, number: int) -> pd.Timestamp:
        """Beginning of the step `number`; the step of `first` is 0."""
        return self.range(first, number, 1)[0]

    def range(self, first: date, number: int, count: int) -> pd.DatetimeIndex:
        """Beginnings of `count` steps from the step `number` on; the step of `first` is 0."""
        numbers = np.arange(number, number + count)
        return pd.DatetimeIndex((np.datetime64(first, self.unit) + numbers).astype("datetime64[ns]"))

    def season_positions(self, moments: pd.DatetimeIndex) -> NDArray[np.int64]:
        """Position of each of `moments` in its season; Monday, or January, is 0."""
        positions = moments.day_of_week if self.unit == "D" else moments.month - 1
        return np.asarray(positions, dtype=np.int64)

    def floor(self, moments: pd.Series) -> pd.Series:
        """Beginning of the step of each of `moments`."""
        whole = np.asarray(moments, dtype="datetime64[ns]").astype(f"datetime64[{self.unit}]")
        return pd.Series(whole.astype("datetime64[ns]"), index=moments.index, name=moments.name)


DAY = Step("day", "D", season=7, lookback=28, horizon=14, recent=7, validation=21)
MONTH = Step("month", "M", season=12, lookback=6, horizon=3, recent=3, validation=12)
_STEPS = {step.name: step for step in (DAY, MONTH)}


def step_named(name: str) -> Step:
    """Return the step of a name. Raises InvalidRequest for an unknown name."""
    try:
        return _STEPS[name]
    except KeyError:
        raise InvalidRequest(f"{name!r} is not a time step.", f"Choose {' or '.join(_STEPS)}.") from None
