"""Back-test of next-user rankings: the model, co-occurrence counts and other simple rankings."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, Floats
from forecasting.next_users.examples import MAX_POSITIONS
from forecasting.next_users.next_user_model import NextUserModel
from forecasting.next_users.sequence_features import SequenceFeatures

Ranker = Callable[[EventSequence], Iterator[Floats]]
"""For a campaign, yields the scores of all users before each participant from the second on."""

TOP_K = 10
_TIE_BREAK = 1e-6


def model_ranker(model: NextUserModel, cooccurrence: Cooccurrence) -> Ranker:
    """Rank by the model."""

    def rank(sequence: EventSequence) -> Iterator[Floats]:
        features = SequenceFeatures(cooccurrence, model.gap)
        for position in range(1, min(len(sequence), MAX_POSITIONS + 1)):
            features.add(int(sequence.users[position - 1]), float(sequence.seconds[position - 1]))
            yield model.log_probabilities_from(features, sequence.first(position))

    return rank


def cooccurrence_ranker(
    training: list[EventSequence], n_users: int, *, window: int = 20, power: float = 0.5, decay: float = 0.8
) -> Ranker:
    """Rank by how often each user took part at most `window` positions after a participant.

    A distance of d counts d^-power, relative to the number of campaigns of the earlier user; the weight of a
    participant is multiplied by `decay` at each further one.
    """
    counts = np.zeros((n_users, n_users), dtype=np.float32)
    for sequence in training:
        for distance in range(1, min(window, len(sequence) - 1) + 1):
            np.add.at(counts, (sequence.users[:-distance], sequence.users[distance:]), distance**-power)
    campaigns = campaign_counts(training, n_users)
    return matrix_ranker(counts / np.sqrt(campaigns + 1)[:, np.newaxis], decay, campaigns)


def matrix_ranker(matrix: Floats, decay: float, campaigns: Floats) -> Ranker:
    """Rank by the decayed sum of the participants' rows of `matrix`; ties by number of campaigns."""

    def rank(sequence: EventSequence) -> Iterator[Floats]:
        score = np.zeros(len(matrix))
        for user in sequence.users[: min(len(sequence) - 1, MAX_POSITIONS)]:
            score = score * decay + matrix[user]
            yield score + _TIE_BREAK * campaigns

    return rank


def popularity_ranker(campaigns: Floats) -> Ranker:
    """Rank by number of campaigns, shape (n_users,)."""
    return matrix_ranker(np.zeros((len(campaigns), len(campaigns)), np.float32), 1.0, campaigns)


def campaign_counts(sequences: list[EventSequence], n_users: int) -> Floats:
    """Number of campaigns of each user, shape (n_users,)."""
    participants = np.concatenate([sequence.users for sequence in sequences])
    return np.bincount(participants, minlength=n_users).astype(float)


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
    Columns campaign (its number), position, rank (tied users share their mean rank).
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


def hits(ranking: pd.DataFrame, k: int = TOP_K) -> pd.Series:
    """1 where the actual next user is among the first k of ``ranks``, else 0; its mean is Hits@k."""
    return (ranking["rank"] <= k).astype(float)


def reciprocal_rank(ranking: pd.DataFrame, k: int = TOP_K) -> pd.Series:
    """Reciprocal rank of the actual next user in ``ranks``, 0 beyond k; its mean is MRR@k."""
    return (1 / ranking["rank"]).where(ranking["rank"] <= k, 0.0)
