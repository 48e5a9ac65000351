"""Who takes part next in a campaign that is open to all: a planted order is found, nothing later is seen."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.next_users.backtest import by_matrix, by_model, hits, ranks, times_taken
from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, event_sequences, log_median_gap, usual_gap
from forecasting.next_users.next_user_model import MIN_CAMPAIGNS, Fitting, NextUserModel
from forecasting.next_users.sequence_features import FEATURES, SequenceFeatures
from graph.errors import InvalidRequest, NotReady
from graph.progress import Silent

USERS, CIRCLES = 120, 6


def made_up(campaigns: int, seed: int) -> list[EventSequence]:
    """Campaigns of ten to twenty users, each mostly of one circle of twenty users, one after the other in an
    order that is mostly the circle's own.
    """
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(campaigns):
        length, circle = int(rng.integers(10, 21)), int(rng.integers(CIRCLES))
        place, chosen = int(rng.integers(20)), []
        while len(chosen) < length:
            place = (place + 1) % 20 if rng.random() < 0.7 else int(rng.integers(20))
            user = circle * 20 + place if rng.random() < 0.85 else int(rng.integers(USERS))
            if user not in chosen:
                chosen.append(user)
        found.append(EventSequence(np.array(chosen), np.cumsum(rng.exponential(3600, length))))
    return found


@pytest.fixture(scope="module")
def known() -> list[EventSequence]:
    return made_up(90, seed=0)


@pytest.fixture(scope="module")
def model(known: list[EventSequence]) -> NextUserModel:
    return NextUserModel.fit(known, USERS, Silent())


def test_who_stands_after_whom_is_found(known: list[EventSequence], model: NextUserModel) -> None:
    asked = [(one, 3) for one in made_up(30, seed=1)]
    taken = times_taken(known, USERS)
    ours = hits(ranks(by_model(model, Cooccurrence.of(known, USERS, model.gap)), asked))
    popular = hits(ranks(by_matrix(np.zeros((USERS, USERS)), 1.0, taken), asked))
    assert popular.mean() < 0.25
    assert ours.mean() > 0.6
    first = hits(ranks(by_model(model, Cooccurrence.of(known, USERS, model.gap)), asked), 1)
    assert first.mean() > 0.3


def test_probabilities_are_of_those_who_can_still_come(
    known: list[EventSequence], model: NextUserModel
) -> None:
    so_far = known[0].first(6)
    scores = model.scores(Cooccurrence.of(known[1:], USERS, model.gap), so_far)
    assert np.exp(scores).sum() == pytest.approx(1, rel=1e-4)
    assert np.isneginf(scores[so_far.users]).all()
    assert np.isfinite(np.delete(scores, so_far.users)).all()


def test_nothing_later_in_a_campaign_moves_what_is_said_of_it(
    known: list[EventSequence], model: NextUserModel
) -> None:
    cooccurrence = Cooccurrence.of(known, USERS, model.gap)
    for one in made_up(20, seed=2):
        place = len(one) // 2
        spoilt = EventSequence(
            np.concatenate([one.users[:place], np.setdiff1d(np.arange(USERS), one.users[:place])[:5]]),
            np.concatenate([one.seconds[:place], np.full(5, 1e9)]),
        )
        clean, other = (
            [told for _, told in zip(range(place), by_model(model, cooccurrence)(order), strict=False)]
            for order in (one, spoilt)
        )
        np.testing.assert_array_equal(clean, other)
    # What came before does move it.
    moved = model.scores(cooccurrence, EventSequence(one.users[:place][::-1], one.seconds[:place]))
    assert not np.allclose(moved, clean[-1])


def test_factors_of_users_of_whom_nothing_is_known_are_numbers(known: list[EventSequence]) -> None:
    features = SequenceFeatures(Cooccurrence.of(known, USERS + 5, 60.0), 60.0)
    features.add(USERS + 2, 0.0)
    features.add(3, 10.0)
    assert features.matrix().shape == (USERS + 5, FEATURES)
    assert np.isfinite(features.matrix()).all()


def test_a_fitted_model_comes_back_from_its_file(
    known: list[EventSequence], model: NextUserModel, tmp_path: Path
) -> None:
    path = tmp_path / "next.safetensors"
    model.write(path, {"dataset": "made-up"})
    again = NextUserModel.read(path)
    cooccurrence = Cooccurrence.of(known, USERS, model.gap)
    so_far = made_up(1, seed=3)[0]
    np.testing.assert_array_equal(model.scores(cooccurrence, so_far), again.scores(cooccurrence, so_far))
    path.write_bytes(b"something else")
    with pytest.raises(NotReady, match="cannot be read"):
        NextUserModel.read(path)


def test_the_same_seed_gives_the_same_model(known: list[EventSequence]) -> None:
    some = known[: MIN_CAMPAIGNS + 5]
    cooccurrence = Cooccurrence.of(some, USERS, usual_gap(some))
    so_far = made_up(1, seed=4)[0]
    one, other = (
        NextUserModel.fit(some, USERS, Silent(), fitting=Fitting(1, 1)).scores(cooccurrence, so_far)
        for _ in range(2)
    )
    np.testing.assert_allclose(one, other, rtol=1e-5)


def test_too_few_campaigns_are_said_to_be_too_few(known: list[EventSequence]) -> None:
    with pytest.raises(InvalidRequest, match="too few to train on"):
        NextUserModel.fit(known[: MIN_CAMPAIGNS - 1], USERS, Silent())


def test_orders_are_of_first_participations() -> None:
    rows = pd.DataFrame(
        {"user": ["b", "a", "x", "c"], "campaign": ["1", "1", "1", "2"], "at": [30.0, 20.0, 25.0, 5.0]}
    )
    found = event_sequences(rows, pd.Index(["a", "b", "c"]))
    assert {name: one.users.tolist() for name, one in found.items()} == {"1": [0, 1], "2": [2]}
    assert usual_gap([*found.values()]) == 10
    assert log_median_gap(np.array([0.0, 20.0, 40.0]), 10) == pytest.approx(np.log(2))
    assert log_median_gap(np.array([0.0]), 10) == 0
