"""Statistics of past campaigns: which users take part together, near and after each other."""

from dataclasses import dataclass
from typing import Any, Self

import numba
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from forecasting.next_users.event_sequence import EventSequence, Floats, Ints, recent_log_gap

WINDOW = 20
"""Largest distance, in positions of a sequence, of two users who are near each other."""
_TIME_CONSTANT = 3.0
"""Time constant of the association of two participants, in median gaps."""
_DIMENSIONS = 48
_CONTEXT_POWER = 0.75
"""Exponent of a context's frequency (Levy, Goldberg and Dagan 2015)."""


@dataclass(frozen=True)
class Cooccurrence:
    """Statistics of past campaigns, for n users.

    Attributes
    ----------
    same_campaign, near_in_order, near_in_time
        Association of two users: participation in the same campaign (long campaigns count less), within
        WINDOW positions of each other (divided by the root of the distance), and shortly after each other;
        relative to the expectation from their numbers of campaigns. Shape (n, n), symmetric.
    two_step_transitions
        Probability of a transition in two steps, shape (n, n).
    campaign_counts
        Number of campaigns of each user, shape (n,).
    mean_log_gap
        ``recent_log_gap`` of a user's campaigns when it took part, their mean shrunk towards 0, shape (n,).
    participation, scaled_participation
        Whether each user took part in each campaign, shape (n_campaigns, n); `scaled_participation` is
        divided by the root of the campaign's number of participants.
    svd_vectors
        Right singular vectors of `participation`, divided by the root of `campaign_counts`, shape (n, 48).
    context_vectors
        Unit vectors that factorise the positive pointwise mutual information of `near_in_order`, shape
        (n, 48).
    users, seconds, campaigns
        All participations, campaign by campaign.
    rows_by_user, user_start
        The participations of user u are the rows ``rows_by_user[user_start[u] : user_start[u + 1]]``.
    """

    same_campaign: Floats
    near_in_order: Floats
    near_in_time: Floats
    two_step_transitions: Floats
    campaign_counts: Floats
    mean_log_gap: Floats
    participation: sparse.csr_array
    scaled_participation: sparse.csc_array
    svd_vectors: Floats
    context_vectors: Floats
    users: Ints
    seconds: Floats
    campaigns: Ints
    rows_by_user: Ints
    user_start: Ints

    @classmethod
    def of(cls, sequences: list[EventSequence], n_users: int, gap: float) -> Self:
        """The statistics of `sequences`, one per campaign; `gap` is the median gap in seconds."""
        same_campaign, near_in_order, near_in_time, after = (
            np.zeros((n_users, n_users), dtype=np.float32) for _ in range(4)
        )
        counts, log_gaps = np.zeros(n_users, dtype=np.float32), np.zeros(n_users, dtype=np.float32)
        for sequence in sequences:
            _count_pairs(
                sequence.users, sequence.seconds, gap, same_campaign, near_in_order, near_in_time, after
            )
            counts[sequence.users] += 1
            log_gaps[sequence.users] += [
                recent_log_gap(sequence.seconds[:position], gap) for position in range(len(sequence))
            ]
        expected = np.sqrt(np.outer(counts + 1, counts + 1)).astype(np.float32)
        transitions = after / (after.sum(axis=1, keepdims=True) + 1)
        users, campaigns = (
            np.concatenate([sequence.users for sequence in sequences]),
            np.repeat(np.arange(len(sequences)), [len(sequence) for sequence in sequences]),
        )
        ones = np.ones(len(users), dtype=np.float32)
        participation = sparse.csr_array((ones, (campaigns, users)), shape=(len(sequences), n_users))
        scale = np.maximum(np.sqrt(participation.sum(axis=1)), 1)
        rows_by_user = np.argsort(users, kind="stable")
        return cls(
            same_campaign=same_campaign / expected,
            near_in_order=near_in_order / expected,
            near_in_time=near_in_time / expected,
            two_step_transitions=transitions @ transitions,
            campaign_counts=counts,
            mean_log_gap=log_gaps / (counts + 1),
            participation=participation,
            scaled_participation=(sparse.diags_array(1 / scale) @ participation).tocsc().astype(np.float32),
            svd_vectors=_right_singular_vectors(
                participation @ sparse.diags_array(1 / np.maximum(np.sqrt(counts), 1))
            ),
            context_vectors=_context_vectors(near_in_order),
            users=users,
            seconds=np.concatenate([sequence.seconds for sequence in sequences]),
            campaigns=campaigns,
            rows_by_user=rows_by_user,
            user_start=np.searchsorted(users[rows_by_user], np.arange(n_users + 1)),
        )


@numba.njit(cache=True)
def _count_pairs(
    users: Ints,
    seconds: Floats,
    gap: float,
    same_campaign: Floats,
    near_in_order: Floats,
    near_in_time: Floats,
    after: Floats,
) -> None:
    length_weight = 1 / np.log2(1 + len(users))
    for i in range(len(users)):
        for j in range(i + 1, len(users)):
            a, b, distance = users[i], users[j], j - i
            same_campaign[a, b] += length_weight
            same_campaign[b, a] += length_weight
            if distance <= WINDOW:
                near_in_order[a, b] += 1 / distance**0.5
                near_in_order[b, a] += 1 / distance**0.5
                after[a, b] += 1 / distance
            time_weight = np.exp(-(seconds[j] - seconds[i]) / (_TIME_CONSTANT * gap))
            near_in_time[a, b] += time_weight
            near_in_time[b, a] += time_weight


def _right_singular_vectors(matrix: Any) -> Floats:
    rank = min(_DIMENSIONS, min(matrix.shape) - 1)
    vectors = np.zeros((matrix.shape[1], _DIMENSIONS), dtype=np.float32)
    if rank > 0:
        vectors[:, :rank] = svds(matrix.astype(np.float64), k=rank, random_state=0)[2].T
    return vectors


def _context_vectors(near_in_order: Floats) -> Floats:
    """Vectors like those of word2vec, by matrix factorisation (Levy and Goldberg 2014)."""
    counts = sparse.coo_array(near_in_order.astype(np.float64))
    totals = near_in_order.sum(axis=1, dtype=np.float64)
    context = totals**_CONTEXT_POWER / max((totals**_CONTEXT_POWER).sum(), 1e-9)
    row, column = counts.coords
    pmi = np.log(counts.data / totals[row] / context[column])
    positive = pmi > 0
    matrix = sparse.csr_array((pmi[positive], (row[positive], column[positive])), shape=near_in_order.shape)
    vectors = np.zeros((len(near_in_order), _DIMENSIONS), dtype=np.float32)
    rank = min(_DIMENSIONS, len(near_in_order) - 1)
    if matrix.nnz and rank > 0:
        left, singular_values, _ = svds(matrix, k=rank, random_state=0)
        scaled = left * np.sqrt(singular_values)
        vectors[:, :rank] = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-6)
    return vectors
