"""Training examples: every participant of a past campaign but the first is the next user of an example.

The features of a campaign's examples come from the campaigns of other folds (cross-fitting). An example keeps
the actual next user, hard negatives (the most likely other users by a simple score), and a random sample of
the remaining users, weighted to represent all of them (sampled softmax).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, Floats
from forecasting.next_users.sequence_features import COLUMNS, SequenceFeatures

MAX_POSITIONS = 199
"""Positions of a campaign that give examples, at most."""
_FOLDS = 10
_HARD_NEGATIVES, _RANDOM_NEGATIVES = 100, 80
_SCORE_COLUMNS = [
    COLUMNS.index(name)
    for name in (
        "same_campaign_by_step_0.9",
        "near_in_order_by_step_0.9",
        "recently_similar_campaigns",
        "window_sum_around_by_step",
    )
]
"""Features whose standardised sum, with the number of campaigns, chooses the hard negatives."""
_LOG_CAMPAIGNS = COLUMNS.index("log_campaigns")
_IMPOSSIBLE = -1e9
_MAX_EXAMPLES = 30_000
"""Of more examples, a random sample."""


@dataclass(frozen=True)
class Examples:
    """Candidates of each example; the first is the actual next user.

    Attributes
    ----------
    x
        Features, shape (n_examples, n_candidates, FEATURES), half precision.
    offset
        Log sampling weight to add to the logit, shape (n_examples, n_candidates).
    """

    x: np.ndarray
    offset: Floats


def build_examples(
    sequences: list[EventSequence], n_users: int, gap: float, seed: int, advance: Callable[[int], None]
) -> Examples | None:
    """Build the examples of past campaigns.

    Parameters
    ----------
    sequences
        The campaigns.
    n_users
        Number of users.
    gap
        The median gap between participants, in seconds.
    seed
        Of the folds and the sampling.
    advance
        Called after each campaign.

    Returns
    -------
    The examples, or None if there are none.
    """
    rng = np.random.default_rng(seed)
    folds = rng.permutation(len(sequences)) % min(_FOLDS, len(sequences))
    total = sum(min(len(sequence), MAX_POSITIONS + 1) - 1 for sequence in sequences)
    fraction = min(1.0, _MAX_EXAMPLES / max(total, 1))
    n_hard, n_random = min(_HARD_NEGATIVES, n_users // 2), min(_RANDOM_NEGATIVES, n_users // 4)
    x, offsets = [], []
    for fold in np.unique(folds):
        rest = [sequence for sequence, other in zip(sequences, folds, strict=True) if other != fold]
        if not rest:
            continue
        cooccurrence = Cooccurrence.of(rest, n_users, gap)
        for sequence in (sequences[number] for number in np.flatnonzero(folds == fold)):
            features = SequenceFeatures(cooccurrence, gap)
            for position in range(1, min(len(sequence), MAX_POSITIONS + 1)):
                features.add(int(sequence.users[position - 1]), float(sequence.seconds[position - 1]))
                if rng.random() >= fraction:
                    continue
                matrix = features.matrix()
                candidates, offset = _candidates(matrix, sequence, position, n_hard, n_random, rng)
                x.append(matrix[candidates].astype(np.float16))
                offsets.append(offset)
            advance(1)
    return Examples(np.stack(x), np.stack(offsets)) if x else None


def _candidates(
    matrix: Floats,
    sequence: EventSequence,
    position: int,
    n_hard: int,
    n_random: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, Floats]:
    """The 1 + `n_hard` + `n_random` candidates of the example at `position`, and their offsets."""
    columns = matrix[:, _SCORE_COLUMNS]
    sd = columns.std(axis=0) + 1e-6
    score = ((columns - columns.mean(axis=0)) / sd).sum(axis=1) + 0.5 * matrix[:, _LOG_CAMPAIGNS]
    score[sequence.users[:position]] = -np.inf
    score[sequence.users[position]] = np.inf
    order = np.argsort(-score)[: len(score) - position]
    first, rest = order[: 1 + n_hard], order[1 + n_hard :]
    sampled = rng.choice(rest, min(n_random, len(rest)), replace=False)
    # If too few users are left, former participants fill the places; the model cannot choose them.
    missing = 1 + n_hard + n_random - len(first) - len(sampled)
    filler = sequence.users[rng.integers(position, size=missing)]
    offset = np.zeros(1 + n_hard + n_random, dtype=np.float32)
    end = len(first) + len(sampled)
    offset[len(first) : end] = np.log(max(len(rest), 1) / max(len(sampled), 1))
    offset[end:] = _IMPOSSIBLE
    return np.concatenate([first, sampled, filler]), offset
