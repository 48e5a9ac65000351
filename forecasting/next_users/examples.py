"""Training examples: every participant of a past campaign but the first is the next user of an example.

The features of a campaign's examples come from the campaigns of other folds (cross-fitting). An example keeps
the actual next user, the most likely candidates by a simple score, and a sample of the others, weighted to
represent all of them (sampled softmax).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, Floats
from forecasting.next_users.sequence_features import COLUMNS, SequenceFeatures

LONGEST = 199
"""Participants of a campaign that give examples."""
_FOLDS = 10
_LIKELY, _OTHERS = 100, 80
_SCORE_COLUMNS = [
    COLUMNS.index(name)
    for name in (
        "together_step_0.9",
        "near_step_0.9",
        "recently_similar_campaigns",
        "window_sum_around_by_step",
    )
]
"""Features whose standardised sum chooses the likely candidates."""
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
    known: list[EventSequence], users: int, gap: float, seed: int, advance: Callable[[int], None]
) -> Examples | None:
    """Build the examples of past campaigns.

    Parameters
    ----------
    known
        The campaigns.
    users
        Number of users.
    gap
        The usual gap between participants, in seconds.
    seed
        Of the folds and the sampling.
    advance
        Called after each campaign.

    Returns
    -------
    The examples, or None if there are none.
    """
    rng = np.random.default_rng(seed)
    folds = rng.permutation(len(known)) % min(_FOLDS, len(known))
    total = sum(min(len(sequence), LONGEST + 1) - 1 for sequence in known)
    fraction = min(1.0, _MAX_EXAMPLES / max(total, 1))
    likely, others = min(_LIKELY, users // 2), min(_OTHERS, users // 4)
    x, offsets = [], []
    for fold in np.unique(folds):
        rest = [sequence for sequence, other in zip(known, folds, strict=True) if other != fold]
        if not rest:
            continue
        cooccurrence = Cooccurrence.of(rest, users, gap)
        for sequence in (known[number] for number in np.flatnonzero(folds == fold)):
            features = SequenceFeatures(cooccurrence, gap)
            for position in range(1, min(len(sequence), LONGEST + 1)):
                features.add(int(sequence.users[position - 1]), float(sequence.seconds[position - 1]))
                if rng.random() >= fraction:
                    continue
                matrix = features.matrix()
                candidates, offset = _candidates(matrix, sequence, position, likely, others, rng)
                x.append(matrix[candidates].astype(np.float16))
                offsets.append(offset)
            advance(1)
    return Examples(np.stack(x), np.stack(offsets)) if x else None


def _candidates(
    matrix: Floats,
    sequence: EventSequence,
    position: int,
    likely: int,
    others: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, Floats]:
    """The users at 1 + `likely` + `others` places, and their offsets."""
    columns = matrix[:, _SCORE_COLUMNS]
    spread = columns.std(axis=0) + 1e-6
    score = ((columns - columns.mean(axis=0)) / spread).sum(axis=1) + 0.5 * matrix[:, _LOG_CAMPAIGNS]
    score[sequence.users[:position]] = -np.inf
    score[sequence.users[position]] = np.inf
    order = np.argsort(-score)[: len(score) - position]
    first, rest = order[: 1 + likely], order[1 + likely :]
    sampled = rng.choice(rest, min(others, len(rest)), replace=False)
    # If too few users are left, former participants fill the places; the model cannot choose them.
    missing = 1 + likely + others - len(first) - len(sampled)
    filler = sequence.users[rng.integers(position, size=missing)]
    offset = np.zeros(1 + likely + others, dtype=np.float32)
    end = len(first) + len(sampled)
    offset[len(first) : end] = np.log(max(len(rest), 1) / max(len(sampled), 1))
    offset[end:] = _IMPOSSIBLE
    return np.concatenate([first, sampled, filler]), offset
