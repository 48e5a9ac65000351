"""Before launch: how many a campaign that has not begun is to be expected to draw, and how sure that is.

Such a campaign has no series of its own, so the forecast is the baseline alone (``baseline``): what its users
bought of its products so far, where that counts, and what campaigns of its kind usually draw. The errors of
forecasts made at earlier launches give the width of the prediction intervals.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.baseline.baseline import Baseline, traffic_of
from forecasting.history.series import History
from forecasting.negative_binomial import QUANTILES, quantile
from graph.errors import InvalidRequest

Floats = NDArray[np.float64]

LONGEST = 190
"""Days that a plan may lie ahead and last."""
_EARLIEST = 56
"""Days of data without which a launch says nothing of how well launches are told."""
_BELIEVED, _AS_MANY = 0.25, 2.0
"""The dispersion believed before any launch is seen, and as how many launches it counts."""


@dataclass(frozen=True)
class Total:
    """Participants of a whole campaign, counted anew every day."""

    mean: float
    p10: float
    p50: float
    p90: float

    @classmethod
    def of(cls, mean: float, dispersion: float) -> Self:
        """Of a negative binomial."""
        return cls(mean, **{name: float(quantile(one, mean, dispersion)) for name, one in QUANTILES.items()})


@dataclass(frozen=True)
class OutcomeForecast:
    """`steps` has ds, mean, participants_p10/p50/p90, a row a day of the campaign; `users` has user,
    probability (of taking part at all) and days (expected), the likeliest first.
    """

    steps: pd.DataFrame
    total: Total
    users: pd.DataFrame


def expected_plan(history: History, baseline: Baseline, campaign: str) -> pd.DataFrame:
    """ds and mean of every day of a campaign that begins at ``history.as_of`` or later.

    Raises InvalidRequest where it ends more than LONGEST days later, has begun, or reaches nobody.
    """
    plan = history.campaigns.set_index("id").loc[campaign]
    as_of = pd.Timestamp(history.as_of)
    ahead = (plan["ends"] - as_of).days
    if plan["starts"] < as_of:
        raise InvalidRequest(
            f"{plan['name']} runs since {plan['starts'].date()}; as of {history.as_of} it is no plan.",
            f"Forecast it: `groundswell forecast {campaign}`.",
        )
    if not 0 < ahead <= LONGEST or plan["ends"] <= plan["starts"]:
        raise InvalidRequest(
            f"A plan from {plan['starts'].date()} to {plan['ends'].date()} cannot be forecast on "
            f"{history.as_of}.",
            f"Choose an end after its start and within {LONGEST} days.",
        )
    if not plan["targeted"]:
        raise InvalidRequest(
            f"{plan['name']} is not planned to reach anybody, so it will draw nobody.",
            "Plan it with the users that it is to reach.",
        )
    expected = baseline.expected(history, traffic_of(history, baseline.holidays, ahead))[campaign][-1]
    days = pd.date_range(plan["starts"], plan["ends"] - pd.Timedelta(days=1))
    return pd.DataFrame({"ds": days, "mean": expected[(plan["starts"] - as_of).days :]})


def launch_dispersion(history: History, baseline: Baseline) -> float:
    """How far campaigns that are over went off from what was expected at their launch: the dispersion of a
    negative binomial around it.
    """
    expected = baseline.expected(history, traffic_of(history, baseline.holidays, LONGEST))
    steps = dict(iter(history.steps.groupby("unique_id")))
    off = []
    for one in history.campaigns.itertuples():
        start, end = (history.number(moment) for moment in (one.starts, one.ends))
        if one.id not in expected or start < _EARLIEST or one.ends > pd.Timestamp(history.as_of):
            continue
        length = min(end - start, LONGEST)
        mean = expected[one.id][start][:length].sum()
        came = steps[one.id]["y"].to_numpy(float)[start : start + length].sum()
        # What counting alone would do is no dispersion.
        off.append(((came - mean) ** 2 - mean) / mean**2)
    # A campaign of a handful says little, whatever its ratio: none counts as more than a factor of two.
    seen = np.clip(off, 0, 1).sum() if off else 0.0
    return float((seen + _AS_MANY * _BELIEVED) / (len(off) + _AS_MANY))


def replanned(
    history: History, campaign: str, starts: date | None, ends: date | None, users: list[str] | None
) -> History:
    """`history` as if a planned campaign ran from `starts` to the day before `ends` and reached only `users`.

    Raises InvalidRequest for users whom it would not reach.
    """
    campaigns = history.campaigns.set_index("id")
    if starts is not None:
        campaigns.loc[campaign, "starts"] = pd.Timestamp(starts)
    if ends is not None:
        campaigns.loc[campaign, "ends"] = pd.Timestamp(ends)
    steps, roles, bought = history.steps, history.roles, history.bought
    if users is not None:
        own = roles[roles["campaign"] == campaign]
        unknown = sorted(set(users) - set(own["user"]))
        if unknown:
            raise InvalidRequest(
                f"{len(unknown)} users are not planned to be reached, the first is {unknown[0]!r}.",
                "Name users whom the campaign is to reach.",
            )
        roles = roles[(roles["campaign"] != campaign) | roles["user"].isin(users)]
        bought = bought[(bought["campaign"] != campaign) | bought["user"].isin(users)]
        campaigns.loc[campaign, "targeted"] = len(set(users))
        if not history.redemptions_only:
            counts = bought[bought["campaign"] == campaign].groupby("ds").size()
            mine = steps["unique_id"] == campaign
            y = steps["ds"].map(counts).fillna(0.0).where(mine, steps["y"])
            steps = steps.assign(y=y)
    return replace(history, campaigns=campaigns.reset_index(), steps=steps, roles=roles, bought=bought)
