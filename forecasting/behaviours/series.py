"""The users of one kind of behaviour as a series of each campaign, which the forecasters read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.baseline.baseline import Baseline
from forecasting.baseline.rate_model import Traffic
from forecasting.history.history import History
from forecasting.history.time_step import Step


@dataclass(frozen=True)
class BehaviourSeries:
    """One campaign; step 0 is the first of the data.

    Attributes
    ----------
    id, step
        The campaign, and the time step.
    start, end
        First step of the campaign, and the step after its last one.
    y
        Users with the kind of behaviour per step, shape (n_steps,).
    traffic
        Traffic and its forecasts.
    baseline
        Baseline from each origin, shape (n_steps + 1, horizon).
    """

    id: str
    step: Step
    start: int
    end: int
    y: NDArray[np.float64]
    traffic: Traffic
    baseline: NDArray[np.float64]

    @property
    def first_counted(self) -> int:
        """The first step whose users count."""
        return max(self.start, 0)

    @property
    def can_be_forecast(self) -> bool:
        """Whether the campaign runs, and users have shown the kind in it.

        The usual rate of other campaigns would expect it of those that have no such behaviours, too: a
        campaign in newsletters has no carts.
        """
        return self.start < len(self.y) < self.end and bool(self.y.any())


def behaviour_series(history: History, baseline: Baseline, traffic: Traffic) -> list[BehaviourSeries]:
    """Return a series of every campaign that reaches users and whose steps were read.

    Parameters
    ----------
    history
        ``History.of_kind`` the behaviour.
    baseline, traffic
        The baseline of the kind, and ``traffic_of`` the history.
    """
    step, first = history.step, history.first_day
    campaigns = history.campaigns.set_index("id")
    y = {campaign: rows["y"].to_numpy(float) for campaign, rows in history.steps.groupby("unique_id")}
    return [
        BehaviourSeries(
            id=campaign,
            step=step,
            start=step.number(first, campaigns.at[campaign, "starts"]),
            end=step.until(first, campaigns.at[campaign, "ends"]),
            y=y[campaign],
            traffic=traffic,
            baseline=expected,
        )
        for campaign, expected in baseline.expected(history, traffic).items()
    ]
