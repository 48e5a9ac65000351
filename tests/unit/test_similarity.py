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
LENGTH = 30.0


@dataclass(frozen=True)
class World:
    """Users of two tastes, visible in their interests; each campaign appeals to one taste."""

    inputs: NetworkInputs
    taste: np.ndarray


def world(seed: int = 0) -> World:
    rng = np.random.default_rng(seed)
    users = pd.Index([f"u{i:03}" for i in range(USERS)])
    taste = rng.integers(2, size=USERS)
    # One act every ten days, nine in ten of them of the user's own taste.
    end = CAMPAIGNS * LENGTH
    days = np.arange(0.0, end, 10.0)
    owner, time = np.repeat(np.arange(USERS), len(days)), np.tile(days, USERS)
    own = np.where(rng.random(len(owner)) < 0.9, taste[owner], 1 - taste[owner])
    interest = own * 5 + rng.integers(5, size=len(owner))
    interests = Interests(
        owner,
        interest,
        time * DAY,
        users,
        pd.Index([f"p:{i}" for i in range(10)]),
        [f"p{i}" for i in range(10)],
    )
    rows = []
    for number in range(CAMPAIGNS):
        likes = np.where(taste == number % 2, 0.7, 0.1)
        for user in np.flatnonzero(rng.random(USERS) < likes):
            rows.append((users[user], f"c{number:02}", (number * LENGTH + rng.uniform(0, 20)) * DAY))
    reached = [
        (user, f"c{number:02}", number * LENGTH * DAY) for number in range(CAMPAIGNS) for user in users
    ]
    activity = pd.DataFrame(
        {"user": users[owner], "at": time * DAY, "acts": 1.0, "value": 2.0, "discount": 0.0}
    )
    day = date.fromordinal(date(1970, 1, 1).toordinal() + int(end))
    inputs = NetworkInputs(
        day=day,
        seconds=end * DAY,
        zone="UTC",
        users=users,
        targetings=pd.DataFrame(reached, columns=["user", "campaign", "at"]),
        participations=pd.DataFrame(rows, columns=["user", "campaign", "at"]),
        activity=activity,
        stated=pd.DataFrame({"user": [], "tag": [], "text": [], "weight": [], "at": []}),
        interests=interests,
        ties=pd.DataFrame({"source": [], "target": []}),
        campaigns=pd.DataFrame({"campaign": [], "kind": [], "starts": [], "text": [], "promotes": []}),
    )
    return World(inputs, taste)


def uninformative_text(inputs: NetworkInputs) -> np.ndarray:
    """A text block unrelated to the tastes."""
    return np.random.default_rng(3).normal(size=(len(inputs.users), 8))


def test_negatives_are_as_active_as_their_partners() -> None:
    history = world().inputs.history
    since = 12 * LENGTH * DAY
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
    # A similarity by activity alone does not tell them apart.
    active = np.column_stack([np.log(days), np.ones(USERS)])
    assert ranking_quality(active, pairs)["auc"].mean() == pytest.approx(0.5, abs=0.03)


def test_ranking_quality_of_the_true_tastes() -> None:
    made = world()
    pairs = training_pairs(made.inputs.history, 12 * LENGTH * DAY, seed=1)
    quality = ranking_quality(np.eye(2)[made.taste], pairs)
    # By hand: 7 in 8 partners and 1 in 4 negatives have the taste of the campaign.
    assert quality["auc"].mean() == pytest.approx(0.734, abs=0.03)
    random = ranking_quality(np.random.default_rng(1).normal(size=(USERS, 8)), pairs)
    assert quality["ap"].mean() > 0.5 > 0.4 > random["ap"].mean()
    assert len(quality) == 12


def test_learned_similarity_beats_uninformative_tag_text() -> None:
    inputs = world().inputs
    middle = inputs.middle()
    earlier = inputs.before(middle)
    similarity = learn_similarity(earlier, uninformative_text, seed=1)
    assert similarity.learned
    validation = validate_similarity(
        inputs.history, earlier.seconds, similarity, uninformative_text(inputs), seed=2
    )
    assert validation is not None
    assert validation.learned_auc > 0.7
    assert validation.text_auc == pytest.approx(0.5, abs=0.05)


def test_learned_similarity_is_deterministic_and_ignores_later_data() -> None:
    inputs = world().inputs
    half = inputs.before(inputs.middle())
    corrupt = world(seed=9).inputs
    late = corrupt.participations[corrupt.participations["at"] >= half.seconds]
    changed = pd.concat([half.participations, late])
    corrupted = replace(inputs, participations=changed).before(half.day)
    first, second = (learn_similarity(data, uninformative_text, seed=1).vectors for data in (half, corrupted))
    assert (first == second).all()


def test_without_enough_pairs_similarity_is_that_of_tag_text() -> None:
    inputs = world().inputs
    few = inputs.before(date(1970, 1, 3))
    similarity = learn_similarity(few, uninformative_text, seed=1)
    assert not similarity.learned
    assert (similarity.vectors == uninformative_text(few)).all()
    assert validate_similarity(few.history, few.seconds, similarity, similarity.vectors, seed=1) is None


def test_blocks_are_unit_vectors_or_zero_for_users_without_data() -> None:
    inputs = world().inputs
    others = inputs.interests.user != 7
    interests = replace(
        inputs.interests,
        user=inputs.interests.user[others],
        interest=inputs.interests.interest[others],
        at=inputs.interests.at[others],
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


def test_the_direction_of_a_name_does_not_depend_on_other_names() -> None:
    assert (random_directions(["a", "b"], 16)[1] == random_directions(["b"], 16)[0]).all()
    assert random_directions([], 16).shape == (0, 16)


def test_fitting_an_encoder_keeps_the_global_random_state() -> None:
    inputs = world().inputs
    pairs = training_pairs(inputs.history, 12 * LENGTH * DAY, seed=1)
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    SimilarityEncoder.fit(uninformative_text(inputs), pairs, seed=1)
    assert (torch.rand(3) == expected).all()


def test_without_campaigns_there_are_no_pairs() -> None:
    users = pd.Index(["a", "b"])
    empty = pd.DataFrame({"user": [], "campaign": [], "at": []})
    assert len(training_pairs(ParticipationHistory.of(users, empty, empty, empty, DAY), 0.0, seed=1)) == 0
