"""What every forecast rests on: how many are to be expected of each campaign, by traffic, its own pace, and
what campaigns usually draw.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.baseline.campaign_rate import CampaignCounts, usual_participants
from forecasting.baseline.rate_model import Series, Traffic, expected_participants, rate_weights
from forecasting.baseline.traffic import expected_traffic
from forecasting.history.series import History

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """The statistical forecast of participants, which the K-LSTM corrects.

    Attributes
    ----------
    holidays
        Name of the declared holiday prior (``holiday_priors``), or None.
    weights
        Weight of each rate model at each step ahead (``rate_weights``), shape (RATE_MODELS, ahead).
    """

    holidays: str | None
    weights: Floats

    @classmethod
    def fit(cls, history: History, holidays: str | None) -> "Baseline":
        """Learn the weights of the rate models from all campaigns of `history`."""
        traffic = traffic_of(history, holidays)
        return cls(holidays, rate_weights([*_series(history, traffic).values()], traffic))

    def expected(self, history: History, traffic: Traffic) -> dict[str, Floats]:
        """``expected_participants`` of every campaign that reached somebody and whose steps are known, as
        many days ahead as `traffic` is.
        """
        ahead = np.minimum(np.arange(traffic.expected.shape[1]), self.weights.shape[1] - 1)
        return {
            name: expected_participants(one, traffic, self.weights[:, ahead])
            for name, one in _series(history, traffic).items()
        }


def traffic_of(history: History, holidays: str | None, ahead: int | None = None) -> Traffic:
    """How many users did anything in each step, and how many are to be expected up to `ahead` steps ahead
    (default: as many as are forecast).
    """
    step, first = history.step, history.first_day
    ahead = ahead or step.horizon
    active = history.activity.drop_duplicates()
    counts = np.bincount(step.numbers(first, active["ds"]), minlength=history.known).astype(float)
    calendar = step.range(first, 0, len(counts) + ahead)
    expected = expected_traffic(counts, calendar, step, holidays)
    return Traffic(counts, expected, int(step.places(calendar)[0]), step)


def _series(history: History, traffic: Traffic) -> dict[str, Series]:
    step, first = history.step, history.first_day
    came = {name: step.numbers(first, part["ds"]) for name, part in history.counted.groupby("campaign")}
    courses = {}
    for one in history.campaigns[history.campaigns["targeted"] > 0].itertuples():
        known = min(step.until(first, one.ends), len(traffic.counts))
        took_part = came.get(one.id, np.empty(0, dtype=np.int64))
        y = np.bincount(took_part[took_part < known], minlength=known).astype(float)
        courses[one.id] = CampaignCounts(
            one.kind or "", max(step.number(first, one.starts), 0), one.targeted, y
        )
    usual = dict(zip(courses, usual_participants([*courses.values()], traffic), strict=True))
    steps = history.steps[history.steps["unique_id"].isin(courses.keys())].groupby("unique_id")
    return {
        name: Series(part["y"].to_numpy(float), courses[name].launch, usual[name]) for name, part in steps
    }
