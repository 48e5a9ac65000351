"""The unit in which a data set's time is counted: a day, or a month where no days are told."""

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
    """All lengths are in steps."""

    name: str
    unit: Unit
    """As numpy and pandas name it."""
    season: int
    """After which the calendar comes round."""
    lookback: int
    """That lie before an origin and a forecast reads; twice as many lie before the first origin to learn
    from.
    """
    horizon: int
    """That can be forecast."""
    recent: int
    """That count as just now."""
    unseen: int
    """The latest before a cut-off, on which training is stopped."""

    def number(self, first: date, moment: pd.Timestamp | date) -> int:
        """How many steps after that of `first` the one of `moment` is."""
        return int(self.numbers(first, pd.DatetimeIndex([moment]))[0])

    def numbers(self, first: date, moments: pd.DatetimeIndex | pd.Series) -> NDArray[np.int64]:
        """``number`` of each."""
        whole = np.asarray(moments, dtype="datetime64[ns]").astype(f"datetime64[{self.unit}]")
        return np.asarray((whole - np.datetime64(first, self.unit)).astype(np.int64))

    def until(self, first: date, end: pd.Timestamp) -> int:
        """How many steps from that of `first` on it takes to what ends at `end`, which is no part of it."""
        return self.number(first, end - pd.Timedelta(1, "ns")) + 1

    def begins(self, first: date, number: int) -> pd.Timestamp:
        """When the step begins that is `number` after that of `first`."""
        return self.range(first, number, 1)[0]

    def range(self, first: date, number: int, count: int) -> pd.DatetimeIndex:
        """When it and those after it begin, `count` in all."""
        numbers = np.arange(number, number + count)
        return pd.DatetimeIndex((np.datetime64(first, self.unit) + numbers).astype("datetime64[ns]"))

    def places(self, moments: pd.DatetimeIndex) -> NDArray[np.int64]:
        """Which step of its season each lies in: Monday, or January, is 0."""
        place = moments.day_of_week if self.unit == "D" else moments.month - 1
        return np.asarray(place, dtype=np.int64)

    def floor(self, moments: pd.Series) -> pd.Series:
        """When the steps of `moments` begin."""
        whole = np.asarray(moments, dtype="datetime64[ns]").astype(f"datetime64[{self.unit}]")
        return pd.Series(whole.astype("datetime64[ns]"), index=moments.index, name=moments.name)


DAY = Step("day", "D", season=7, lookback=28, horizon=14, recent=7, unseen=21)
MONTH = Step("month", "M", season=12, lookback=6, horizon=3, recent=3, unseen=12)
_STEPS = {one.name: one for one in (DAY, MONTH)}


def step_named(name: str) -> Step:
    """Raises InvalidRequest where there is no such step."""
    try:
        return _STEPS[name]
    except KeyError:
        raise InvalidRequest(f"There is no step {name!r}.", f"Choose one of {', '.join(_STEPS)}.") from None
