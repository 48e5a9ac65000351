"""The users among the participants: each user's share of a campaign's expected participants.

    share(u) ~ usual rate(u) * exp(w . features(u))

This is a conditional logit (McFadden 1974) over the users that a campaign reached, fitted to the
participations of the week after each origin (of the ``Step.recent`` steps, where they are not days). Of many
users, it is fitted to all participants and a sample of the others, weighted to stand for all of them. Given
the expected number of participants of a step, the shares give each user's probability of taking part; over
all users the probabilities sum to that number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from forecasting.history.campaign_users import CampaignUsers
from forecasting.user_shares.conditional_logit import ConditionalLogit
from forecasting.user_shares.features import FEATURES, features
from forecasting.user_shares.traits import Associations, TraitContrasts

Floats = NDArray[np.float64]

_MIN_SCALE = 1e-6
_MAX_PROBABILITY = 0.98
"""The largest share of the users that can take part in one step."""
_NEWTON_STEPS = 50
_MAX_ABSENT = 3_000
"""Users who did not take part that an origin is fitted to."""


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


@dataclass(frozen=True)
class UserShares:
    """A fitted conditional logit of the users' shares.

    Attributes
    ----------
    mean, scale
        Mean and standard deviation of each feature, shape (len(FEATURES),).
    weights
        Log odds ratio of one standard deviation of each feature, shape (len(FEATURES),).
    associations
        What goes with taking part, from the launch on.
    """

    mean: Floats
    scale: Floats
    weights: Floats
    associations: Associations

    @classmethod
    def usual(cls) -> Self:
        """Shares proportional to the users' usual rates."""
        zeros = np.zeros(len(FEATURES))
        return cls(zeros, np.ones(len(FEATURES)), zeros, Associations.none())

    @classmethod
    def fit(cls, campaigns: Iterable[tuple[CampaignUsers, Iterable[int]]]) -> Self:
        """Fit to the participations in the ``Step.recent`` steps from each of a campaign's origins on.

        Parameters
        ----------
        campaigns
            The users of each campaign, and origins whose ``Step.recent`` steps are known.
        """
        designs, log_rates, counts, sizes, clusters = [], [], [], [], []
        contrasts = TraitContrasts()
        for number, (users, origins) in enumerate(campaigns):
            for origin in origins:
                days = users.y.sum_before(origin + users.step.recent, users.step.recent)
                chosen, stands_for = _sample(days > 0, users.can_take_part(origin), seed=origin)
                if days[chosen].any():
                    x, log_rate = features(users, origin)[chosen], np.log(users.y.rate(origin)[chosen])
                    if origin >= users.start:
                        contrasts.add(x, log_rate, days[chosen] > 0, stands_for, number)
                    designs.append(x)
                    log_rates.append(log_rate + np.log(stands_for))
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
        return cls(mean, scale, weights, contrasts.associations(logit, weights, scale, np.array(clusters)))

    def of(self, users: CampaignUsers, origin: int) -> Floats:
        """Each user's share at `origin`, shape (n_users,); they sum to 1."""
        standardised = (features(users, origin) - self.mean) / self.scale
        utility = np.log(users.y.rate(origin)) + standardised @ self.weights
        share = np.exp(utility - utility.max())
        return np.asarray(share / share.sum())


def step_probabilities(expected: Floats, share: Floats) -> Floats:
    """Return each user's probability of taking part in each step.

    Parameters
    ----------
    expected
        Expected participants, shape (n_steps,).
    share
        The users' shares, shape (n_users,).

    Returns
    -------
    Shape (n_steps, n_users); the probabilities of a step sum to `expected`, at most to 98% of the users.
    """
    expected = np.minimum(expected, _MAX_PROBABILITY * (share > 0).sum())
    intensity = expected.copy()
    for _ in range(_NEWTON_STEPS):
        # Newton's method on a concave function from below never overshoots.
        absent = np.exp(-np.outer(intensity, share))
        intensity = intensity + (expected - (1 - absent).sum(axis=1)) / np.maximum(absent @ share, 1e-9)
    return np.asarray(1 - np.exp(-np.outer(intensity, share)))
