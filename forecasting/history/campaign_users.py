"""The users that a campaign reached: their activity, and the spreading network among them.

Everything that is computed for an origin uses days before it only.
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
_MAX_SINCE = 60


class DailyMatrix:
    """A value per user and time step, with sums up to a step.

    Parameters
    ----------
    values
        1 where a user was active, or an amount, shape (n_users, n_days).
    """

    def __init__(self, values: Floats) -> None:
        self.values = values
        self._sums = np.pad(values.cumsum(axis=1, dtype=np.float32), ((0, 0), (1, 0)))

    def before(self, origin: int, days: int | None = None) -> Floats:
        """Sum over the last `days` before `origin` (default: all), shape (n_users,)."""
        first = 0 if days is None else max(0, origin - days)
        return np.asarray(self._sums[:, origin] - self._sums[:, first])

    def since(self, origin: int) -> Floats:
        """Days since the last active day before `origin`, at most 60, shape (n_users,)."""
        return self._since[:, origin]

    @cached_property
    def _since(self) -> Floats:
        users, days = self.values.shape
        last = np.where(self.values > 0, np.arange(days), -_MAX_SINCE)
        last = np.maximum.accumulate(np.hstack([np.full((users, 1), -_MAX_SINCE), last]), axis=1)
        return np.minimum(np.arange(days + 1) - last, _MAX_SINCE).astype(np.float32)

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
    users
        Ids of the users; all arrays are in this order.
    counted
        Days that the target counts, also before the launch.
    took_part
        The same since the launch.
    related
        Days with any of the campaign's products.
    own_coupon
        Days with a coupon for one of these.
    anywhere
        Days that the target counts, in any campaign.
    active
        Days with any activity.
    coupon
        Days with any coupon.
    own_spent, spent
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
        self, roles: pd.DataFrame, edges: pd.DataFrame, start: int, step: Step = DAY, **days: Floats
    ) -> None:
        """`start` is the step of the launch; `days` are values for ``DailyMatrix``."""
        self.users, self.start, self.step = pd.Index(roles["user"]), start, step
        self.counted, self.took_part, self.related, self.anywhere, self.active = (
            DailyMatrix(days[name]) for name in ("counted", "took_part", "related", "anywhere", "active")
        )
        self.own_coupon, self.coupon, self.own_spent, self.spent = (
            DailyMatrix(days[name]) for name in ("own_coupon", "coupon", "own_spent", "spent")
        )
        source, target = self.users.get_indexer(edges["source"]), self.users.get_indexer(edges["target"])
        inside = (source >= 0) & (target >= 0)
        weight = edges["probability"].to_numpy(np.float32)[inside]
        self._into = sparse.csr_array(
            (weight, (target[inside], source[inside])), shape=(len(self.users), len(self.users))
        )
        score = roles["score"].to_numpy(np.float32)
        self.key_score = score / max(float(score.max(initial=0)), 1e-6)
        codes, self.groups = pd.factorize(roles["group"])
        self.group = np.where(codes < 0, len(self.groups), codes).astype(np.int64)
        by_target = np.argsort(target[inside], kind="stable")
        self.edge_index = np.stack([source[inside], target[inside]]).astype(np.int64)[:, by_target]
        self.edge_weight = weight[by_target]

    def node_features(self, origin: int) -> tuple[Floats, float]:
        """Features of the users at `origin`, and the mean exposure of those who have not taken part.

        Returns
        -------
        Shape (n_users, NODE_FEATURES), and a number.
        """
        not_yet = self.took_part.before(origin) == 0
        exposure = self.exposure(origin)
        features = [
            self.key_score > 0,
            self.key_score,
            ~not_yet,
            np.log1p(self.took_part.before(origin, self.step.recent)),
            np.log1p(self.active.before(origin, self.step.recent)),
            np.log1p(self.active.before(origin, self.step.lookback)),
            exposure * not_yet,
        ]
        mean = float(exposure[not_yet].mean()) if not_yet.any() else 0.0
        return np.stack(features, axis=1).astype(np.float32), mean

    def exposure(self, origin: int) -> Floats:
        """Sum of the influence probabilities of each user's recent participants, shape (n_users,)."""
        recent = self.took_part.before(origin, self.step.recent) > 0
        return np.asarray(self._into @ recent.astype(np.float32))

    def described(self, origin: int) -> pd.DataFrame:
        """Columns user, group (missing for none), key_user, took_part (before `origin`)."""
        names = np.array([*self.groups, None], dtype=object)
        return pd.DataFrame(
            {
                "user": self.users,
                "group": names[self.group],
                "key_user": self.key_score > 0,
                "took_part": self.took_part.before(origin) > 0,
            }
        )


def campaign_users(history: History) -> dict[str, CampaignUsers]:
    """The users of every campaign that reached users and whose steps were read, by campaign id."""
    with_steps = set(history.steps["unique_id"])
    part, counted, nothing = history.participations, history.counted, history.participations.iloc[:0]
    of_campaign = {
        name: dict(iter(frame.groupby("campaign")))
        for name, frame in {"part": part, "counted": counted, "earlier": history.earlier}.items()
    }
    bought = dict(iter(history.bought.groupby("campaign")))
    by_coupon = history.activity[history.activity["by_coupon"].astype(bool)]
    roles_of = dict(iter(history.roles.groupby("campaign")))
    reaching = history.campaigns[history.campaigns["targeted"] > 0]
    users_of = {}
    for name, starts in zip(reaching["id"], reaching["starts"], strict=True):
        if name not in with_steps:
            continue
        roles = roles_of.get(name, history.roles.iloc[:0])
        users = pd.Index(roles["user"])
        own = {kind: _days(users, rows.get(name, nothing), history) for kind, rows in of_campaign.items()}
        related = np.maximum(own["earlier"], own["part"])
        goods = bought.get(name, history.bought.iloc[:0])
        users_of[name] = CampaignUsers(
            roles,
            history.edges,
            history.number(starts),
            history.step,
            counted=own["counted"] if history.redemptions_only else related,
            took_part=own["counted"],
            related=related,
            anywhere=_days(users, counted, history),
            active=_days(users, history.activity, history),
            own_coupon=_days(users, goods[goods["by_coupon"].astype(bool)], history),
            coupon=_days(users, by_coupon, history),
            own_spent=_days(users, goods, history, "value"),
            spent=_days(users, history.activity, history, "value"),
        )
    return users_of


def _days(users: pd.Index, rows: pd.DataFrame, history: History, amount: str | None = None) -> Floats:
    """1, or the column `amount`, for each row of a user and day, shape (n_users, n_days)."""
    matrix = np.zeros((len(users), history.known), dtype=np.float32)
    place = users.get_indexer(rows["user"])
    day = history.step.numbers(history.first_day, rows["ds"])
    known = place >= 0
    matrix[place[known], day[known]] = 1.0 if amount is None else rows[amount].to_numpy(np.float32)[known]
    return matrix
