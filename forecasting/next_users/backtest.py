"""How well who comes next is told, beside what one would count by hand."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, Floats
from forecasting.next_users.examples import LONGEST
from forecasting.next_users.next_user_model import NextUserModel
from forecasting.next_users.sequence_features import SequenceFeatures

Ranker = Callable[[EventSequence], Iterator[Floats]]
"""Of a campaign, the scores of all users before each of its participants from the second on."""

FIRST = 10


def by_model(model: NextUserModel, cooccurrence: Cooccurrence) -> Ranker:
    """What the model says."""

    def rank(one: EventSequence) -> Iterator[Floats]:
        features = SequenceFeatures(cooccurrence, model.gap)
        for place in range(1, min(len(one), LONGEST + 1)):
            features.add(int(one.users[place - 1]), float(one.seconds[place - 1]))
            yield model.next_of(features, one.first(place))

    return rank


def by_follows(
    known: list[EventSequence], users: int, *, window: int = 20, power: float = 0.5, kept: float = 0.8
) -> Ranker:
    """How often each user took part within `window` after those who have, the nearer by `power` the more, of
    how often these took part; `kept` of it with each one more.
    """
    counts = np.zeros((users, users), dtype=np.float32)
    for one in known:
        for steps in range(1, min(window, len(one) - 1) + 1):
            np.add.at(counts, (one.users[:-steps], one.users[steps:]), steps**-power)
    taken = times_taken(known, users)
    return by_matrix(counts / np.sqrt(taken + 1)[:, np.newaxis], kept, taken)


def by_matrix(matrix: Floats, kept: float, taken: Floats) -> Ranker:
    """Sums of the rows of who has taken part; the more frequent of two equals first."""

    def rank(one: EventSequence) -> Iterator[Floats]:
        score = np.zeros(len(matrix))
        for user in one.users[: min(len(one) - 1, LONGEST)]:
            score = score * kept + matrix[user]
            yield score + 1e-6 * taken

    return rank


def times_taken(known: list[EventSequence], users: int) -> Floats:
    """In how many campaigns each user took part, shape (n_users,)."""
    return np.bincount(np.concatenate([one.users for one in known]), minlength=users).astype(float)


def ranks(ranker: Ranker, asked: Iterable[tuple[EventSequence, int]]) -> pd.DataFrame:
    """campaign (its number), position, rank of who came among all who could; of each campaign from a position
    on. Equals count half.
    """
    found = []
    for number, (one, first) in enumerate(asked):
        for place, told in enumerate(ranker(one), start=1):
            if place < first:
                continue
            scores = np.array(told, dtype=float)
            scores[one.users[:place]] = -np.inf
            came = scores[one.users[place]]
            rank = 1 + (scores > came).sum() + 0.5 * ((scores == came).sum() - 1)
            found.append((number, place, rank))
    return pd.DataFrame(found, columns=["campaign", "position", "rank"])


def hits(found: pd.DataFrame, k: int = FIRST) -> pd.Series:
    """Of each position, whether who came was among the first k."""
    return (found["rank"] <= k).astype(float)


def precision(found: pd.DataFrame, k: int = FIRST) -> pd.Series:
    """Of each position, one over the rank of who came, 0 beyond k."""
    return (1 / found["rank"]).where(found["rank"] <= k, 0.0)
