"""What past campaigns tell of who takes part around whom."""

from dataclasses import dataclass
from typing import Any, Self

import numba
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from forecasting.next_users.event_sequence import EventSequence, Floats, Ints, log_median_gap

NEAR = 20
"""Participants on either side of one who are near to it."""
_FADES = 3.0
"""Usual gaps after which what two participants have to do with each other has fallen to 1/e."""
_WIDTH = 48
_DAMPED = 0.75
"""Power of a user's frequency as a context (Levy, Goldberg, Dagan 2015)."""


@dataclass(frozen=True)
class Cooccurrence:
    """Learned from some campaigns, for n users.

    together, near, timed: how often two users took part in the same campaign, long campaigns counting less;
        near to each other, by the root of their distance; and shortly after each other. Divided by how often
        they would by their numbers of campaigns; shape (n, n), symmetric.
    second: who takes part after who takes part after a user; shape (n, n).
    taken: in how many campaigns each user took part. log_median_gap: how slowly these went when it did; (n,).
    member: which campaigns each user took part in, shape (n_campaigns, n); shared, weighed by their lengths.
    kinds, contexts: what users are like by their campaigns (a singular value decomposition of `member`) and
        by who was near them (positive pointwise mutual information, of length 1); shape (n, 48).
    places: users, seconds and campaigns of all participations, one campaign after the other, and where each
        user's are: `found[first[u]:first[u + 1]]`.
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
        """Of `known` campaigns of so many `users`; `gap` is the unit of time in seconds."""
        together, near, timed, after = (np.zeros((users, users), dtype=np.float32) for _ in range(4))
        taken, log_gaps = np.zeros(users, dtype=np.float32), np.zeros(users, dtype=np.float32)
        for one in known:
            _count(one.users, one.seconds, gap, together, near, timed, after)
            taken[one.users] += 1
            log_gaps[one.users] += [log_median_gap(one.seconds[:place], gap) for place in range(len(one))]
        by_chance = np.sqrt(np.outer(taken + 1, taken + 1)).astype(np.float32)
        step = after / (after.sum(axis=1, keepdims=True) + 1)
        every, campaigns = (
            np.concatenate([one.users for one in known]),
            np.repeat(np.arange(len(known)), [len(one) for one in known]),
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
            seconds=np.concatenate([one.seconds for one in known]),
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
            soon = np.exp(-(seconds[j] - seconds[i]) / (_FADES * gap))
            timed[a, b] += soon
            timed[b, a] += soon


def _right_vectors(matrix: Any) -> Floats:
    width = min(_WIDTH, min(matrix.shape) - 1)
    found = np.zeros((matrix.shape[1], _WIDTH), dtype=np.float32)
    if width > 0:
        found[:, :width] = svds(matrix.astype(np.float64), k=width, random_state=0)[2].T
    return found


def _contexts(near: Floats) -> Floats:
    """Word2vec's vectors by factorisation (Levy and Goldberg 2014)."""
    counts = sparse.coo_array(near.astype(np.float64))
    totals = near.sum(axis=1, dtype=np.float64)
    context = totals**_DAMPED / max((totals**_DAMPED).sum(), 1e-9)
    row, column = counts.coords
    told = np.log(counts.data / totals[row] / context[column])
    kept = told > 0
    matrix = sparse.csr_array((told[kept], (row[kept], column[kept])), shape=near.shape)
    found = np.zeros((len(near), _WIDTH), dtype=np.float32)
    width = min(_WIDTH, len(near) - 1)
    if matrix.nnz and width > 0:
        left, scale, _ = svds(matrix, k=width, random_state=0)
        vectors = left * np.sqrt(scale)
        found[:, :width] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return found
