"""The time step of a history: an hour, a day, a week or a month."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.errors import InvalidRequest

Unit = Literal["h", "D", "W", "M"]

_DAYS_OF_WEEK = 7
_FIRST_MONDAY = np.datetime64("1969-12-29", "D")
"""The Monday before numpy's epoch, whose weeks begin on a Thursday."""


@dataclass(frozen=True)
class Step:
    """A time step, with the lengths that depend on it.

    Weeks begin on Monday. Hours are those of local clocks: where these change, one is missing, or one counts
    double.

    Attributes
    ----------
    name, unit
        The name of the step, and its unit code in numpy.
    season
        Steps in a season.
    lookback
        Steps before an origin that a forecast reads. The first training origin needs twice as many before it.
    horizon, default_horizon
        Steps that a model forecasts at most, and by default.
    recent
        Steps before an origin in which activity counts as recent.
    validation
        Steps before a cut-off that are held out to choose the number of epochs.
    longest_plan
        Steps from the origin to the end of a plan, at most.
    longest_history
        Steps before an origin that are read, at most; None for all.
    """

    name: str
    unit: Unit
    season: int
    lookback: int
    horizon: int
    default_horizon: int
    recent: int
    validation: int
    longest_plan: int
    longest_history: int | None = None

    @property
    def has_days(self) -> bool:
        """Whether each step is within one day, so that days of the week and holidays are known of it."""
        return self.unit in ("h", "D")

    @property
    def has_clock(self) -> bool:
        """Whether steps begin at a time of day, so that windows and origins have one, too."""
        return self.unit == "h"

    def text(self, moment: pd.Timestamp | date) -> str:
        """The beginning of the step of `moment` in ISO format: a date, or a moment where steps are hours."""
        origin = self.origin(moment)
        return origin.isoformat(timespec="minutes") if isinstance(origin, datetime) else origin.isoformat()

    @property
    def read_by(self) -> Literal["hour", "day"]:
        """The unit by which behaviours are read from the graph."""
        return "hour" if self.has_clock else "day"

    @property
    def resolution(self) -> pd.Timedelta:
        """The unit of origins: an hour, or a day."""
        return pd.Timedelta(1, "h" if self.has_clock else "D")

    def origin(self, moment: pd.Timestamp | date) -> date:
        """The beginning of the step of `moment`, as a date, or as a datetime where steps are hours."""
        begins = self.start_of(moment, 0)
        return begins.to_pydatetime() if self.has_clock else begins.date()

    def number(self, first: date, moment: pd.Timestamp | date) -> int:
        """Number of the step of `moment`; the step of `first` is 0."""
        return int(self.numbers(first, pd.DatetimeIndex([moment]))[0])

    def numbers(self, first: date, moments: pd.DatetimeIndex | pd.Series) -> NDArray[np.int64]:
        """``number`` of each of `moments`."""
        return self._since_epoch(moments) - self._since_epoch(pd.DatetimeIndex([first]))

    def until(self, first: date, end: pd.Timestamp) -> int:
        """Number of steps, whole or in part, from the step of `first` to `end` (exclusive)."""
        return self.number(first, end - pd.Timedelta(1, "ns")) + 1

    def start_of(self, first: date, number: int) -> pd.Timestamp:
        """Beginning of the step `number`; the step of `first` is 0."""
        return self.range(first, number, 1)[0]

    def range(self, first: date, number: int, count: int) -> pd.DatetimeIndex:
        """Beginnings of `count` steps from the step `number` on; the step of `first` is 0."""
        epoch = self._since_epoch(pd.DatetimeIndex([first]))[0]
        return pd.DatetimeIndex(self._beginnings(epoch + np.arange(number, number + count)))

    def floor(self, moments: pd.Series) -> pd.Series:
        """Beginning of the step of each of `moments`."""
        return pd.Series(self._beginnings(self._since_epoch(moments)), index=moments.index, name=moments.name)

    def season_positions(self, moments: pd.DatetimeIndex) -> NDArray[np.int64]:
        """Position of each of `moments` in its season; midnight, Monday, week 1 or January is 0.

        The 53rd week of a year has the position of the 52nd.
        """
        positions = {
            "h": lambda: moments.hour,
            "D": lambda: moments.day_of_week,
            "W": lambda: np.minimum(moments.isocalendar().week.to_numpy(np.int64), self.season) - 1,
            "M": lambda: moments.month - 1,
        }
        return np.asarray(positions[self.unit](), dtype=np.int64)

    def _since_epoch(self, moments: pd.DatetimeIndex | pd.Series) -> NDArray[np.int64]:
        times = np.asarray(moments, dtype="datetime64[ns]")
        if self.unit == "W":
            return np.asarray(
                (times.astype("datetime64[D]") - _FIRST_MONDAY).astype(np.int64) // _DAYS_OF_WEEK
            )
        return np.asarray(times.astype(f"datetime64[{self.unit}]").astype(np.int64))

    def _beginnings(self, since_epoch: NDArray[np.int64]) -> NDArray[np.datetime64]:
        if self.unit == "W":
            days = _FIRST_MONDAY + since_epoch * _DAYS_OF_WEEK
            return np.asarray(days.astype("datetime64[ns]"))
        return np.asarray(since_epoch.astype(f"datetime64[{self.unit}]").astype("datetime64[ns]"))


HOUR = Step(
    "hour", "h", season=24, lookback=24, horizon=24, default_horizon=24, recent=24, validation=48,
    longest_plan=336, longest_history=26 * 7 * 24,
)  # fmt: skip
DAY = Step(
    "day", "D", season=7, lookback=28, horizon=14, default_horizon=7, recent=7, validation=21,
    longest_plan=190,
)  # fmt: skip
WEEK = Step(
    "week", "W", season=52, lookback=12, horizon=8, default_horizon=4, recent=4, validation=13,
    longest_plan=52,
)  # fmt: skip
MONTH = Step(
    "month", "M", season=12, lookback=6, horizon=3, default_horizon=3, recent=3, validation=12,
    longest_plan=24,
)  # fmt: skip
STEPS = {step.name: step for step in (HOUR, DAY, WEEK, MONTH)}


def step_named(name: str) -> Step:
    """Return the step of a name. Raises InvalidRequest for an unknown name."""
    try:
        return STEPS[name]
    except KeyError:
        raise InvalidRequest(f"{name!r} is not a time step.", f"Choose {' or '.join(STEPS)}.") from None
