"""Past campaigns replayed: every participant but the first is an example of who comes next.

A campaign is told of by what the campaigns of other folds tell, so that none is its own evidence. Of all
users an example keeps the one who came, those who look likeliest at a glance, and some of the others, who
stand for all of these.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, Floats
from forecasting.next_users.sequence_features import FEATURES, SequenceFeatures

LONGEST = 199
"""Participants of a campaign that are replayed, and after how many the next is asked for."""
_FOLDS = 10
_LIKELY, _OTHERS = 100, 80
_GLANCE = (2, 6, 16, 18)
"""The factors that are looked at: together and near, recent participants counting more; campaigns that go
alike; windows."""
_TAKEN = FEATURES - 8
_MOST = 30_000
"""Examples; of more, as many by chance."""


@dataclass(frozen=True)
class Examples:
    """x: shape (n_examples, n_candidates, FEATURES), half precision; who came is the first candidate.
    offset: what to add to a candidate's logit because it stands for others; (n_examples, n_candidates).
    """

    x: np.ndarray
    offset: Floats


def build_examples(
    known: list[EventSequence], users: int, gap: float, seed: int, advance: Callable[[int], None]
) -> Examples | None:
    """Of `known` campaigns of so many users; `advance` is told of campaigns done. None of none."""
    rng = np.random.default_rng(seed)
    folds = rng.permutation(len(known)) % min(_FOLDS, len(known))
    whole = sum(min(len(one), LONGEST + 1) - 1 for one in known)
    kept = min(1.0, _MOST / max(whole, 1))
    likely, others = min(_LIKELY, users // 2), min(_OTHERS, users // 4)
    x, offsets = [], []
    for fold in np.unique(folds):
        rest = [one for one, other in zip(known, folds, strict=True) if other != fold]
        if not rest:
            continue
        cooccurrence = Cooccurrence.of(rest, users, gap)
        for one in (one for one, own in zip(known, folds, strict=True) if own == fold):
            features = SequenceFeatures(cooccurrence, gap)
            for place in range(1, min(len(one), LONGEST + 1)):
                features.add(int(one.users[place - 1]), float(one.seconds[place - 1]))
                if rng.random() >= kept:
                    continue
                factors = features.matrix()
                chosen, offset = _candidates(factors, one, place, likely, others, rng)
                x.append(factors[chosen].astype(np.float16))
                offsets.append(offset)
            advance(1)
    return Examples(np.stack(x), np.stack(offsets)) if x else None


def _candidates(
    factors: Floats, one: EventSequence, place: int, likely: int, others: int, rng: np.random.Generator
) -> tuple[np.ndarray, Floats]:
    glance = factors[:, _GLANCE]
    spread = glance.std(axis=0) + 1e-6
    score = ((glance - glance.mean(axis=0)) / spread).sum(axis=1) + 0.5 * factors[:, _TAKEN]
    came = one.users[place]
    score[one.users[:place]] = -np.inf
    score[came] = np.inf
    order = np.argsort(-score)[: len(score) - place]
    rest = order[1 + likely :]
    chosen = rng.choice(rest, min(others, len(rest)), replace=False)
    # Where few are left to take part, those who did fill the places, and cannot be chosen.
    lacking = 1 + likely + others - len(order[: 1 + likely]) - len(chosen)
    filler = one.users[rng.integers(place, size=lacking)]
    offset = np.zeros(1 + likely + others, dtype=np.float32)
    begin = len(order[: 1 + likely])
    offset[begin : begin + len(chosen)] = np.log(max(len(rest), 1) / max(len(chosen), 1))
    offset[begin + len(chosen) :] = -1e9
    return np.concatenate([order[: 1 + likely], chosen, filler]), offset
