"""Similar users, on data in which who is like whom is known."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import torch

from network.inputs import NetworkInputs
from network.participation_history import DAY, ParticipationHistory
from network.similarity.encoder import SimilarityEncoder
from network.similarity.features import directions, feature_blocks, item_embeddings
from network.similarity.learning import learn_similarity, validate_similarity
from network.similarity.ranking_quality import quality
from network.similarity.training_pairs import pairs_of
from network.tags.interests import Interests

USERS = 240
CAMPAIGNS = 24
LENGTH = 30.0


@dataclass(frozen=True)
class World:
    """Users of two tastes, which their interests show; each campaign is to one of the tastes."""

    inputs: NetworkInputs
    taste: np.ndarray


def world(seed: int = 0) -> World:
    rng = np.random.default_rng(seed)
    users = pd.Index([f"u{i:03}" for i in range(USERS)])
    taste = rng.integers(2, size=USERS)
    # Every tenth day something: of the own taste nine times in ten.
    end = CAMPAIGNS * LENGTH
    days = np.arange(0.0, end, 10.0)
    who, when = np.repeat(np.arange(USERS), len(days)), np.tile(days, USERS)
    own = np.where(rng.random(len(who)) < 0.9, taste[who], 1 - taste[who])
    interest = own * 5 + rng.integers(5, size=len(who))
    interests = Interests(
        who,
        interest,
        when * DAY,
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
        {"user": users[who], "at": when * DAY, "acts": 1.0, "value": 2.0, "discount": 0.0}
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


def knows_nothing(inputs: NetworkInputs) -> np.ndarray:
    """Tag texts that say nothing."""
    return np.random.default_rng(3).normal(size=(len(inputs.users), 8))


def test_strangers_are_as_popular_as_the_partners_they_stand_beside() -> None:
    history = world().inputs.history
    since = 12 * LENGTH * DAY
    pairs = pairs_of(history, since, seed=1)
    took_part = {number: set(one.users.tolist()) for number, one in enumerate(history.campaigns)}
    for campaign, user, partner, negative in zip(
        pairs.campaign, pairs.user, pairs.partner, pairs.negative, strict=True
    ):
        assert {user, partner} <= took_part[campaign]
        assert negative not in took_part[campaign]
        assert user != partner
    days = history.activity.until(np.arange(USERS), np.full(USERS, since))
    assert abs(np.log2(days[pairs.partner] / days[pairs.negative])).max() < 1
    # A similarity that knows how active users are, and nothing else, tells nothing.
    active = np.column_stack([np.log(days), np.ones(USERS)])
    assert quality(active, pairs)["auc"].mean() == pytest.approx(0.5, abs=0.03)


def test_a_similarity_that_knows_the_tastes_is_seen_to() -> None:
    made = world()
    pairs = pairs_of(made.inputs.history, 12 * LENGTH * DAY, seed=1)
    found = quality(np.eye(2)[made.taste], pairs)
    # Of partners 7 in 8 are of the campaign's taste, of negatives 1 in 4: worked out by hand.
    assert found["auc"].mean() == pytest.approx(0.734, abs=0.03)
    by_chance = quality(np.random.default_rng(1).normal(size=(USERS, 8)), pairs)
    assert found["ap"].mean() > 0.5 > 0.4 > by_chance["ap"].mean()
    assert len(found) == 12


def test_learned_similarity_finds_what_tag_texts_do_not_say() -> None:
    inputs = world().inputs
    middle = inputs.middle()
    earlier = inputs.before(middle)
    similarity = learn_similarity(earlier, knows_nothing, seed=1)
    assert similarity.learned
    told = validate_similarity(inputs.history, earlier.seconds, similarity, knows_nothing(inputs), seed=2)
    assert told is not None
    assert told.learned_auc > 0.7
    assert told.text_auc == pytest.approx(0.5, abs=0.05)


def test_what_is_learned_does_not_depend_on_what_comes_later_and_is_the_same_again() -> None:
    inputs = world().inputs
    half = inputs.before(inputs.middle())
    spoilt = world(seed=9).inputs
    late = spoilt.participations[spoilt.participations["at"] >= half.seconds]
    changed = pd.concat([half.participations, late])
    corrupted = replace(inputs, participations=changed).before(half.day)
    one, other = (learn_similarity(known, knows_nothing, seed=1).vectors for known in (half, corrupted))
    assert (one == other).all()


def test_without_enough_pairs_tag_texts_have_to_do() -> None:
    inputs = world().inputs
    few = inputs.before(date(1970, 1, 3))
    similarity = learn_similarity(few, knows_nothing, seed=1)
    assert not similarity.learned
    assert (similarity.vectors == knows_nothing(few)).all()
    assert validate_similarity(few.history, few.seconds, similarity, similarity.vectors, seed=1) is None


def test_blocks_are_unit_vectors_and_say_nothing_of_users_of_whom_nothing_is_known() -> None:
    inputs = world().inputs
    silent = inputs.interests.user != 7
    interests = replace(
        inputs.interests,
        user=inputs.interests.user[silent],
        interest=inputs.interests.interest[silent],
        at=inputs.interests.at[silent],
    )
    ties = pd.DataFrame({"source": ["u001", "u002"], "target": ["u002", "u003"]})
    inputs = replace(inputs, interests=interests, ties=ties)
    blocks = feature_blocks(inputs, knows_nothing(inputs), item_embeddings(interests))
    for name in ("affinity", "recent", "cooccurrence", "temporal"):
        lengths = np.linalg.norm(blocks[name], axis=1)
        assert lengths[7] == 0
        assert np.delete(lengths, 7) == pytest.approx(1)
    # u001 knows u002 alone: what u001's friends are like is what u002 is like.
    assert blocks["friends: affinity"][1] == pytest.approx(blocks["affinity"][2])


def test_a_name_has_one_direction_whatever_else_there_is() -> None:
    assert (directions(["a", "b"], 16)[1] == directions(["b"], 16)[0]).all()
    assert directions([], 16).shape == (0, 16)


def test_an_encoder_leaves_other_random_numbers_alone() -> None:
    inputs = world().inputs
    pairs = pairs_of(inputs.history, 12 * LENGTH * DAY, seed=1)
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    SimilarityEncoder.fit(knows_nothing(inputs), pairs, seed=1)
    assert (torch.rand(3) == expected).all()


def test_without_campaigns_there_are_no_pairs() -> None:
    nobody = pd.Index(["a", "b"])
    empty = pd.DataFrame({"user": [], "campaign": [], "at": []})
    assert len(pairs_of(ParticipationHistory.of(nobody, empty, empty, empty, DAY), 0.0, seed=1)) == 0
