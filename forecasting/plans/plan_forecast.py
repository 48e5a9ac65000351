"""Forecast of a campaign before its launch, with prediction intervals.

Such a campaign has no series of its own, so the forecast is the baseline (``baseline``): what its users
bought of its products so far, where that counts, and the usual rate of campaigns of its kind. Past launches
tell how much to rely on expected traffic, and give the width of the prediction intervals (``launch_errors``).
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.baseline.baseline import Baseline
from forecasting.history.history import History
from forecasting.negative_binomial import QUANTILES, quantile
from forecasting.plans.launch_errors import LaunchErrors, launch_means
from graph.errors import InvalidRequest
from graph.remedies import Remedy

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Total:
    """Participants over a whole campaign; a user counts once per step."""

    mean: float
    p10: float
    p50: float
    p90: float

    @classmethod
    def of(cls, mean: float, dispersion: float) -> Self:
        """The quantiles of a negative binomial."""
        return cls(
            mean, **{name: float(quantile(level, mean, dispersion)) for name, level in QUANTILES.items()}
        )


@dataclass(frozen=True)
class OutcomeForecast:
    """Forecast of one outcome of a planned campaign: participants or redeemers.

    Attributes
    ----------
    steps
        Columns ds, mean, participants_p10/p50/p90, one row per step of the campaign.
    total
        The total over the campaign.
    users
        Columns user, probability (of taking part at all), days (expected number), the most likely first.
    """

    steps: pd.DataFrame
    total: Total
    users: pd.DataFrame


def expected_plan(history: History, baseline: Baseline, errors: LaunchErrors, campaign: str) -> pd.DataFrame:
    """Expected participants of a campaign that begins at ``history.as_of`` or later.

    Returns
    -------
    Columns ds, mean, one row per step of the campaign.

    Raises
    ------
    InvalidRequest
        If the campaign has begun, ends more than ``Step.longest_plan`` steps later, or reaches no users.
    """
    plan = history.campaigns.set_index("id").loc[campaign]
    as_of, step = pd.Timestamp(history.as_of), history.step
    ahead = step.until(history.as_of, plan["ends"])
    if plan["starts"] < as_of:
        raise InvalidRequest(
            f"{plan['name']} has been running since {plan['starts'].date()}.",
            Remedy("Forecast it", "make forecast", campaign=campaign, dataset=history.dataset),
        )
    if not 0 < ahead <= step.longest_plan or plan["ends"] <= plan["starts"]:
        raise InvalidRequest(
            f"A plan from {plan['starts'].date()} to {plan['ends'].date()} cannot be forecast on "
            f"{history.as_of}.",
            f"Choose an end after its start and within {step.longest_plan} {step.name}s.",
        )
    if not plan["targeted"]:
        raise InvalidRequest(
            f"{plan['name']} is not planned to reach any users.",
            "Create the plan with its target users.",
        )
    own = history.steps[(history.steps["unique_id"] == campaign) & (history.steps["y"] > 0)]
    if own.empty and history.outcomes.empty:
        raise InvalidRequest(
            f"Nobody took part in any campaign before {history.as_of}, so there is no usual rate to forecast "
            f"{plan['name']} by.",
            "Forecast it from a day after the first participations, or import earlier campaigns.",
        )
    means = launch_means(history, baseline, ahead)[campaign][:, -1]
    first = step.number(history.as_of, plan["starts"])
    ds = step.range(history.as_of, first, ahead - first)
    return pd.DataFrame({"ds": ds, "mean": errors.combine(means)[first:]})


def with_changed_plan(
    history: History, campaign: str, starts: date | None, ends: date | None, users: list[str] | None
) -> History:
    """The history with a changed plan: from `starts` to the day before `ends`, for `users` only.

    Raises InvalidRequest for users that the plan does not reach.
    """
    campaigns = history.campaigns.set_index("id")
    # With hours, a plan begins and ends at the same time of day as before.
    first, last = campaigns.loc[campaign, "starts"], campaigns.loc[campaign, "ends"] - pd.Timedelta("1ns")
    if starts is not None:
        campaigns.loc[campaign, "starts"] = pd.Timestamp(starts) + (first - first.normalize())
    if ends is not None:
        clock = last - last.normalize() + pd.Timedelta("1ns")
        campaigns.loc[campaign, "ends"] = pd.Timestamp(ends) - pd.Timedelta("1D") + clock
    steps, roles, bought = history.steps, history.roles, history.bought
    if users is not None:
        planned = roles[roles["campaign"] == campaign]["user"]
        unknown = sorted(set(users) - set(planned))
        if unknown:
            raise InvalidRequest(
                f"{len(unknown)} users are not planned targets; the first is {unknown[0]!r}.",
                "Choose from the users of the plan.",
            )
        roles = roles[(roles["campaign"] != campaign) | roles["user"].isin(users)]
        bought = bought[(bought["campaign"] != campaign) | bought["user"].isin(users)]
        campaigns.loc[campaign, "targeted"] = len(set(users))
        if not history.redemptions_only:
            counts = bought[bought["campaign"] == campaign].groupby("ds").size()
            of_campaign = steps["unique_id"] == campaign
            y = steps["ds"].map(counts).fillna(0.0).where(of_campaign, steps["y"])
            steps = steps.assign(y=y)
    return replace(history, campaigns=campaigns.reset_index(), steps=steps, roles=roles, bought=bought)
