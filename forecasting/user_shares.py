"""Who the participants are: each user's share of a campaign's expected participants.

    share(u) ~ usual rate(u) x exp(w . what is known of u)

a conditional logit over the users a campaign reached (McFadden 1974), fitted to who took part in the week
after each origin. With the expected number of a day, it gives each user's probability of taking part on it;
these sum to just that number, over all users and over every group.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from forecasting.history.campaign_users import CampaignUsers

Floats = NDArray[np.float64]

AHEAD = 7
"""Days after an origin in which it is counted who took part."""
FEATURES = (
    "key user",
    "key user's score",
    "exposed to who took part this week",
    "its group took part this week",
    "took part before",
    "took part before, the longer the campaign runs",
    "took part this week",
    "took part in four weeks",
    "took part ever",
    "days since it took part",
    "its products in four weeks",
    "its products since the launch",
    "its products ever",
    "days since its products",
    "its products, of all active days",
    "active this week",
    "active in four weeks",
    "active ever",
    "days since active",
    "more active than usual",
    "any campaign in four weeks",
    "any campaign ever",
    "days since any campaign",
    "coupons used in four weeks",
    "coupons used ever",
    "days since a coupon",
    "coupons used, of all active days",
    "coupons on its products in eight weeks",
    "coupons on its products ever",
    "spent on its products in eight weeks",
    "spent on its products ever",
    "spent ever",
)
NETWORK_FEATURES = slice(0, 4)
"""The factors that the spreading network tells."""
_PENALTY = 50.0
_ITERATIONS = 200
_NORMAL = 1.96


def features(reached: CampaignUsers, origin: int) -> Floats:
    """Shape (n_users, len(FEATURES)), as of `origin`."""
    took_part = reached.took_part.before(origin) > 0
    age = np.log1p(max(origin - reached.start, 0))
    active, related, counted = reached.active, reached.related, reached.counted
    week = reached.took_part.before(origin, 7)
    group = reached.group
    of_group = np.bincount(group, week) / np.maximum(np.bincount(group), 1)
    grouped = group < len(reached.groups)
    score = reached.key_score
    told = [
        score > 0,
        score,
        reached.exposure(origin) * ~took_part,
        of_group[group] * grouped,
        took_part,
        took_part * age,
        np.log1p(counted.before(origin, 7)),
        np.log1p(counted.before(origin, 28)),
        np.log1p(counted.before(origin)),
        np.log1p(counted.since(origin)),
        np.log1p(related.before(origin, 28)),
        np.log1p(related.before(origin, max(origin - reached.start, 0))),
        np.log1p(related.before(origin)),
        np.log1p(related.since(origin)),
        np.log((related.before(origin) + 0.5) / (active.before(origin) + 5)),
        np.log1p(active.before(origin, 7)),
        np.log1p(active.before(origin, 28)),
        np.log1p(active.before(origin)),
        np.log1p(active.since(origin)),
        np.log((active.before(origin, 7) + 0.5) / (active.before(origin, 56) / 8 + 0.5)),
        np.log1p(reached.anywhere.before(origin, 28)),
        np.log1p(reached.anywhere.before(origin)),
        np.log1p(reached.anywhere.since(origin)),
        np.log1p(reached.coupon.before(origin, 28)),
        np.log1p(reached.coupon.before(origin)),
        np.log1p(reached.coupon.since(origin)),
        np.log((reached.coupon.before(origin) + 0.5) / (active.before(origin) + 5)),
        np.log1p(reached.own_coupon.before(origin, 56)),
        np.log1p(reached.own_coupon.before(origin)),
        _money(reached.own_spent.before(origin, 56)),
        _money(reached.own_spent.before(origin)),
        _money(reached.spent.before(origin)),
    ]
    return np.stack(told, axis=1).astype(float)


def _money(spent: np.ndarray) -> np.ndarray:
    # Who gave back more than it bought has spent nothing.
    return np.asarray(np.log1p(np.maximum(spent, 0.0)))


@dataclass(frozen=True)
class UserShares:
    """Fitted: of each of FEATURES the mean and the spread it had, what one spread more is worth on the
    logarithm of a user's share, and the standard error of that (Huber's sandwich, clustered by campaign).
    """

    mean: Floats
    spread: Floats
    weights: Floats
    errors: Floats

    @classmethod
    def usual(cls) -> Self:
        """Every user as its usual rate says."""
        nothing = np.zeros(len(FEATURES))
        return cls(nothing, np.ones(len(FEATURES)), nothing, nothing)

    @classmethod
    def fit(cls, campaigns: Iterable[tuple[CampaignUsers, Iterable[int]]]) -> Self:
        """To who took part in the AHEAD days from each of a campaign's origins on, all of which are known."""
        told, rates, came, sizes, owners = [], [], [], [], []
        for owner, (reached, origins) in enumerate(campaigns):
            for origin in origins:
                did = reached.counted.before(origin + AHEAD, AHEAD)
                if did.any():
                    told.append(features(reached, origin))
                    rates.append(np.log(reached.counted.rate(origin)))
                    came.append(did)
                    sizes.append(len(did))
                    owners.append(owner)
        if not told:
            return cls.usual()
        x, rate, y = np.concatenate(told), np.concatenate(rates), np.concatenate(came).astype(float)
        mean, spread = x.mean(axis=0), x.std(axis=0)
        spread[spread < 1e-6] = 1.0
        x = (x - mean) / spread
        cases = ConditionalLogit(x, rate, y, np.array(sizes))
        found = minimize(
            cases.loss,
            np.zeros(x.shape[1]),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _ITERATIONS},
        )
        return cls(mean, spread, found.x, cases.errors(found.x, np.array(owners)))

    def odds_ratios(self) -> pd.DataFrame:
        """Odds ratios of the features.

        Returns
        -------
        Columns feature, ratio (of the odds, for one standard deviation more of the feature and all others
        equal), low and high (95% interval); the largest effect first.
        """
        ends = (self.weights, self.weights - _NORMAL * self.errors, self.weights + _NORMAL * self.errors)
        ratio, low, high = np.exp(ends)
        found = pd.DataFrame({"feature": FEATURES, "ratio": ratio, "low": low, "high": high})
        order = (-np.abs(self.weights)).argsort(kind="stable")
        return found.iloc[order].reset_index(drop=True)

    def of(self, reached: CampaignUsers, origin: int) -> Floats:
        """Each user's share as of `origin`, shape (n_users,), summing to 1."""
        told = (features(reached, origin) - self.mean) / self.spread
        weight = np.log(reached.counted.rate(origin)) + told @ self.weights
        share = np.exp(weight - weight.max())
        return np.asarray(share / share.sum())


def daily_probabilities(expected: Floats, share: Floats) -> Floats:
    """Shape (days, n_users): each user's probability of taking part on a day on which so many are `expected`,
    shape (days,). They sum to what is expected, at most to almost all users.
    """
    expected = np.minimum(expected, 0.98 * (share > 0).sum())
    pace = expected.copy()
    for _ in range(50):
        # Newton's method on a concave function from below: it never overshoots.
        stays = np.exp(-np.outer(pace, share))
        pace = pace + (expected - (1 - stays).sum(axis=1)) / np.maximum(stays @ share, 1e-9)
    return np.asarray(1 - np.exp(-np.outer(pace, share)))


class ConditionalLogit:
    """What a conditional logit is fitted to: rows of users, `sizes` of them an example."""

    def __init__(self, x: Floats, rate: Floats, y: Floats, sizes: NDArray[np.int_]) -> None:
        self._x, self._rate, self._y, self._sizes = x, rate, y, sizes
        self._begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self._events = np.add.reduceat(y, self._begins)

    def _log_share(self, weights: Floats) -> Floats:
        weight = self._rate + self._x @ weights
        weight = weight - np.repeat(np.maximum.reduceat(weight, self._begins), self._sizes)
        total = np.add.reduceat(np.exp(weight), self._begins)
        return np.asarray(weight - np.repeat(np.log(total), self._sizes))

    def loss(self, weights: Floats) -> tuple[float, Floats]:
        """Penalised negative log-likelihood, and its gradient."""
        share = self._log_share(weights)
        excess = np.exp(share) * np.repeat(self._events, self._sizes) - self._y
        loss = -(self._y @ share) + _PENALTY * weights @ weights
        return float(loss), self._x.T @ excess + 2 * _PENALTY * weights

    def errors(self, weights: Floats, owners: NDArray[np.int_]) -> Floats:
        """Standard errors where the examples of one owner hang together."""
        share = np.exp(self._log_share(weights))
        expected = share * np.repeat(self._events, self._sizes)
        middle = np.add.reduceat(share[:, np.newaxis] * self._x, self._begins)
        curvature = self._x.T @ (expected[:, np.newaxis] * self._x)
        curvature -= middle.T @ (self._events[:, np.newaxis] * middle)
        slopes = np.add.reduceat((expected - self._y)[:, np.newaxis] * self._x, self._begins)
        by_owner = np.stack([slopes[owners == one].sum(axis=0) for one in np.unique(owners)])
        inverse = np.linalg.inv(curvature + 2 * _PENALTY * np.eye(len(weights)))
        return np.asarray(np.sqrt(np.diag(inverse @ by_owner.T @ by_owner @ inverse)))
