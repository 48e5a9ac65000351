"""Similarity of users, on data with known similarities."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import torch

from network.inputs import NetworkInputs
from network.participation_history import DAY, ParticipationHistory
from network.similarity.encoder import SimilarityEncoder
from network.similarity.features import feature_blocks, item_embeddings, random_directions
from network.similarity.learning import learn_similarity, validate_similarity
from network.similarity.ranking_quality import ranking_quality
from network.similarity.training_pairs import training_pairs
from network.tags.interests import Interests

USERS = 240
CAMPAIGNS = 24
CAMPAIGN_DAYS = 30.0


@dataclass(frozen=True)
class SimulatedData:
    """Users of two tastes (0 or 1), visible in their interests; each campaign appeals to one taste."""

    inputs: NetworkInputs
    taste: np.ndarray


def simulated_data(seed: int = 0) -> SimulatedData:
    rng = np.random.default_rng(seed)
    users = pd.Index([f"u{i:03}" for i in range(USERS)])
    taste = rng.integers(2, size=USERS)
    # One behaviour every ten days, nine in ten of them of the user's own taste.
    end = CAMPAIGNS * CAMPAIGN_DAYS
    days = np.arange(0.0, end, 10.0)
    user, day = np.repeat(np.arange(USERS), len(days)), np.tile(days, USERS)
    taste_of_behaviour = np.where(rng.random(len(user)) < 0.9, taste[user], 1 - taste[user])
    interest = taste_of_behaviour * 5 + rng.integers(5, size=len(user))
    interests = Interests(
        user,
        interest,
        day * DAY,
        users,
        pd.Index([f"p:{i}" for i in range(10)]),
        [f"p{i}" for i in range(10)],
    )
    participations = []
    for number in range(CAMPAIGNS):
        probability = np.where(taste == number % 2, 0.7, 0.1)
        for participant in np.flatnonzero(rng.random(USERS) < probability):
            at = (number * CAMPAIGN_DAYS + rng.uniform(0, 20)) * DAY
            participations.append((users[participant], f"c{number:02}", at))
    targetings = [
        (target, f"c{number:02}", number * CAMPAIGN_DAYS * DAY)
        for number in range(CAMPAIGNS)
        for target in users
    ]
    activity = pd.DataFrame(
        {"user": users[user], "at": (day + 1) * DAY, "behaviours": 1.0, "value": 2.0, "discount": 0.0}
    )
    inputs = NetworkInputs(
        day=date.fromordinal(date(1970, 1, 1).toordinal() + int(end)),
        seconds=end * DAY,
        zone="UTC",
        users=users,
        targetings=pd.DataFrame(targetings, columns=["user", "campaign", "at"]),
        participations=pd.DataFrame(participations, columns=["user", "campaign", "at"]),
        activity=activity,
        stated=pd.DataFrame({"user": [], "tag": [], "text": [], "weight": [], "at": []}),
        interests=interests,
        ties=pd.DataFrame({"source": [], "target": []}),
        campaigns=pd.DataFrame({"campaign": [], "kind": [], "starts": [], "text": [], "promotes": []}),
    )
    return SimulatedData(inputs, taste)


def uninformative_text(inputs: NetworkInputs) -> np.ndarray:
    """A text block unrelated to the tastes."""
    return np.random.default_rng(3).normal(size=(len(inputs.users), 8))


def test_negatives_are_as_active_as_their_partners() -> None:
    history = simulated_data().inputs.history
    since = 12 * CAMPAIGN_DAYS * DAY
    pairs = training_pairs(history, since, seed=1)
    took_part = {number: set(campaign.users.tolist()) for number, campaign in enumerate(history.campaigns)}
    for campaign, user, partner, negative in zip(
        pairs.campaign, pairs.user, pairs.partner, pairs.negative, strict=True
    ):
        assert {user, partner} <= took_part[campaign]
        assert negative not in took_part[campaign]
        assert user != partner
    days = history.activity.until(np.arange(USERS), np.full(USERS, since))
    assert abs(np.log2(days[pairs.partner] / days[pairs.negative])).max() < 1
    # A similarity of activity alone ranks partners no higher than negatives.
    log_activity = np.column_stack([np.log(days), np.ones(USERS)])
    assert ranking_quality(log_activity, pairs)["auc"].mean() == pytest.approx(0.5, abs=0.03)


def test_ranking_quality_of_the_true_tastes_is_as_calculated() -> None:
    data = simulated_data()
    pairs = training_pairs(data.inputs.history, 12 * CAMPAIGN_DAYS * DAY, seed=1)
    quality = ranking_quality(np.eye(2)[data.taste], pairs)
    # By hand: 7 in 8 partners and 1 in 4 negatives have the taste of the campaign.
    assert quality["auc"].mean() == pytest.approx(0.734, abs=0.03)
    random_quality = ranking_quality(np.random.default_rng(1).normal(size=(USERS, 8)), pairs)
    assert quality["ap"].mean() > 0.5 > 0.4 > random_quality["ap"].mean()
    assert len(quality) == 12


def test_learned_similarity_beats_uninformative_tag_text() -> None:
    inputs = simulated_data().inputs
    first_half = inputs.before(inputs.middle())
    similarity = learn_similarity(first_half, uninformative_text, seed=1)
    assert similarity.learned
    validation = validate_similarity(
        inputs.history, first_half.seconds, similarity, uninformative_text(inputs), seed=2
    )
    assert validation is not None
    assert validation.learned_auc > 0.7
    assert validation.text_auc == pytest.approx(0.5, abs=0.05)


def test_learned_similarity_is_deterministic_and_ignores_later_data() -> None:
    inputs = simulated_data().inputs
    first_half = inputs.before(inputs.middle())
    other_participations = simulated_data(seed=9).inputs.participations
    later = other_participations[other_participations["at"] >= first_half.seconds]
    participations = pd.concat([first_half.participations, later])
    corrupted = replace(inputs, participations=participations).before(first_half.day)
    vectors, corrupted_vectors = (
        learn_similarity(known, uninformative_text, seed=1).vectors for known in (first_half, corrupted)
    )
    assert (vectors == corrupted_vectors).all()


def test_similarity_falls_back_to_tag_text_without_enough_pairs() -> None:
    two_days = simulated_data().inputs.before(date(1970, 1, 3))
    similarity = learn_similarity(two_days, uninformative_text, seed=1)
    assert not similarity.learned
    assert (similarity.vectors == uninformative_text(two_days)).all()
    validation = validate_similarity(
        two_days.history, two_days.seconds, similarity, similarity.vectors, seed=1
    )
    assert validation is None


def test_similarity_is_learned_where_tags_had_texts_only_earlier() -> None:
    inputs = simulated_data().inputs
    first_half = inputs.before(inputs.middle())

    def text_vectors(known: NetworkInputs) -> np.ndarray:
        return np.zeros((USERS, 1)) if known is first_half else uninformative_text(known)

    similarity = learn_similarity(first_half, text_vectors, seed=1)
    assert similarity.learned
    assert similarity.vectors.any(axis=1).all()


def test_feature_blocks_are_unit_vectors_or_zero_for_users_without_data() -> None:
    inputs = simulated_data().inputs
    is_other_user = inputs.interests.user != 7
    interests = replace(
        inputs.interests,
        user=inputs.interests.user[is_other_user],
        interest=inputs.interests.interest[is_other_user],
        at=inputs.interests.at[is_other_user],
    )
    ties = pd.DataFrame({"source": ["u001", "u002"], "target": ["u002", "u003"]})
    inputs = replace(inputs, interests=interests, ties=ties)
    blocks = feature_blocks(inputs, uninformative_text(inputs), item_embeddings(interests))
    for name in ("affinity", "recent", "cooccurrence", "temporal"):
        lengths = np.linalg.norm(blocks[name], axis=1)
        assert lengths[7] == 0
        assert np.delete(lengths, 7) == pytest.approx(1)
    # u002 is the only neighbour of u001.
    assert blocks["friends: affinity"][1] == pytest.approx(blocks["affinity"][2])


def test_random_direction_of_a_name_does_not_depend_on_other_names() -> None:
    assert (random_directions(["a", "b"], 16)[1] == random_directions(["b"], 16)[0]).all()
    assert random_directions([], 16).shape == (0, 16)


def test_fitting_an_encoder_keeps_the_global_random_state() -> None:
    inputs = simulated_data().inputs
    pairs = training_pairs(inputs.history, 12 * CAMPAIGN_DAYS * DAY, seed=1)
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    SimilarityEncoder.fit(uninformative_text(inputs), pairs, seed=1)
    assert (torch.rand(3) == expected).all()


def test_no_campaigns_give_no_training_pairs() -> None:
    no_rows = pd.DataFrame({"user": [], "campaign": [], "at": []})
    history = ParticipationHistory.of(pd.Index(["a", "b"]), no_rows, no_rows, no_rows, DAY)
    assert len(training_pairs(history, 0.0, seed=1)) == 0
