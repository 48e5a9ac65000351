"""A campaign's participants, one after the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]

_RECENT = 6
"""Gaps that a log_median_gap is told from."""


@dataclass(frozen=True)
class EventSequence:
    """`users` by number, in the order in which they first took part, and `seconds`, when; shape (n,). Only
    differences of seconds mean something.
    """

    users: Ints
    seconds: Floats

    def __len__(self) -> int:
        return len(self.users)

    def first(self, n: int) -> "EventSequence":
        """Its first n participants."""
        return EventSequence(self.users[:n], self.seconds[:n])


def event_sequences(participations: pd.DataFrame, users: pd.Index) -> dict[str, EventSequence]:
    """Of each campaign in `participations` (user, campaign, at in seconds; a user's first time each); users
    who are not among `users` are left out.
    """
    known = participations.assign(number=users.get_indexer(participations["user"]))
    known = known[known["number"] >= 0].sort_values(["at", "user"], kind="stable")
    return {
        str(campaign): EventSequence(own["number"].to_numpy(np.int64), own["at"].to_numpy(float))
        for campaign, own in known.groupby("campaign", sort=False)
    }


def usual_gap(known: list[EventSequence]) -> float:
    """The median number of seconds between one participant and the next: the unit of time."""
    gaps = [np.diff(one.seconds) for one in known if len(one) > 1]
    return float(np.median(np.maximum(np.concatenate(gaps), 1.0))) if gaps else 1.0


def log_median_gap(seconds: Floats, gap: float) -> float:
    """How slowly the last participants came: the logarithm of their median gap, in usual gaps."""
    last = np.diff(seconds[-_RECENT - 1 :])
    return float(np.median(np.log(np.maximum(last, 1.0) / gap))) if len(last) else 0.0
