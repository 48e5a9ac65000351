"""The next participants of open campaigns, ranked on simulated campaigns with a known order of users."""

from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.next_users.backtest import campaign_counts, hits, model_ranker, popularity_ranker, ranks
from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, event_sequences, median_gap, recent_log_gap
from forecasting.next_users.next_user_model import MIN_CAMPAIGNS, Hyperparameters, NextUserModel
from forecasting.next_users.sequence_features import FEATURES, SequenceFeatures
from graph.errors import InvalidRequest, NotReady
from graph.progress import Silent

USERS, COMMUNITIES, MEMBERS = 120, 6, 20


def simulated_campaigns(campaigns: int, seed: int) -> list[EventSequence]:
    """Campaigns of 10 to 20 users. Most users are of one community, and most follow its fixed order."""
    rng = np.random.default_rng(seed)
    sequences = []
    for _ in range(campaigns):
        length, community = int(rng.integers(10, 21)), int(rng.integers(COMMUNITIES))
        position, users = int(rng.integers(MEMBERS)), []
        while len(users) < length:
            position = (position + 1) % MEMBERS if rng.random() < 0.7 else int(rng.integers(MEMBERS))
            user = community * MEMBERS + position if rng.random() < 0.85 else int(rng.integers(USERS))
            if user not in users:
                users.append(user)
        sequences.append(EventSequence(np.array(users), np.cumsum(rng.exponential(3600, length))))
    return sequences


@pytest.fixture(scope="module")
def past_campaigns() -> list[EventSequence]:
    return simulated_campaigns(90, seed=0)


@pytest.fixture(scope="module")
def model(past_campaigns: list[EventSequence]) -> NextUserModel:
    return NextUserModel.fit(past_campaigns, USERS, Silent())


@pytest.fixture(scope="module")
def cooccurrence(past_campaigns: list[EventSequence], model: NextUserModel) -> Cooccurrence:
    return Cooccurrence.of(past_campaigns, USERS, model.gap)


def test_model_recovers_the_order_of_users(
    past_campaigns: list[EventSequence], model: NextUserModel, cooccurrence: Cooccurrence
) -> None:
    test_set = [(sequence, 3) for sequence in simulated_campaigns(30, seed=1)]
    model_ranks = ranks(model_ranker(model, cooccurrence), test_set)
    popularity_ranks = ranks(popularity_ranker(campaign_counts(past_campaigns, USERS)), test_set)
    assert hits(popularity_ranks).mean() < 0.25
    assert hits(model_ranks).mean() > 0.6
    assert hits(model_ranks, 1).mean() > 0.3


def test_probabilities_cover_only_users_who_have_not_taken_part(
    past_campaigns: list[EventSequence], model: NextUserModel
) -> None:
    so_far = past_campaigns[0].first(6)
    other_campaigns = Cooccurrence.of(past_campaigns[1:], USERS, model.gap)
    log_probabilities = model.log_probabilities(other_campaigns, so_far)
    assert np.exp(log_probabilities).sum() == pytest.approx(1, rel=1e-4)
    assert np.isneginf(log_probabilities[so_far.users]).all()
    assert np.isfinite(np.delete(log_probabilities, so_far.users)).all()


def test_scores_use_no_later_participations(model: NextUserModel, cooccurrence: Cooccurrence) -> None:
    for sequence in simulated_campaigns(20, seed=2):
        length = len(sequence) // 2
        so_far = sequence.first(length)
        others = np.setdiff1d(np.arange(USERS), so_far.users)[:5]
        corrupted = EventSequence(
            np.concatenate([so_far.users, others]), np.concatenate([so_far.seconds, np.full(5, 1e9)])
        )
        scores, corrupted_scores = (
            [*islice(model_ranker(model, cooccurrence)(campaign), length)]
            for campaign in (sequence, corrupted)
        )
        np.testing.assert_array_equal(scores, corrupted_scores)
    # The order of earlier participations does count.
    reordered = EventSequence(so_far.users[::-1], so_far.seconds)
    assert not np.allclose(model.log_probabilities(cooccurrence, reordered), scores[-1])


def test_features_of_new_users_are_finite(past_campaigns: list[EventSequence]) -> None:
    features = SequenceFeatures(Cooccurrence.of(past_campaigns, USERS + 5, 60.0), 60.0)
    features.add(USERS + 2, 0.0)
    features.add(3, 10.0)
    assert features.matrix().shape == (USERS + 5, FEATURES)
    assert np.isfinite(features.matrix()).all()


def test_saved_model_gives_the_same_probabilities(
    model: NextUserModel, cooccurrence: Cooccurrence, tmp_path: Path
) -> None:
    path = tmp_path / "next.safetensors"
    model.write(path, {"dataset": "made-up"})
    loaded = NextUserModel.read(path)
    so_far = simulated_campaigns(1, seed=3)[0]
    np.testing.assert_array_equal(
        model.log_probabilities(cooccurrence, so_far), loaded.log_probabilities(cooccurrence, so_far)
    )
    path.write_bytes(b"something else")
    with pytest.raises(NotReady, match="cannot be read"):
        NextUserModel.read(path)


def test_training_with_the_same_seed_is_reproducible(past_campaigns: list[EventSequence]) -> None:
    campaigns = past_campaigns[: MIN_CAMPAIGNS + 5]
    cooccurrence = Cooccurrence.of(campaigns, USERS, median_gap(campaigns))
    so_far = simulated_campaigns(1, seed=4)[0]
    first, second = (
        NextUserModel.fit(campaigns, USERS, Silent(), hyperparameters=Hyperparameters(1, 1)) for _ in range(2)
    )
    np.testing.assert_allclose(
        first.log_probabilities(cooccurrence, so_far),
        second.log_probabilities(cooccurrence, so_far),
        rtol=1e-5,
    )


def test_too_few_campaigns_are_rejected(past_campaigns: list[EventSequence]) -> None:
    with pytest.raises(InvalidRequest, match="too few to train on"):
        NextUserModel.fit(past_campaigns[: MIN_CAMPAIGNS - 1], USERS, Silent())


def test_event_sequences_order_users_by_participation() -> None:
    participations = pd.DataFrame(
        {"user": ["b", "a", "x", "c"], "campaign": ["1", "1", "1", "2"], "at": [30.0, 20.0, 25.0, 5.0]}
    )
    sequences = event_sequences(participations, pd.Index(["a", "b", "c"]))
    users = {campaign: sequence.users.tolist() for campaign, sequence in sequences.items()}
    assert users == {"1": [0, 1], "2": [2]}
    assert median_gap([*sequences.values()]) == 10


def test_recent_log_gap_is_relative_to_the_median_gap() -> None:
    assert recent_log_gap(np.array([0.0, 20.0, 40.0]), 10) == pytest.approx(np.log(2))
    assert recent_log_gap(np.array([0.0]), 10) == 0
