"""Who took part in which campaign, and when: the participation history of a data set as arrays.

Users and campaigns are positions in fixed orders; times are seconds since the epoch. A campaign without
targeted users is open: every user seen before can take part in it.
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
    """The participations of one campaign.

    Attributes
    ----------
    id
        The campaign.
    reached
        Positions of the users whom the campaign targeted, sorted; None for a campaign open to all.
    reached_at
        Seconds since the epoch of these targetings, same length as `reached`; None where that is None.
    users
        Positions of the participants, ordered by their first participation.
    times
        Seconds since the epoch of these first participations, same length as `users`.
    """

    id: str
    reached: Ints | None
    reached_at: Floats | None
    users: Ints
    times: Floats


@dataclass(frozen=True)
class ParticipationHistory:
    """All participations before a moment, and the days on which each user was active.

    Attributes
    ----------
    users
        The users; a position is an index into them.
    before
        Seconds since the epoch; nothing at or after this moment is included.
    activity
        The active days of each user.
    campaigns
        One entry per campaign, ordered by id.
    """

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
        """Build the history from tables without entries at or after `before`.

        Parameters
        ----------
        users
            All users, in the order that positions refer to.
        targetings
            Columns user, campaign, at.
        participations
            Columns user, campaign, at: the first participation of each user in each campaign.
        activity
            Columns user, at: one row per user and active day, with the end of the day.
        before
            The cut-off in seconds since the epoch.
        """
        targetings = targetings.assign(position=users.get_indexer(targetings["user"]))
        reached = {
            str(name): (part["position"].to_numpy(np.int64), part["at"].to_numpy(float))
            for name, part in targetings.sort_values("position").groupby("campaign")
        }
        took_part = {
            str(name): (users.get_indexer(part["user"]).astype(np.int64), part["at"].to_numpy(float))
            for name, part in participations.sort_values(["at", "user"]).groupby("campaign")
        }
        no_participants = (np.empty(0, dtype=np.int64), np.empty(0))
        campaigns = [
            _campaign(name, *reached.get(name, (None, None)), *took_part.get(name, no_participants))
            for name in sorted(reached.keys() | took_part.keys())
        ]
        return cls(users, before, Activity(users, activity), campaigns)

    @property
    def first_seen(self) -> Floats:
        """The end of each user's first active day, shape (n_users,); infinity for a user never active."""
        return self.activity.first

    def could_take_part(self, campaign: CampaignHistory) -> Ints:
        """Positions of the users whom the campaign targeted; for an open one, of all users ever active."""
        if campaign.reached is not None:
            return campaign.reached
        return np.flatnonzero(np.isfinite(self.first_seen)).astype(np.int64)


class Activity:
    """The active days of each user, in order. A day is known from its end on.

    Parameters
    ----------
    users
        All users, in the order that positions refer to.
    days
        Columns user, at: one row per user and active day.
    """

    def __init__(self, users: pd.Index, days: pd.DataFrame) -> None:
        user = users.get_indexer(days["user"]).astype(np.int64)
        at = days["at"].to_numpy(float)
        by_time = np.argsort(at, kind="stable")
        self._user_by_time, self._at_by_time = user[by_time], at[by_time]
        order = np.lexsort((at, user))
        self._times = at[order]
        self._starts = np.searchsorted(user[order], np.arange(len(users) + 1))
        # One sorted key for all users, so that a single search serves all: each user has a stretch of its
        # own.
        self._origin = float(at.min(initial=0.0))
        self._stride = float(at.max(initial=1.0)) - self._origin + 2.0
        self._keys = user[order] * self._stride + (self._times - self._origin)
        self.first = np.full(len(users), np.inf)
        active = self._starts[:-1] < self._starts[1:]
        self.first[active] = self._times[self._starts[:-1][active]]

    def until(self, users: Ints, at: Floats) -> Ints:
        """The number of days that ended by each moment of `at` on which the user in `users` was active."""
        inside = np.clip(at - self._origin, -1.0, self._stride - 2.0)
        return np.searchsorted(self._keys, users * self._stride + inside, "right") - self._starts[users]

    def sample(self, after: Floats, before: Floats, rng: np.random.Generator) -> Ints:
        """For each pair of moments, the user of a random active day that ended after the first and by the
        second; -1 if there is none.
        """
        first, last = (np.searchsorted(self._at_by_time, moments, "right") for moments in (after, before))
        place = first + (rng.random(len(first)) * (last - first)).astype(np.int64)
        return np.where(last > first, self._user_by_time[np.minimum(place, len(self._at_by_time) - 1)], -1)

    def since_last(self, users: Ints, at: Floats) -> Floats:
        """Seconds from the end of each user's last active day by `at`; infinity if there is none."""
        count = self.until(users, at)
        last = self._times[np.maximum(self._starts[users] + count - 1, 0)] if len(self._times) else at
        return np.where(count > 0, at - last, np.inf)


def _campaign(
    name: str, reached: Ints | None, reached_at: Floats | None, users: Ints, times: Floats
) -> CampaignHistory:
    if reached is not None:
        # Participants who were not targeted are outside the population at risk.
        targeted = np.isin(users, reached)
        users, times = users[targeted], times[targeted]
    return CampaignHistory(name, reached, reached_at, users, times)
