"""Influence probabilities between similar users, and how far the data supports the premise."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WINDOW_DAYS = 7
_DAY = 86_400.0
_PRIOR_TRIALS = 10.0
_SMALLEST_RATE = 0.002


@dataclass(frozen=True)
class FollowEvidence:
    """What happened after a user's first participation, over pairs of users.

    A trial is a campaign that reached both, in which the source took part first. A success is the
    target's first participation within the window. `expected` is what the campaign's own pace
    explains: the share of all reached users who had not taken part yet and did so in that window.
    """

    trials: NDArray[np.float64]
    successes: NDArray[np.float64]
    expected: NDArray[np.float64]

    @property
    def risk_ratio(self) -> float:
        """Successes over expected successes; 1 means that following explains nothing."""
        expected = float(self.expected.sum())
        return float(self.successes.sum()) / expected if expected > 0 else float("nan")


class ParticipationTimes:
    """Users x campaigns: whether a campaign reached a user, and when the user first took part."""

    def __init__(
        self, users: pd.Index, targetings: pd.DataFrame, participations: pd.DataFrame, before: float
    ) -> None:
        """`participations` has user, campaign, at (seconds since the epoch); `before` is the cut-off."""
        campaigns = pd.Index(sorted(targetings["campaign"].unique()))
        shape = (len(users), len(campaigns))
        self.reached = np.zeros(shape, dtype=bool)
        self.reached[users.get_indexer(targetings["user"]), campaigns.get_indexer(targetings["campaign"])] = (
            True
        )
        self.first = np.full(shape, np.inf)
        known = participations[participations["campaign"].isin(campaigns)]
        self.first[users.get_indexer(known["user"]), campaigns.get_indexer(known["campaign"])] = known["at"]
        self.before = before


def follow_evidence(
    times: ParticipationTimes, sources: NDArray[np.intp], targets: NDArray[np.intp]
) -> FollowEvidence:
    """Evidence per pair (sources[i], targets[i]); windows that the cut-off cuts short are left out."""
    trials, successes, expected = (np.zeros(len(sources)) for _ in range(3))
    window = WINDOW_DAYS * _DAY
    for column in range(times.first.shape[1]):
        reached, first = times.reached[:, column], times.first[:, column]
        start, follow = first[sources], first[targets]
        trial = reached[sources] & reached[targets] & (follow > start)
        trial &= start + window <= times.before
        trials += trial
        successes += trial & (follow <= start + window)
        expected += np.where(trial, _pace(first[reached], start, window), 0.0)
    return FollowEvidence(trials, successes, expected)


def _pace(first: NDArray[np.float64], start: NDArray[np.float64], window: float) -> NDArray[np.float64]:
    ordered = np.sort(first)
    until = np.searchsorted(ordered, start, side="right")
    within = np.searchsorted(ordered, start + window, side="right") - until
    waiting = len(ordered) - until
    return np.divide(within, waiting, out=np.zeros(len(start)), where=waiting > 0)


def influence_probabilities(evidence: FollowEvidence, similarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(target follows source), beyond the campaign's pace, per pair.

    The pair's own excess (successes - expected) is shrunk towards the pooled excess rate times the
    pair's similarity, which counts as ten trials; a pair without history is that prior alone.
    """
    trials = float(evidence.trials.sum())
    excess = evidence.successes - evidence.expected
    pooled = max(float(excess.sum()) / trials if trials else 0.0, _SMALLEST_RATE)
    prior = pooled * np.clip(similarity, 0.0, 1.0)
    shrunk = (excess + _PRIOR_TRIALS * prior) / (evidence.trials + _PRIOR_TRIALS)
    return np.clip(shrunk, 0.0, 1.0)


def placebo_pairs(
    sources: NDArray[np.intp], targets: NDArray[np.intp], seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """As many pairs with the same sources and the same targets, matched at random."""
    shuffled = np.random.default_rng(seed).permutation(targets)
    apart = shuffled != sources
    return sources[apart], shuffled[apart]
