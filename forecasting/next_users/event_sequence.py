"""A campaign's participants in the order of their first participation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]

_RECENT_GAPS = 6


@dataclass(frozen=True)
class EventSequence:
    """Participants of one campaign.

    Attributes
    ----------
    users
        Numbers of the users in the order of their first participation, shape (n,).
    seconds
        Times of these participations, shape (n,); only differences matter.
    """

    users: Ints
    seconds: Floats

    def __len__(self) -> int:
        return len(self.users)

    def first(self, n: int) -> "EventSequence":
        """The sequence of the first n participants."""
        return EventSequence(self.users[:n], self.seconds[:n])


def event_sequences(participations: pd.DataFrame, users: pd.Index) -> dict[str, EventSequence]:
    """One sequence per campaign.

    Parameters
    ----------
    participations
        Columns user, campaign, at (seconds): the first participation of each user in each campaign.
    users
        The users to keep; their positions are the user numbers.
    """
    numbered = participations.assign(number=users.get_indexer(participations["user"]))
    numbered = numbered[numbered["number"] >= 0].sort_values(["at", "user"], kind="stable")
    return {
        str(campaign): EventSequence(rows["number"].to_numpy(np.int64), rows["at"].to_numpy(float))
        for campaign, rows in numbered.groupby("campaign", sort=False)
    }


def median_gap(sequences: list[EventSequence]) -> float:
    """Median number of seconds between consecutive participants: the unit of time."""
    gaps = [np.diff(sequence.seconds) for sequence in sequences if len(sequence) > 1]
    return float(np.median(np.maximum(np.concatenate(gaps), 1.0))) if gaps else 1.0


def recent_log_gap(seconds: Floats, gap: float) -> float:
    """Median log gap between the last participants, in median gaps; 0 for a single participant."""
    last = np.diff(seconds[-_RECENT_GAPS - 1 :])
    return float(np.median(np.log(np.maximum(last, 1.0) / gap))) if len(last) else 0.0
