"""Statistics of past campaigns: which users take part together, near and after each other."""

from dataclasses import dataclass
from typing import Any, Self

import numba
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from forecasting.next_users.event_sequence import EventSequence, Floats, Ints, log_median_gap

NEAR = 20
"""Largest distance in participants of two users who are near to each other."""
_TIME_CONSTANT = 3.0
"""Time constant of the association of two participants, in usual gaps."""
_WIDTH = 48
_CONTEXT_POWER = 0.75
"""Exponent of a context's frequency (Levy, Goldberg and Dagan 2015)."""


@dataclass(frozen=True)
class Cooccurrence:
    """Statistics of some campaigns, for n users.

    Attributes
    ----------
    together, near, timed
        Association of two users: participation in the same campaign (long campaigns count less), near each
        other (by the root of the distance), and shortly after each other; relative to the expectation from
        their numbers of campaigns. Shape (n, n), symmetric.
    second
        Probability of a transition in two steps, shape (n, n).
    taken
        Number of campaigns of each user, shape (n,).
    log_median_gap
        Mean log gap of a user's campaigns when it took part, shape (n,).
    member, shared
        Participation, shape (n_campaigns, n); `shared` is weighted by the root of the campaign's length.
    kinds
        Right singular vectors of `member`, shape (n, 48).
    contexts
        Unit vectors that factorise the positive pointwise mutual information of `near`, shape (n, 48).
    users, seconds, campaigns
        All participations, campaign by campaign.
    found, first
        The participations of user u are `found[first[u] : first[u + 1]]`.
    """

    together: Floats
    near: Floats
    timed: Floats
    second: Floats
    taken: Floats
    log_median_gap: Floats
    member: sparse.csr_array
    shared: sparse.csc_array
    kinds: Floats
    contexts: Floats
    users: Ints
    seconds: Floats
    campaigns: Ints
    found: Ints
    first: Ints

    @classmethod
    def of(cls, known: list[EventSequence], users: int, gap: float) -> Self:
        """The statistics of `known` campaigns of so many `users`; `gap` is the usual gap in seconds."""
        together, near, timed, after = (np.zeros((users, users), dtype=np.float32) for _ in range(4))
        taken, log_gaps = np.zeros(users, dtype=np.float32), np.zeros(users, dtype=np.float32)
        for sequence in known:
            _count(sequence.users, sequence.seconds, gap, together, near, timed, after)
            taken[sequence.users] += 1
            log_gaps[sequence.users] += [
                log_median_gap(sequence.seconds[:position], gap) for position in range(len(sequence))
            ]
        by_chance = np.sqrt(np.outer(taken + 1, taken + 1)).astype(np.float32)
        step = after / (after.sum(axis=1, keepdims=True) + 1)
        every, campaigns = (
            np.concatenate([sequence.users for sequence in known]),
            np.repeat(np.arange(len(known)), [len(sequence) for sequence in known]),
        )
        ones = np.ones(len(every), dtype=np.float32)
        member = sparse.csr_array((ones, (campaigns, every)), shape=(len(known), users))
        length = np.maximum(np.sqrt(member.sum(axis=1)), 1)
        order = np.argsort(every, kind="stable")
        return cls(
            together=together / by_chance,
            near=near / by_chance,
            timed=timed / by_chance,
            second=step @ step,
            taken=taken,
            log_median_gap=log_gaps / (taken + 1),
            member=member,
            shared=(sparse.diags_array(1 / length) @ member).tocsc().astype(np.float32),
            kinds=_right_vectors(member @ sparse.diags_array(1 / np.maximum(np.sqrt(taken), 1))),
            contexts=_contexts(near),
            users=every,
            seconds=np.concatenate([sequence.seconds for sequence in known]),
            campaigns=campaigns,
            found=order,
            first=np.searchsorted(every[order], np.arange(users + 1)),
        )


@numba.njit(cache=True)
def _count(
    users: Ints, seconds: Floats, gap: float, together: Floats, near: Floats, timed: Floats, after: Floats
) -> None:
    rarity = 1 / np.log2(1 + len(users))
    for i in range(len(users)):
        for j in range(i + 1, len(users)):
            a, b, steps = users[i], users[j], j - i
            together[a, b] += rarity
            together[b, a] += rarity
            if steps <= NEAR:
                near[a, b] += 1 / steps**0.5
                near[b, a] += 1 / steps**0.5
                after[a, b] += 1 / steps
            soon = np.exp(-(seconds[j] - seconds[i]) / (_TIME_CONSTANT * gap))
            timed[a, b] += soon
            timed[b, a] += soon


def _right_vectors(matrix: Any) -> Floats:
    width = min(_WIDTH, min(matrix.shape) - 1)
    vectors = np.zeros((matrix.shape[1], _WIDTH), dtype=np.float32)
    if width > 0:
        vectors[:, :width] = svds(matrix.astype(np.float64), k=width, random_state=0)[2].T
    return vectors


def _contexts(near: Floats) -> Floats:
    """Vectors like those of word2vec, by matrix factorisation (Levy and Goldberg 2014)."""
    counts = sparse.coo_array(near.astype(np.float64))
    totals = near.sum(axis=1, dtype=np.float64)
    context = totals**_CONTEXT_POWER / max((totals**_CONTEXT_POWER).sum(), 1e-9)
    row, column = counts.coords
    information = np.log(counts.data / totals[row] / context[column])
    kept = information > 0
    matrix = sparse.csr_array((information[kept], (row[kept], column[kept])), shape=near.shape)
    vectors = np.zeros((len(near), _WIDTH), dtype=np.float32)
    width = min(_WIDTH, len(near) - 1)
    if matrix.nnz and width > 0:
        left, scale, _ = svds(matrix, k=width, random_state=0)
        scaled = left * np.sqrt(scale)
        vectors[:, :width] = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-6)
    return vectors
