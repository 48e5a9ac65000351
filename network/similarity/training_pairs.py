"""Samples users who took part together after a moment, and comparable users who did not.

A query is a campaign and one of its later participants; the partners are the other later participants. Each
partner is paired with a negative: a user who could take part and never did, drawn from the partner's stratum
(``matching_strata``), so that activity alone does not tell them apart.
"""

from dataclasses import dataclass

import numpy as np

from network.influence.matching_strata import matching_strata
from network.influence.trials import influence_window
from network.participation_history import CampaignHistory, Floats, Ints, ParticipationHistory

_MIN_PARTNERS = 5
_MAX_PAIRS = 200_000


@dataclass(frozen=True)
class Pairs:
    """One row per partner, as arrays of equal length; the rows of a query are contiguous.

    Attributes
    ----------
    campaign, query
        Positions of the campaign and the query.
    user, partner, negative
        Positions of users.
    """

    campaign: Ints
    query: Ints
    user: Ints
    partner: Ints
    negative: Ints

    def __len__(self) -> int:
        return len(self.user)

    @property
    def weights(self) -> Floats:
        """Weights by which all queries count the same, with mean 1 over rows."""
        size = np.bincount(self.query)[self.query] if len(self) else np.empty(0)
        return np.asarray((1 / size) / (1 / size).mean() if len(self) else size, dtype=float)


def training_pairs(history: ParticipationHistory, since: float, seed: int) -> Pairs:
    """Sample pairs from every campaign with at least five first participations from `since` on.

    Only users seen before `since` are included. Large campaigns are subsampled to about 200,000 pairs in all.

    Parameters
    ----------
    history
        The participations.
    since
        Seconds since the epoch.
    seed
        Seeds the sampling.
    """
    rng = np.random.default_rng(seed)
    everyone = np.arange(len(history.users))
    strata = matching_strata(history, everyone, np.full(len(everyone), since), influence_window(history))
    seen_before = history.first_seen <= since
    candidates: list[tuple[int, Ints, Ints]] = []
    for number, campaign in enumerate(history.campaigns):
        partners, negatives = _candidates(history, campaign, since, seen_before, strata)
        if len(partners) >= _MIN_PARTNERS and len(negatives):
            candidates.append((number, partners, negatives))
    most = max(_MIN_PARTNERS, int(np.sqrt(_MAX_PAIRS / max(len(candidates), 1))))
    columns: list[list[Ints]] = [[], [], [], [], []]
    queries = 0
    for number, partners, negatives in candidates:
        by_stratum = negatives[np.argsort(strata[negatives], kind="stable")]
        for user in _subsample(partners, most, rng):
            others = _subsample(partners[partners != user], most, rng)
            begins = np.searchsorted(strata[by_stratum], strata[others], side="left")
            ends = np.searchsorted(strata[by_stratum], strata[others], side="right")
            drawn = by_stratum[begins + (rng.random(len(others)) * (ends - begins)).astype(np.int64)]
            rows = len(others)
            values = (np.full(rows, number), np.full(rows, queries), np.full(rows, user), others, drawn)
            for column, value in zip(columns, values, strict=True):
                column.append(value)
            queries += 1
    no_rows = np.empty(0, dtype=np.int64)
    return Pairs(*(np.concatenate([no_rows, *column]) for column in columns))


def _candidates(
    history: ParticipationHistory,
    campaign: CampaignHistory,
    since: float,
    seen_before: np.ndarray,
    strata: Ints,
) -> tuple[Ints, Ints]:
    """The later participants with a negative in their stratum, and all negatives of the campaign."""
    partners = campaign.users[campaign.times >= since]
    partners = partners[seen_before[partners]]
    negatives = np.setdiff1d(history.could_take_part(campaign), campaign.users)
    negatives = negatives[seen_before[negatives]]
    return partners[np.isin(strata[partners], strata[negatives])], negatives


def _subsample(users: Ints, most: int, rng: np.random.Generator) -> Ints:
    return users if len(users) <= most else rng.choice(users, most, replace=False)
