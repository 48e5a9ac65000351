"""Who took part in what, and when: what is known of a data set before a moment, as arrays.

Users and campaigns are positions; times are seconds since the epoch. A campaign that reached nobody by
name is open: everybody whom the data set knew by then could take part.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DAY = 86_400.0
"""Seconds."""


@dataclass(frozen=True)
class CampaignHistory:
    """One campaign: `reached` (None: open), and its participants in the order of their first time."""

    id: str
    reached: Ints | None
    users: Ints
    times: Floats


@dataclass(frozen=True)
class ParticipationHistory:
    """The history of a data set as of `before`: its campaigns, and on which days each user did anything."""

    users: pd.Index
    before: float
    activity: "Activity"
    campaigns: list[CampaignHistory]

    @classmethod
    def of(
        cls,
        users: pd.Index,
        targetings: pd.DataFrame,
        participations: pd.DataFrame,
        activity: pd.DataFrame,
        before: float,
    ) -> "ParticipationHistory":
        """`targetings` has user, campaign; `participations` user, campaign, at (the first time);
        `activity` user, at (one row a user and day). Nothing in them lies at or after `before`.
        """
        reached = {
            str(name): np.sort(users.get_indexer(part["user"])).astype(np.int64)
            for name, part in targetings.groupby("campaign")
        }
        took_part = {
            str(name): (users.get_indexer(part["user"]).astype(np.int64), part["at"].to_numpy(float))
            for name, part in participations.sort_values(["at", "user"]).groupby("campaign")
        }
        nobody = (np.empty(0, dtype=np.int64), np.empty(0))
        campaigns = [
            _campaign(name, reached.get(name), *took_part.get(name, nobody))
            for name in sorted(reached.keys() | took_part.keys())
        ]
        return cls(users, before, Activity(users, activity), campaigns)

    @property
    def first_seen(self) -> Floats:
        """From when on each user is known: the end of the first active day; infinity for never."""
        return self.activity.first + DAY

    def could_take_part(self, campaign: CampaignHistory) -> Ints:
        """The users that the campaign reached, or for an open one those who have arrived."""
        if campaign.reached is not None:
            return campaign.reached
        return np.flatnonzero(np.isfinite(self.first_seen)).astype(np.int64)


class Activity:
    """Each user's active days, in order."""

    def __init__(self, users: pd.Index, days: pd.DataFrame) -> None:
        """`days` has user, at."""
        who = users.get_indexer(days["user"]).astype(np.int64)
        at = days["at"].to_numpy(float)
        by_time = np.argsort(at, kind="stable")
        self._who_then, self._then = who[by_time], at[by_time]
        order = np.lexsort((at, who))
        self._times = at[order]
        self._starts = np.searchsorted(who[order], np.arange(len(users) + 1))
        # One axis for all users: a user's times lie behind those of the users before.
        self._origin = float(at.min(initial=0.0))
        self._stride = float(at.max(initial=1.0)) - self._origin + 2.0
        self._keys = who[order] * self._stride + (self._times - self._origin)
        self.first = np.full(len(users), np.inf)
        seen = self._starts[:-1] < self._starts[1:]
        self.first[seen] = self._times[self._starts[:-1][seen]]

    def until(self, users: Ints, at: Floats) -> Ints:
        """On how many days before `at` each of `users` was active."""
        inside = np.clip(at - self._origin, 0.0, self._stride - 1.0)
        return np.searchsorted(self._keys, users * self._stride + inside) - self._starts[users]

    def drawn(self, after: Floats, before: Floats, rng: np.random.Generator) -> Ints:
        """For each pair of moments, the user of an active day between them, drawn at random; -1 for none."""
        first, last = np.searchsorted(self._then, after), np.searchsorted(self._then, before)
        place = first + (rng.random(len(first)) * (last - first)).astype(np.int64)
        return np.where(last > first, self._who_then[np.minimum(place, len(self._then) - 1)], -1)

    def since_last(self, users: Ints, at: Floats) -> Floats:
        """Seconds from the last active day before `at`; infinity where there is none."""
        count = self.until(users, at)
        last = self._times[np.maximum(self._starts[users] + count - 1, 0)] if len(self._times) else at
        return np.where(count > 0, at - last, np.inf)


def _campaign(name: str, reached: Ints | None, users: Ints, times: Floats) -> CampaignHistory:
    if reached is not None:
        # Who took part without having been reached is nobody's follower.
        own = np.isin(users, reached)
        users, times = users[own], times[own]
    return CampaignHistory(name, reached, users, times)
