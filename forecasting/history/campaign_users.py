"""The users a campaign reached: what each did up to a day, and whom it influences.

Everything that is told of an origin is computed from days before it.
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

_KEEPS = 0.98
_SHRUNK = 3.0
"""Days of the average user that are added to what is known of each."""
_FORGOTTEN = 60


class DailyMatrix:
    """On which days each user did something, or how much of it, shape (n_users, n_days)."""

    def __init__(self, did: Floats) -> None:
        self.did = did
        self._so_far = np.pad(did.cumsum(axis=1, dtype=np.float32), ((0, 0), (1, 0)))

    def before(self, origin: int, days: int | None = None) -> Floats:
        """How many of the last `days` before `origin` each did it on; of all days by default."""
        first = 0 if days is None else max(0, origin - days)
        return np.asarray(self._so_far[:, origin] - self._so_far[:, first])

    def since(self, origin: int) -> Floats:
        """How many days before `origin` each last did; at most `_FORGOTTEN`."""
        return self._since[:, origin]

    @cached_property
    def _since(self) -> Floats:
        users, days = self.did.shape
        last = np.where(self.did > 0, np.arange(days), -_FORGOTTEN)
        last = np.maximum.accumulate(np.hstack([np.full((users, 1), -_FORGOTTEN), last]), axis=1)
        return np.minimum(np.arange(days + 1) - last, _FORGOTTEN).astype(np.float32)

    def rate(self, origin: int) -> Floats:
        """On which share of days before `origin` each did it, late days counting more, drawn to the mean."""
        could = (1 - _KEEPS**origin) / (1 - _KEEPS)
        done = self._remembered[:, origin]
        mean = (done.mean() + 0.01) / (could + 1)
        return np.asarray((done + _SHRUNK * mean) / (could + _SHRUNK))

    @cached_property
    def _remembered(self) -> Floats:
        kept = np.zeros((self.did.shape[0], self.did.shape[1] + 1), dtype=np.float32)
        for day in range(self.did.shape[1]):
            kept[:, day + 1] = _KEEPS * kept[:, day] + self.did[:, day]
        return kept


class CampaignUsers:
    """The users one campaign reached, in the order of `users`, with the spreading network among them.

    Days of: `counted`, what y counts, also before the launch; `took_part`, of this, since the launch;
    `related`, anything with the campaign's products; `own_coupon`, a coupon for one of these; `anywhere`,
    what y counts, in any campaign; `active`, anything at all; `coupon`, a coupon for anything. Money a day:
    `own_spent` on the campaign's products, `spent` on all.
    """

    def __init__(
        self, roles: pd.DataFrame, edges: pd.DataFrame, start: int, step: Step = DAY, **days: Floats
    ) -> None:
        """`start` is the `step` of the launch, `days` the matrices for ``DailyMatrix``."""
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
        # Users outside every group are pooled together, under one more number.
        self.group = np.where(codes < 0, len(self.groups), codes).astype(np.int64)
        by_target = np.argsort(target[inside], kind="stable")
        self.edge_index = np.stack([source[inside], target[inside]]).astype(np.int64)[:, by_target]
        self.edge_weight = weight[by_target]

    def node_features(self, origin: int) -> tuple[Floats, float]:
        """Shape (n_users, 7) as of `origin`, and the mean exposure of those still to take part."""
        waiting = self.took_part.before(origin) == 0
        exposure = self.exposure(origin)
        features = [
            self.key_score > 0,
            self.key_score,
            ~waiting,
            np.log1p(self.took_part.before(origin, self.step.recent)),
            np.log1p(self.active.before(origin, self.step.recent)),
            np.log1p(self.active.before(origin, self.step.lookback)),
            exposure * waiting,
        ]
        mean = float(exposure[waiting].mean()) if waiting.any() else 0.0
        return np.stack(features, axis=1).astype(np.float32), mean

    def exposure(self, origin: int) -> Floats:
        """The summed probabilities of the edges from whoever took part lately to each user."""
        lately = self.took_part.before(origin, self.step.recent) > 0
        return np.asarray(self._into @ lately.astype(np.float32))

    def described(self, origin: int) -> pd.DataFrame:
        """user, group (missing for none), key_user, took_part (before `origin`)."""
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
    """Of every campaign that reached somebody and whose steps are known."""
    asked = set(history.steps["unique_id"])
    part, counted, nothing = history.participations, history.counted, history.participations.iloc[:0]
    of_campaign = {
        name: dict(iter(frame.groupby("campaign")))
        for name, frame in {"part": part, "counted": counted, "earlier": history.earlier}.items()
    }
    bought = dict(iter(history.bought.groupby("campaign")))
    by_coupon = history.activity[history.activity["by_coupon"].astype(bool)]
    roles_of = dict(iter(history.roles.groupby("campaign")))
    reaching = history.campaigns[history.campaigns["targeted"] > 0]
    found = {}
    for name, starts in zip(reaching["id"], reaching["starts"], strict=True):
        if name not in asked:
            continue
        roles = roles_of.get(name, history.roles.iloc[:0])
        users = pd.Index(roles["user"])
        own = {kind: _days(users, rows.get(name, nothing), history) for kind, rows in of_campaign.items()}
        related = np.maximum(own["earlier"], own["part"])
        goods = bought.get(name, history.bought.iloc[:0])
        found[name] = CampaignUsers(
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
    return found


def _days(users: pd.Index, rows: pd.DataFrame, history: History, amount: str | None = None) -> Floats:
    """1, or the `amount`, where one of `users` has a row of that day, shape (n_users, n_days)."""
    matrix = np.zeros((len(users), history.known), dtype=np.float32)
    place = users.get_indexer(rows["user"])
    day = history.step.numbers(history.first_day, rows["ds"])
    known = place >= 0
    matrix[place[known], day[known]] = 1.0 if amount is None else rows[amount].to_numpy(np.float32)[known]
    return matrix
