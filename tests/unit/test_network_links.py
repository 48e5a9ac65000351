"""The links of the network chain, on data small enough to work out by hand."""

import numpy as np
import pandas as pd
import pytest

from graph.network import results
from graph.network.influences import (
    ParticipationTimes,
    follow_evidence,
    influence_probabilities,
    placebo_pairs,
)
from graph.network.key_tags import rank_key_tags, tag_strengths
from graph.network.key_users import select_key_users
from graph.network.neighbour_groups import form_groups
from graph.network.runs import NetworkRun
from graph.network.similarity import user_vectors
from graph.network.tags import TagTable, characteristic_categories
from tests.data import CUTOFF

DAY = 86_400
USERS = pd.Index(["a", "b", "c", "d"])


def frame(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


REACHED = frame("user campaign", ("a", "x"), ("b", "x"), ("c", "x"), ("d", "x"))


def evidence(first: dict[str, float], before: float, pairs: list[tuple[int, int]]):
    participations = frame("user campaign at", *((u, "x", at * DAY) for u, at in first.items()))
    times = ParticipationTimes(USERS, REACHED, participations, before * DAY)
    source, target = (np.array(side) for side in zip(*pairs, strict=True))
    return follow_evidence(times, source, target)


def test_following_within_the_window_is_a_success_beyond_the_pace() -> None:
    # a on day 1, b on day 3, c on day 20, d never. From a: three wait, one (b) follows in time.
    found = evidence({"a": 1, "b": 3, "c": 20}, 100, [(0, 1), (0, 2), (0, 3), (1, 0), (1, 2)])
    assert found.trials.tolist() == [1, 1, 1, 0, 1]
    assert found.successes.tolist() == [1, 0, 0, 0, 0]
    assert found.expected == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0, 0])
    assert found.risk_ratio == pytest.approx(1.0)


def test_a_window_that_the_cutoff_cuts_short_is_left_out() -> None:
    assert evidence({"a": 1, "b": 3}, 7.9, [(0, 1)]).trials.tolist() == [0]
    assert evidence({"a": 1, "b": 3}, 8.0, [(0, 1)]).trials.tolist() == [1]


def test_users_a_campaign_did_not_reach_are_no_trial() -> None:
    times = ParticipationTimes(
        USERS, REACHED[REACHED["user"] != "b"], frame("user campaign at", ("a", "x", DAY)), 100 * DAY
    )
    assert follow_evidence(times, np.array([0]), np.array([1])).trials.tolist() == [0]


def test_a_pair_without_history_has_the_prior_scaled_by_similarity() -> None:
    found = evidence({"a": 1, "b": 3}, 100, [(0, 1), (0, 2), (3, 0)])
    half, whole = (
        influence_probabilities(found, np.array([1.0, 1.0, similarity]))[2] for similarity in (0.5, 1.0)
    )
    assert half == pytest.approx(whole / 2)
    # The pooled excess: (1 + 0 successes - 2/3 expected) over two trials.
    assert whole == pytest.approx((1 - 2 / 3) / 2)


def test_a_follower_gets_a_higher_probability_than_one_who_does_not_follow() -> None:
    found = evidence({"a": 1, "b": 3}, 100, [(0, 1), (0, 2)])
    follower, other = influence_probabilities(found, np.array([0.8, 0.8]))
    assert follower > other >= 0


def test_placebo_pairs_keep_sources_and_never_pair_a_user_with_itself() -> None:
    source, target = np.repeat(np.arange(20), 3), np.tile(np.arange(20), 3)
    shuffled_source, shuffled_target = placebo_pairs(source, target, seed=1)
    assert (shuffled_source != shuffled_target).all()
    assert len(shuffled_source) >= 0.8 * len(source)


def test_a_category_everybody_buys_characterises_nobody() -> None:
    baskets = frame("user category baskets", ("a", "milk", 9), ("b", "milk", 9), ("a", "wine", 1))
    tags = characteristic_categories(baskets)
    assert tags["tag"].tolist() == ["category:wine"]
    assert tags["weight"].tolist() == [1.0]
    assert tags["text"].tolist() == ["buys wine"]


def table() -> TagTable:
    rows = frame(
        "user tag text weight",
        ("a", "t:yes", "yes", 1.0), ("b", "t:yes", "yes", 1.0),
        ("a", "t:half", "half", 1.0), ("c", "t:half", "half", 1.0),
    )  # fmt: skip
    return TagTable(USERS, rows)


def test_a_tag_that_tells_who_takes_part_is_a_key_tag_and_one_that_does_not_is_none() -> None:
    tags, apart = table(), np.eye(2, dtype=np.float32)
    took_part = frame("user campaign", ("a", "x"), ("b", "x"))
    strengths = tag_strengths(tags, apart, REACHED, took_part)
    by_tag = dict(zip(tags.tags, strengths, strict=True))
    assert by_tag == {"t:yes": 1.0, "t:half": 0.0}
    assert rank_key_tags(tags, strengths)["tag"].tolist() == ["t:yes"]


def test_tags_that_mean_the_same_share_their_strength() -> None:
    tags = table()
    alike = np.array([[1.0, 0.0], [0.9, np.sqrt(1 - 0.81)]], dtype=np.float32)
    strengths = tag_strengths(tags, alike, REACHED, frame("user campaign", ("a", "x"), ("b", "x")))
    assert strengths.min() == pytest.approx(0.9, abs=1e-6)


def test_users_with_the_same_tags_have_the_same_vector_and_one_without_has_none() -> None:
    rows = frame(
        "user tag text weight", ("a", "t:1", "1", 1.0), ("b", "t:1", "1", 0.5), ("c", "t:2", "2", 1.0)
    )
    vectors = user_vectors(TagTable(USERS, rows), np.eye(2, dtype=np.float32), np.ones(2))
    assert vectors[0] == pytest.approx(vectors[1])
    assert vectors[0] @ vectors[2] < 0
    assert not vectors[3].any()
    assert np.linalg.norm(vectors[0]) == pytest.approx(1)


def test_key_users_are_reached_users_in_order_of_what_they_add() -> None:
    users = [f"u{i:02}" for i in range(30)]
    reached = pd.DataFrame({"user": users, "campaign": "x"})
    edges = pd.DataFrame({"source": "u07", "target": users[10:20], "probability": 1.0})
    outside = pd.DataFrame({"source": ["stranger"], "target": ["u01"], "probability": [1.0]})
    found = select_key_users(pd.concat([edges, outside]), reached, pd.Series({"u07": 2.5}), seed=1)
    assert found["user"].iloc[0] == "u07"
    assert found["score"].iloc[0] == pytest.approx(11, rel=0.1)
    assert found["centrality"].iloc[0] == 2.5
    assert found["rank"].tolist() == [1, 2, 3, 4, 5]
    assert set(found["user"]) <= set(users)


def test_groups_are_the_communities_that_hold_key_users() -> None:
    key_users = frame("campaign user score", ("x", "a", 1.0), ("x", "c", 3.0))
    communities = pd.Series({"a": 0, "b": 0, "c": 1, "d": 2})
    tags = frame("user tag text weight", ("a", "t:1", "one", 1.0), ("c", "t:2", "two", 1.0))
    groups = form_groups(communities, REACHED, key_users, tags, "run")
    assert groups["members"].tolist() == [["c"], ["a", "b"]]
    assert groups["rank"].tolist() == [1, 2]
    assert groups["name"].tolist() == ["two", "one"]


@pytest.mark.parametrize(
    ("ratio", "placebo", "verdict"),
    [(1.5, 1.0, "supported"), (1.07, 0.99, "weak"), (1.3, 1.25, "weak"), (1.0, 1.0, "not supported"),
     (float("nan"), float("nan"), "not supported")],
)  # fmt: skip
def test_the_verdict_on_the_premise(ratio: float, placebo: float, verdict: str) -> None:
    run = NetworkRun("network/x", CUTOFF, "f", 1, 1, 1, 1, 1, 100, 7, ratio, placebo)
    assert results.premise(run)[0] == verdict
