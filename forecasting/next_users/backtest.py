"""Back-test of next-user rankings beside simple counts."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, Floats
from forecasting.next_users.examples import LONGEST
from forecasting.next_users.next_user_model import NextUserModel
from forecasting.next_users.sequence_features import SequenceFeatures

Ranker = Callable[[EventSequence], Iterator[Floats]]
"""For a campaign, yields the scores of all users before each participant from the second on."""

FIRST = 10
"""Length of the ranking that is evaluated."""
_TIE_BREAK = 1e-6


def by_model(model: NextUserModel, cooccurrence: Cooccurrence) -> Ranker:
    """Rank by the model."""

    def rank(sequence: EventSequence) -> Iterator[Floats]:
        features = SequenceFeatures(cooccurrence, model.gap)
        for position in range(1, min(len(sequence), LONGEST + 1)):
            features.add(int(sequence.users[position - 1]), float(sequence.seconds[position - 1]))
            yield model.next_of(features, sequence.first(position))

    return rank


def by_follows(
    known: list[EventSequence], users: int, *, window: int = 20, power: float = 0.5, kept: float = 0.8
) -> Ranker:
    """Rank by how often each user took part within `window` places after those who have.

    A distance of d counts d^-power, relative to the participations of the earlier user; the weight of a
    participant is multiplied by `kept` at each further one.
    """
    counts = np.zeros((users, users), dtype=np.float32)
    for sequence in known:
        for steps in range(1, min(window, len(sequence) - 1) + 1):
            np.add.at(counts, (sequence.users[:-steps], sequence.users[steps:]), steps**-power)
    taken = times_taken(known, users)
    return by_matrix(counts / np.sqrt(taken + 1)[:, np.newaxis], kept, taken)


def by_matrix(matrix: Floats, kept: float, taken: Floats) -> Ranker:
    """Rank by the decayed sum of the participants' rows of `matrix`; ties by number of campaigns."""

    def rank(sequence: EventSequence) -> Iterator[Floats]:
        score = np.zeros(len(matrix))
        for user in sequence.users[: min(len(sequence) - 1, LONGEST)]:
            score = score * kept + matrix[user]
            yield score + _TIE_BREAK * taken

    return rank


def times_taken(known: list[EventSequence], users: int) -> Floats:
    """Number of campaigns of each user, shape (n_users,)."""
    participants = np.concatenate([sequence.users for sequence in known])
    return np.bincount(participants, minlength=users).astype(float)


def ranks(ranker: Ranker, test: Iterable[tuple[EventSequence, int]]) -> pd.DataFrame:
    """Rank of the actual next user among all users who have not taken part.

    Parameters
    ----------
    ranker
        The ranking.
    test
        Campaigns, each with its first position to evaluate.

    Returns
    -------
    Columns campaign (its number), position, rank; ties count half.
    """
    rows = []
    for number, (sequence, first) in enumerate(test):
        for position, ranking in enumerate(ranker(sequence), start=1):
            if position < first:
                continue
            scores = np.array(ranking, dtype=float)
            scores[sequence.users[:position]] = -np.inf
            actual = scores[sequence.users[position]]
            rank = 1 + (scores > actual).sum() + 0.5 * ((scores == actual).sum() - 1)
            rows.append((number, position, rank))
    return pd.DataFrame(rows, columns=["campaign", "position", "rank"])


def hits(ranking: pd.DataFrame, k: int = FIRST) -> pd.Series:
    """1 where the actual next user is among the first k of ``ranks``, else 0."""
    return (ranking["rank"] <= k).astype(float)


def reciprocal_rank(ranking: pd.DataFrame, k: int = FIRST) -> pd.Series:
    """Reciprocal rank of the actual next user in ``ranks``, 0 beyond k; its mean is MRR@k."""
    return (1 / ranking["rank"]).where(ranking["rank"] <= k, 0.0)
