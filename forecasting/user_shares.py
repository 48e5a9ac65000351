"""The users among the participants: each user's share of a campaign's expected participants.

    share(u) ~ usual rate(u) * exp(w . features(u))

This is a conditional logit (McFadden 1974) over the users that a campaign reached, fitted to the
participations of the week after each origin. Of many users, it is fitted to all participants and a sample of
the others, weighted to stand for all of them. Given the expected number of participants of a day, the shares
give each user's probability of taking part; over all users the probabilities sum to that number.
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

TARGET_DAYS = 7
"""The number of days from an origin on whose participations are the target."""
FEATURES = (
    "key user",
    "key user's score",
    "exposed to participants of this week",
    "participation of its group this week",
    "took part before",
    "took part before, by age of the campaign",
    "days with participation this week",
    "days with participation in four weeks",
    "days with participation ever",
    "days since participation",
    "days with its products in four weeks",
    "days with its products since the launch",
    "days with its products ever",
    "days since its products",
    "its products, of all active days",
    "active days this week",
    "active days in four weeks",
    "active days ever",
    "days since active",
    "more active than usual",
    "days with any campaign in four weeks",
    "days with any campaign ever",
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
"""The features that depend on the spreading network."""
_WEEK, _FOUR_WEEKS, _EIGHT_WEEKS = 7, 28, 56
_PENALTY = 50.0
"""Ridge penalty on the weights of standardised features."""
_MIN_SCALE = 1e-6
_NORMAL_P975 = 1.96
_MAX_PROBABILITY = 0.98
"""The largest share of the users that can take part on one day."""
_NEWTON_STEPS = 50
_MAX_ABSENT = 3_000
"""Users who did not take part that an origin is fitted to."""


def features(users: CampaignUsers, origin: int) -> Floats:
    """Features of the users that a campaign reached, from days before `origin`.

    Returns
    -------
    Shape (n_users, len(FEATURES)); "its" in FEATURES refers to the campaign.
    """
    took_part = users.took_part.sum_before(origin) > 0
    age = np.log1p(max(origin - users.start, 0))
    active, engaged, y = users.active, users.engaged, users.y
    this_week = users.took_part.sum_before(origin, _WEEK)
    group = users.graph.group
    group_mean = np.bincount(group, this_week) / np.maximum(np.bincount(group), 1)
    in_group = group < len(users.graph.groups)
    columns = [
        users.graph.key_score > 0,
        users.graph.key_score,
        users.exposure(origin) * ~took_part,
        group_mean[group] * in_group,
        took_part,
        took_part * age,
        np.log1p(y.sum_before(origin, _WEEK)),
        np.log1p(y.sum_before(origin, _FOUR_WEEKS)),
        np.log1p(y.sum_before(origin)),
        np.log1p(y.recency(origin)),
        np.log1p(engaged.sum_before(origin, _FOUR_WEEKS)),
        np.log1p(engaged.sum_before(origin, max(origin - users.start, 0))),
        np.log1p(engaged.sum_before(origin)),
        np.log1p(engaged.recency(origin)),
        _log_share(engaged.sum_before(origin), active.sum_before(origin)),
        np.log1p(active.sum_before(origin, _WEEK)),
        np.log1p(active.sum_before(origin, _FOUR_WEEKS)),
        np.log1p(active.sum_before(origin)),
        np.log1p(active.recency(origin)),
        np.log(
            (active.sum_before(origin, _WEEK) + 0.5) / (active.sum_before(origin, _EIGHT_WEEKS) / 8 + 0.5)
        ),
        np.log1p(users.any_campaign.sum_before(origin, _FOUR_WEEKS)),
        np.log1p(users.any_campaign.sum_before(origin)),
        np.log1p(users.any_campaign.recency(origin)),
        np.log1p(users.any_coupon.sum_before(origin, _FOUR_WEEKS)),
        np.log1p(users.any_coupon.sum_before(origin)),
        np.log1p(users.any_coupon.recency(origin)),
        _log_share(users.any_coupon.sum_before(origin), active.sum_before(origin)),
        np.log1p(users.campaign_coupon.sum_before(origin, _EIGHT_WEEKS)),
        np.log1p(users.campaign_coupon.sum_before(origin)),
        _log_spending(users.campaign_spending.sum_before(origin, _EIGHT_WEEKS)),
        _log_spending(users.campaign_spending.sum_before(origin)),
        _log_spending(users.spending.sum_before(origin)),
    ]
    return np.stack(columns, axis=1).astype(float)


def _sample(
    took_part: NDArray[np.bool_], candidate: NDArray[np.bool_], seed: int
) -> tuple[NDArray[np.int64], Floats]:
    """All participants and at most _MAX_ABSENT other candidates: positions, and how many each stands for."""
    participants = np.flatnonzero(took_part & candidate)
    absent = np.flatnonzero(~took_part & candidate)
    share = min(1.0, _MAX_ABSENT / max(len(absent), 1))
    if share < 1:
        absent = np.sort(np.random.default_rng(seed).choice(absent, _MAX_ABSENT, replace=False))
    chosen = np.concatenate([participants, absent])
    stands_for = np.concatenate([np.ones(len(participants)), np.full(len(absent), 1 / share)])
    order = np.argsort(chosen)
    return chosen[order], stands_for[order]


def _log_share(days: np.ndarray, active: np.ndarray) -> np.ndarray:
    return np.asarray(np.log((days + 0.5) / (active + 5)))


def _log_spending(spending: np.ndarray) -> np.ndarray:
    # Refunds can make the sum negative.
    return np.asarray(np.log1p(np.maximum(spending, 0.0)))


@dataclass(frozen=True)
class UserShares:
    """A fitted conditional logit of the users' shares.

    Attributes
    ----------
    mean, scale
        Mean and standard deviation of each feature, shape (len(FEATURES),).
    weights
        Log odds ratio of one standard deviation of each feature, shape (len(FEATURES),).
    errors
        Standard errors of `weights`: sandwich estimator, clustered by campaign.
    """

    mean: Floats
    scale: Floats
    weights: Floats
    errors: Floats

    @classmethod
    def usual(cls) -> Self:
        """Shares proportional to the users' usual rates."""
        zeros = np.zeros(len(FEATURES))
        return cls(zeros, np.ones(len(FEATURES)), zeros, zeros)

    @classmethod
    def fit(cls, campaigns: Iterable[tuple[CampaignUsers, Iterable[int]]]) -> Self:
        """Fit to the participations in the TARGET_DAYS days from each of a campaign's origins on.

        Parameters
        ----------
        campaigns
            The users of each campaign, and origins whose TARGET_DAYS days are known.
        """
        designs, log_rates, counts, sizes, clusters = [], [], [], [], []
        for number, (users, origins) in enumerate(campaigns):
            for origin in origins:
                days = users.y.sum_before(origin + TARGET_DAYS, TARGET_DAYS)
                chosen, stands_for = _sample(days > 0, users.can_take_part(origin), seed=origin)
                if days[chosen].any():
                    designs.append(features(users, origin)[chosen])
                    log_rates.append(np.log(users.y.rate(origin)[chosen]) + np.log(stands_for))
                    counts.append(days[chosen])
                    sizes.append(len(chosen))
                    clusters.append(number)
        if not designs:
            return cls.usual()
        x, log_rate = np.concatenate(designs), np.concatenate(log_rates)
        y = np.concatenate(counts).astype(float)
        mean, scale = x.mean(axis=0), x.std(axis=0)
        scale[scale < _MIN_SCALE] = 1.0
        x -= mean
        x /= scale
        logit = ConditionalLogit(x, log_rate, y, np.array(sizes))
        weights = logit.fit()
        return cls(mean, scale, weights, logit.errors(weights, np.array(clusters)))

    def odds_ratios(self) -> pd.DataFrame:
        """Odds ratios of the features.

        Returns
        -------
        Columns feature, ratio (of the odds, for one standard deviation more of the feature and all others
        equal), low and high (95% interval); the largest effect first.
        """
        margin = _NORMAL_P975 * self.errors
        ratio, low, high = np.exp((self.weights, self.weights - margin, self.weights + margin))
        table = pd.DataFrame({"feature": FEATURES, "ratio": ratio, "low": low, "high": high})
        order = (-np.abs(self.weights)).argsort(kind="stable")
        return table.iloc[order].reset_index(drop=True)

    def of(self, users: CampaignUsers, origin: int) -> Floats:
        """Each user's share at `origin`, shape (n_users,); they sum to 1."""
        standardised = (features(users, origin) - self.mean) / self.scale
        utility = np.log(users.y.rate(origin)) + standardised @ self.weights
        share = np.exp(utility - utility.max())
        return np.asarray(share / share.sum())


def daily_probabilities(expected: Floats, share: Floats) -> Floats:
    """Each user's probability of taking part on each day.

    Parameters
    ----------
    expected
        Expected participants, shape (n_days,).
    share
        The users' shares, shape (n_users,).

    Returns
    -------
    Shape (n_days, n_users); a day's probabilities sum to `expected`, at most to 98% of the users.
    """
    expected = np.minimum(expected, _MAX_PROBABILITY * (share > 0).sum())
    intensity = expected.copy()
    for _ in range(_NEWTON_STEPS):
        # Newton's method on a concave function from below never overshoots.
        absent = np.exp(-np.outer(intensity, share))
        intensity = intensity + (expected - (1 - absent).sum(axis=1)) / np.maximum(absent @ share, 1e-9)
    return np.asarray(1 - np.exp(-np.outer(intensity, share)))


class ConditionalLogit:
    """Penalised conditional logit with an offset and counts of events.

    Conditional on the number of events of each choice set, the counts are multinomial: a conditional Poisson
    regression. (``ConditionalPoisson`` of statsmodels has no standard errors with a ridge penalty, and none
    clustered by campaign.)

    Parameters
    ----------
    x
        Features, shape (n_rows, n_features); the rows of a choice set are consecutive.
    offset
        Log of the usual rate, shape (n_rows,).
    y
        Number of events, shape (n_rows,).
    sizes
        Number of rows of each choice set, shape (n_sets,).

    References
    ----------
    McFadden, "Conditional logit analysis of qualitative choice behavior", 1974.
    """

    def __init__(self, x: Floats, offset: Floats, y: Floats, sizes: NDArray[np.int_]) -> None:
        self._x, self._offset, self._y, self._sizes = x, offset, y, sizes
        self._starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self._events = np.add.reduceat(y, self._starts)
        self._observed = y @ x

    def fit(self) -> Floats:
        """The weights that minimise the penalised negative log-likelihood, shape (n_features,)."""
        start = np.zeros(self._x.shape[1])
        # A convex function of few parameters: the exact Hessian needs about ten steps.
        result = minimize(self._loss, start, jac=True, hess=self._hessian, method="trust-exact")
        return np.asarray(result.x)

    def errors(self, weights: Floats, clusters: NDArray[np.int_]) -> Floats:
        """Standard errors by the sandwich estimator (Huber 1967), clustered.

        Parameters
        ----------
        weights
            The fitted weights.
        clusters
            Cluster of each choice set, shape (n_sets,).
        """
        excess = np.exp(self._log_probability(weights)) * np.repeat(self._events, self._sizes) - self._y
        slopes = np.add.reduceat(excess[:, np.newaxis] * self._x, self._starts)
        scores = np.stack([slopes[clusters == cluster].sum(axis=0) for cluster in np.unique(clusters)])
        inverse = np.linalg.inv(self._hessian(weights))
        return np.asarray(np.sqrt(np.diag(inverse @ scores.T @ scores @ inverse)))

    def _log_probability(self, weights: Floats) -> Floats:
        """Log probability of each row within its choice set, shape (n_rows,)."""
        utility = self._offset + self._x @ weights
        utility = utility - np.repeat(np.maximum.reduceat(utility, self._starts), self._sizes)
        total = np.add.reduceat(np.exp(utility), self._starts)
        return np.asarray(utility - np.repeat(np.log(total), self._sizes))

    def _loss(self, weights: Floats) -> tuple[float, Floats]:
        """Penalised negative log-likelihood and its gradient."""
        log_probability = self._log_probability(weights)
        expected = np.exp(log_probability) * np.repeat(self._events, self._sizes)
        loss = -(self._y @ log_probability) + _PENALTY * weights @ weights
        return float(loss), expected @ self._x - self._observed + 2 * _PENALTY * weights

    def _hessian(self, weights: Floats) -> Floats:
        probability = np.exp(self._log_probability(weights))
        expected = probability * np.repeat(self._events, self._sizes)
        means = np.add.reduceat(probability[:, np.newaxis] * self._x, self._starts)
        hessian = self._x.T @ (expected[:, np.newaxis] * self._x)
        hessian -= means.T @ (self._events[:, np.newaxis] * means)
        return np.asarray(hessian + 2 * _PENALTY * np.eye(len(weights)))
