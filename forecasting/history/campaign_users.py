"""The users that a campaign reached: their activity, and the spreading network among them.

All values at an origin are computed from earlier days only.
"""

from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from forecasting.history.series import History
from forecasting.history.time_step import DAY, Step

NODE_FEATURES = 7

Floats = NDArray[np.float32]

_RATE_DISCOUNT = 0.98
_RATE_PRIOR = 3.0
"""Weight of the mean rate, in days."""
_MAX_RECENCY = 60


class DailyMatrix:
    """A value per user and time step, with sums over steps.

    Parameters
    ----------
    values
        1 where a user was active, or an amount, shape (n_users, n_days).
    """

    def __init__(self, values: Floats) -> None:
        self.values = values
        self._sums = np.pad(values.cumsum(axis=1, dtype=np.float32), ((0, 0), (1, 0)))

    def sum_before(self, origin: int, days: int | None = None) -> Floats:
        """Sum over the last `days` before `origin` (default: all), shape (n_users,)."""
        first = 0 if days is None else max(0, origin - days)
        return np.asarray(self._sums[:, origin] - self._sums[:, first])

    def recency(self, origin: int) -> Floats:
        """Days since the last active day before `origin`, at most 60, shape (n_users,)."""
        return self._recency[:, origin]

    @cached_property
    def _recency(self) -> Floats:
        users, days = self.values.shape
        last = np.where(self.values > 0, np.arange(days), -_MAX_RECENCY)
        last = np.maximum.accumulate(np.hstack([np.full((users, 1), -_MAX_RECENCY), last]), axis=1)
        return np.minimum(np.arange(days + 1) - last, _MAX_RECENCY).astype(np.float32)

    def rate(self, origin: int) -> Floats:
        """Share of active days before `origin`, discounted and shrunk to the mean, shape (n_users,)."""
        exposure = (1 - _RATE_DISCOUNT**origin) / (1 - _RATE_DISCOUNT)
        active = self._discounted_sums[:, origin]
        mean = (active.mean() + 0.01) / (exposure + 1)
        return np.asarray((active + _RATE_PRIOR * mean) / (exposure + _RATE_PRIOR))

    @cached_property
    def _discounted_sums(self) -> Floats:
        sums = np.zeros((self.values.shape[0], self.values.shape[1] + 1), dtype=np.float32)
        for day in range(self.values.shape[1]):
            sums[:, day + 1] = _RATE_DISCOUNT * sums[:, day] + self.values[:, day]
        return sums


class CampaignUsers:
    """The users that one campaign reached, with the spreading network among them.

    Attributes
    ----------
    ids
        Ids of the users; all arrays are in this order.
    start, step
        Number of the step of the launch, and the time step.
    y
        Days on which ``History.steps`` counts the user in y, before the launch too.
    took_part
        Days on which y counts the user, from the launch on.
    engaged
        Days on which the user took part, or bought the campaign's products before the launch.
    any_campaign
        Days on which the user took part in any campaign (``History.outcomes``).
    active
        Days with any activity.
    campaign_coupon, any_coupon
        Days with a purchase by coupon, of the campaign's products and of any product.
    campaign_spending, spending
        Money per day, on the campaign's products and in total.
    edge_index, edge_weight
        Edges among the users by position (sources and targets), shape (2, n_edges), sorted by target, and
        their influence probabilities.
    key_score
        Score of each key user, relative to the largest; 0 for other users.
    group, groups
        Number of each user's neighbour group, and the ids of the groups; users of no group share one more
        number.
    """

    def __init__(
        self, roles: pd.DataFrame, edges: pd.DataFrame, start: int, step: Step = DAY, **values: Floats
    ) -> None:
        """`values` has an array for each attribute that is a ``DailyMatrix``, by its name."""
        self.ids, self.start, self.step = pd.Index(roles["user"]), start, step
        self.y, self.took_part = DailyMatrix(values["y"]), DailyMatrix(values["took_part"])
        self.engaged, self.any_campaign = DailyMatrix(values["engaged"]), DailyMatrix(values["any_campaign"])
        self.active = DailyMatrix(values["active"])
        self.campaign_coupon = DailyMatrix(values["campaign_coupon"])
        self.any_coupon = DailyMatrix(values["any_coupon"])
        self.campaign_spending = DailyMatrix(values["campaign_spending"])
        self.spending = DailyMatrix(values["spending"])
        source, target = self.ids.get_indexer(edges["source"]), self.ids.get_indexer(edges["target"])
        inside = (source >= 0) & (target >= 0)
        weight = edges["probability"].to_numpy(np.float32)[inside]
        self._influences = sparse.csr_array(
            (weight, (target[inside], source[inside])), shape=(len(self.ids), len(self.ids))
        )
        scores = roles["score"].to_numpy(np.float32)
        self.key_score = scores / max(float(scores.max(initial=0)), 1e-6)
        codes, self.groups = pd.factorize(roles["group"])
        self.group = np.where(codes < 0, len(self.groups), codes).astype(np.int64)
        by_target = np.argsort(target[inside], kind="stable")
        self.edge_index = np.stack([source[inside], target[inside]]).astype(np.int64)[:, by_target]
        self.edge_weight = weight[by_target]

    def node_features(self, origin: int) -> tuple[Floats, float]:
        """Features of the users at `origin`, and the mean exposure of the users at risk.

        A user is at risk before the first participation.

        Returns
        -------
        Features, shape (n_users, NODE_FEATURES), and the mean exposure.
        """
        at_risk = self.took_part.sum_before(origin) == 0
        exposure = self.exposure(origin)
        features = [
            self.key_score > 0,
            self.key_score,
            ~at_risk,
            np.log1p(self.took_part.sum_before(origin, self.step.recent)),
            np.log1p(self.active.sum_before(origin, self.step.recent)),
            np.log1p(self.active.sum_before(origin, self.step.lookback)),
            exposure * at_risk,
        ]
        mean = float(exposure[at_risk].mean()) if at_risk.any() else 0.0
        return np.stack(features, axis=1).astype(np.float32), mean

    def exposure(self, origin: int) -> Floats:
        """Sum of the influence probabilities of each user's recent participants, shape (n_users,)."""
        recent = self.took_part.sum_before(origin, self.step.recent) > 0
        return np.asarray(self._influences @ recent.astype(np.float32))

    def table(self, origin: int) -> pd.DataFrame:
        """Columns user, group (missing for users of no group), key_user, took_part (before `origin`)."""
        group_ids = np.array([*self.groups, None], dtype=object)
        return pd.DataFrame(
            {
                "user": self.ids,
                "group": group_ids[self.group],
                "key_user": self.key_score > 0,
                "took_part": self.took_part.sum_before(origin) > 0,
            }
        )


def campaign_users(history: History) -> dict[str, CampaignUsers]:
    """The users of every campaign that reached users and whose steps were read, by campaign id."""
    with_steps = set(history.steps["unique_id"])
    outcomes = dict(iter(history.outcomes.groupby("campaign")))
    participations = dict(iter(history.participations.groupby("campaign")))
    prelaunch = dict(iter(history.prelaunch.groupby("campaign")))
    bought = dict(iter(history.bought.groupby("campaign")))
    roles = dict(iter(history.roles.groupby("campaign")))
    by_coupon = history.activity[history.activity["by_coupon"].astype(bool)]
    no_rows = history.participations.iloc[:0]
    targeted = history.campaigns[history.campaigns["targeted"] > 0]
    users_of = {}
    for campaign, starts in zip(targeted["id"], targeted["starts"], strict=True):
        if campaign not in with_steps:
            continue
        campaign_roles = roles.get(campaign, history.roles.iloc[:0])
        users = pd.Index(campaign_roles["user"])
        took_part = _daily_values(users, outcomes.get(campaign, no_rows), history)
        engaged = np.maximum(
            _daily_values(users, prelaunch.get(campaign, no_rows), history),
            _daily_values(users, participations.get(campaign, no_rows), history),
        )
        purchases = bought.get(campaign, history.bought.iloc[:0])
        coupon_purchases = purchases[purchases["by_coupon"].astype(bool)]
        users_of[campaign] = CampaignUsers(
            campaign_roles,
            history.edges,
            history.number(starts),
            history.step,
            y=took_part if history.redemptions_only else engaged,
            took_part=took_part,
            engaged=engaged,
            any_campaign=_daily_values(users, history.outcomes, history),
            active=_daily_values(users, history.activity, history),
            campaign_coupon=_daily_values(users, coupon_purchases, history),
            any_coupon=_daily_values(users, by_coupon, history),
            campaign_spending=_daily_values(users, purchases, history, "value"),
            spending=_daily_values(users, history.activity, history, "value"),
        )
    return users_of


def _daily_values(users: pd.Index, rows: pd.DataFrame, history: History, column: str | None = None) -> Floats:
    """Values of `column` (default: 1) by user and step, 0 without a row, shape (n_users, n_steps)."""
    matrix = np.zeros((len(users), history.n_steps), dtype=np.float32)
    position = users.get_indexer(rows["user"])
    step = history.step.numbers(history.first_day, rows["ds"])
    inside = position >= 0
    values = 1.0 if column is None else rows[column].to_numpy(np.float32)[inside]
    matrix[position[inside], step[inside]] = values
    return matrix
