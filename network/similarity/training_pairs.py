"""Who took part together from a moment on, and who of the same popularity did not.

A query is a campaign and one of its later participants; its partners are others of them. Each partner is
set against a negative: a user who could take part and never did, drawn from those who had been as active
lately, as long silent and as often active at all as the partner. Popularity alone then tells nothing.
"""

from dataclasses import dataclass

import numpy as np

from network.influence.matching_strata import matching_strata
from network.influence.trials import window_of
from network.participation_history import CampaignHistory, Floats, Ints, ParticipationHistory

_FEWEST = 5
_AT_MOST = 200_000


@dataclass(frozen=True)
class Pairs:
    """One row a partner, in arrays of one length; positions of users. The rows of a query lie together."""

    campaign: Ints
    query: Ints
    user: Ints
    partner: Ints
    negative: Ints

    def __len__(self) -> int:
        return len(self.user)

    @property
    def weights(self) -> Floats:
        """Each query counts the same: mean 1 over rows."""
        size = np.bincount(self.query)[self.query] if len(self) else np.empty(0)
        return np.asarray((1 / size) / (1 / size).mean() if len(self) else size, dtype=float)


def pairs_of(history: ParticipationHistory, since: float, seed: int) -> Pairs:
    """Of every campaign in which at least five users took part for the first time from `since` on."""
    rng = np.random.default_rng(seed)
    strata = matching_strata(
        history, np.arange(len(history.users)), np.full(len(history.users), since), window_of(history)
    )
    known = history.first_seen <= since
    found: list[tuple[int, Ints, Ints]] = []
    for number, campaign in enumerate(history.campaigns):
        partners, negatives = _sides(history, campaign, since, known, strata)
        if len(partners) >= _FEWEST and len(negatives):
            found.append((number, partners, negatives))
    most = max(_FEWEST, int(np.sqrt(_AT_MOST / max(len(found), 1))))
    columns: list[list[Ints]] = [[], [], [], [], []]
    queries = 0
    for number, partners, negatives in found:
        order = negatives[np.argsort(strata[negatives], kind="stable")]
        for user in _some(partners, most, rng):
            others = _some(partners[partners != user], most, rng)
            begins = np.searchsorted(strata[order], strata[others], side="left")
            ends = np.searchsorted(strata[order], strata[others], side="right")
            drawn = order[begins + (rng.random(len(others)) * (ends - begins)).astype(np.int64)]
            rows = len(others)
            for column, value in zip(
                columns,
                (np.full(rows, number), np.full(rows, queries), np.full(rows, user), others, drawn),
                strict=True,
            ):
                column.append(value)
            queries += 1
    nothing = np.empty(0, dtype=np.int64)
    return Pairs(*(np.concatenate([nothing, *column]) for column in columns))


def _sides(
    history: ParticipationHistory, campaign: CampaignHistory, since: float, known: np.ndarray, strata: Ints
) -> tuple[Ints, Ints]:
    """Later participants for whom there are negatives, and all negatives."""
    later = campaign.users[campaign.times >= since]
    later = later[known[later]]
    never = np.setdiff1d(history.could_take_part(campaign), campaign.users)
    never = never[known[never]]
    return later[np.isin(strata[later], strata[never])], never


def _some(users: Ints, most: int, rng: np.random.Generator) -> Ints:
    return users if len(users) <= most else rng.choice(users, most, replace=False)
