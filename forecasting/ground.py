"""What every forecast rests on: how many are to be expected of each campaign, by traffic, its own pace, and
what campaigns usually draw.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.hazard import Course, usual_courses
from forecasting.pace import Series, Traffic, expected_participants, pace_weights
from forecasting.series import History
from forecasting.traffic import expected_traffic

HORIZON = 14
"""Days ahead that the K-LSTM forecasts, and for which the weights of paces are learned."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ground:
    """`holidays`, a declared prior (``shapes``), and `weights`, the ``pace_weights`` learned when the model
    was fitted.
    """

    holidays: str | None
    weights: Floats

    @classmethod
    def of(cls, history: History, holidays: str | None) -> "Ground":
        """As learned from `history`."""
        traffic = traffic_of(history, holidays)
        return cls(holidays, pace_weights([*_series(history, traffic).values()], traffic))

    def expected(self, history: History, traffic: Traffic) -> dict[str, Floats]:
        """``expected_participants`` of every campaign that reached somebody and whose steps are known, as
        many days ahead as `traffic` is.
        """
        ahead = np.minimum(np.arange(traffic.expected.shape[1]), self.weights.shape[1] - 1)
        return {
            name: expected_participants(one, traffic, self.weights[:, ahead])
            for name, one in _series(history, traffic).items()
        }


def traffic_of(history: History, holidays: str | None, ahead: int = HORIZON) -> Traffic:
    """How many users did anything on each day, and how many are to be expected up to `ahead` days ahead."""
    first = pd.Timestamp(history.first_day)
    days = (pd.Timestamp(history.as_of) - first).days
    active = history.activity.drop_duplicates()
    counts = np.bincount((active["ds"] - first).dt.days, minlength=days).astype(float)
    return Traffic(counts, expected_traffic(counts, first, ahead, holidays), first.day_of_week)


def _series(history: History, traffic: Traffic) -> dict[str, Series]:
    first = pd.Timestamp(history.first_day)
    days = len(traffic.counts)
    came = {name: (part["ds"] - first).dt.days for name, part in history.counted.groupby("campaign")}
    courses = {}
    for one in history.campaigns[history.campaigns["targeted"] > 0].itertuples():
        known = min((one.ends - first).days, days)
        took_part = came.get(one.id, pd.Series(dtype=int))
        y = np.bincount(took_part[took_part < known], minlength=known).astype(float)
        courses[one.id] = Course(one.kind or "", max((one.starts - first).days, 0), one.targeted, y)
    usual = dict(zip(courses, usual_courses([*courses.values()], traffic), strict=True))
    steps = history.steps[history.steps["unique_id"].isin(courses.keys())].groupby("unique_id")
    return {
        name: Series(part["y"].to_numpy(float), courses[name].launch, usual[name]) for name, part in steps
    }
