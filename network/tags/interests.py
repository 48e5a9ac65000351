"""Interests: the categories that users acted on, and when; a product without category counts as one."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from network.participation_history import DAY, Floats, Ints


@dataclass(frozen=True)
class Interests:
    """One entry per user, interest and moment, as arrays of equal length.

    Attributes
    ----------
    user, interest
        Positions in `users` and `names`.
    at
        Seconds since the epoch.
    users
        All users.
    names
        The interests' ids as tags.
    texts
        The interests' texts; '' for none.
    """

    user: Ints
    interest: Ints
    at: Floats
    users: pd.Index
    names: pd.Index
    texts: list[str]

    @classmethod
    def of(cls, users: pd.Index, rows: pd.DataFrame) -> "Interests":
        """Build interests from the rows of ``network/interests``.

        Parameters
        ----------
        users
            All users, in the order that positions refer to.
        rows
            Column user, and lists of equal length: interest, text, at (a list of moments per interest).
        """
        each = rows.explode(["interest", "text", "at"], ignore_index=True).dropna(subset="interest")
        # The text depends on what a user did ("buys coffee" or "coffee"): the longest is the most specific.
        texts = each.groupby("interest", sort=True)["text"].agg(lambda texts: max(texts, key=len))
        count = each["at"].map(len).to_numpy(dtype=np.int64)
        moments = np.concatenate([*each["at"], []]).astype(float)
        return cls(
            np.repeat(users.get_indexer(each["user"]), count).astype(np.int64),
            np.repeat(texts.index.get_indexer(each["interest"]), count).astype(np.int64),
            moments,
            users,
            pd.Index(texts.index),
            list(texts),
        )

    def before(self, seconds: float) -> "Interests":
        """The entries before a moment."""
        earlier = self.at < seconds
        return replace(self, user=self.user[earlier], interest=self.interest[earlier], at=self.at[earlier])

    def counts(self) -> sparse.csr_array:
        """The number of moments per user and interest, shape (n_users, n_interests)."""
        return self._sum(np.ones(len(self.at)))

    def decayed(self, now: float, half_life: float) -> sparse.csr_array:
        """Counts with exponential decay: a moment `half_life` seconds before `now` counts half."""
        return self._sum(np.exp2((self.at - now) / half_life))

    def occasions(self) -> tuple[Ints, Floats]:
        """(user, at) of every moment at which a user acted on anything, sorted by user and time."""
        # A combined key: sorting pairs takes ten times as long.
        origin = self.at.min(initial=0.0)
        span = int(self.at.max(initial=0.0) - origin) + 1
        keys = np.unique(self.user * span + (self.at - origin).astype(np.int64))
        return keys // span, keys % span + origin

    def cooccurrence(self) -> sparse.csr_array:
        """Counts of interests on the same or successive occasions, shape (n_interests, n_interests)."""
        order = np.lexsort((self.interest, self.at, self.user))
        user, at, interest = self.user[order], self.at[order], self.interest[order]
        new = np.ones(len(at), dtype=bool)
        new[1:] = (user[1:] != user[:-1]) | (at[1:] != at[:-1])
        occasion = np.cumsum(new) - 1
        shape = (int(new.sum()), len(self.names))
        has_interest = sparse.csr_array((np.ones(len(at)), (occasion, interest)), shape=shape)
        owner = user[new]
        followed = np.flatnonzero(owner[1:] == owner[:-1])
        pairs = has_interest[followed].T @ has_interest[followed + 1] + has_interest.T @ has_interest
        return sparse.csr_array(pairs + pairs.T)

    def _sum(self, weights: Floats) -> sparse.csr_array:
        shape = (len(self.users), len(self.names))
        return sparse.csr_array((weights, (self.user, self.interest)), shape=shape)


def half_life(window: float) -> float:
    """The half-life of interests in seconds: four influence windows, at least 28 days."""
    return max(4 * window, 28 * DAY)
