"""What users did things with, and when: categories, and products that have none."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from network.participation_history import DAY, Floats, Ints


@dataclass(frozen=True)
class Interests:
    """One row an occasion: `user` and `interest` are positions, `at` seconds since the epoch. `names` are
    the ids of the interests as tags, `texts` what they say ('' for nothing).
    """

    user: Ints
    interest: Ints
    at: Floats
    users: pd.Index
    names: pd.Index
    texts: list[str]

    @classmethod
    def of(cls, users: pd.Index, rows: pd.DataFrame) -> "Interests":
        """`rows` has user and, in lists of one length, interest, text, at (a list of moments each)."""
        each = rows.explode(["interest", "text", "at"], ignore_index=True).dropna(subset="interest")
        # What somebody bought, somebody else only looked at: the longer text says more.
        texts = each.groupby("interest", sort=True)["text"].agg(lambda said: max(said, key=len))
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
        """The same as it was known then."""
        known = self.at < seconds
        return replace(self, user=self.user[known], interest=self.interest[known], at=self.at[known])

    def counts(self) -> sparse.csr_array:
        """On how many occasions, shape (users, interests)."""
        return self._summed(np.ones(len(self.at)))

    def fading(self, now: float, half_life: float) -> sparse.csr_array:
        """The same, an occasion of `half_life` seconds ago counting half."""
        return self._summed(np.exp2((self.at - now) / half_life))

    def occasions(self) -> tuple[Ints, Floats]:
        """(user, at) of every moment at which a user did anything, in the order of users and time."""
        # One number for both: sorting pairs takes ten times as long.
        origin = self.at.min(initial=0.0)
        span = int(self.at.max(initial=0.0) - origin) + 1
        keys = np.unique(self.user * span + (self.at - origin).astype(np.int64))
        return keys // span, keys % span + origin

    def cooccurrence(self) -> sparse.csr_array:
        """How often interests came together or one right after the other, shape (interests, interests)."""
        order = np.lexsort((self.interest, self.at, self.user))
        user, at, interest = self.user[order], self.at[order], self.interest[order]
        new = np.ones(len(at), dtype=bool)
        new[1:] = (user[1:] != user[:-1]) | (at[1:] != at[:-1])
        occasion = np.cumsum(new) - 1
        shape = (int(new.sum()), len(self.names))
        held = sparse.csr_array((np.ones(len(at)), (occasion, interest)), shape=shape)
        owner = user[new]
        after = np.flatnonzero(owner[1:] == owner[:-1])
        pairs = held[after].T @ held[after + 1] + held.T @ held
        return sparse.csr_array(pairs + pairs.T)

    def _summed(self, weights: Floats) -> sparse.csr_array:
        shape = (len(self.users), len(self.names))
        return sparse.csr_array((weights, (self.user, self.interest)), shape=shape)


def half_life(window: float) -> float:
    """Seconds after which what a user did counts half: four windows in which following counts."""
    return max(4 * window, 28 * DAY)
