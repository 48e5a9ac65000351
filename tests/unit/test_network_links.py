"""The links of the network chain, on data small enough to work out by hand."""

import numpy as np
import pandas as pd
import pytest

from network.influence.trials import Edges, Trials, trials_of
from network.key_users import select_key_users
from network.neighbour_groups import form_groups, names_of
from network.participation_history import DAY, ParticipationHistory
from network.similarity.tag_vectors import user_vectors
from network.tags.interests import Interests
from network.tags.key_tags import key_tags, strongest_apart, tag_strengths
from network.tags.user_tags import TagTable, behaviour_tags

USERS = pd.Index(["a", "b", "c", "d"])


def frame(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


REACHED = frame("user campaign", ("a", "x"), ("b", "x"), ("c", "x"), ("d", "x"))
NO_ACTIVITY = frame("user at")


def history_of(
    first: dict[str, float],
    before: float = 100,
    reached: pd.DataFrame = REACHED,
    arrived: dict[str, float] | None = None,
) -> ParticipationHistory:
    """Participations in x, in days."""
    participations = frame("user campaign at", *((u, "x", at * DAY) for u, at in first.items()))
    activity = frame("user at", *((u, at * DAY) for u, at in (arrived or {}).items()))
    return ParticipationHistory.of(USERS, reached, participations, activity, before * DAY)


def trials(history: ParticipationHistory, pairs: list[tuple[int, int]]) -> Trials:
    source, target = (np.array(side) for side in zip(*sorted(pairs), strict=True))
    return trials_of(history, Edges.of(len(USERS), source, target), 7 * DAY)


def test_following_within_the_window_is_a_success_beyond_the_pace() -> None:
    # a on day 1, b on day 3, c on day 20, d never. From a: three wait, one (b) follows in time.
    found = trials(history_of({"a": 1, "b": 3, "c": 20}), [(0, 1), (0, 2), (0, 3), (1, 0), (1, 2)])
    assert found.edge.tolist() == [0, 1, 2, 4]
    assert found.success.tolist() == [1, 0, 0, 0]
    assert found.expected == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])


def test_a_window_that_the_cutoff_cuts_short_is_left_out() -> None:
    assert len(trials(history_of({"a": 1, "b": 3}, 7.9), [(0, 1)])) == 0
    assert len(trials(history_of({"a": 1, "b": 3}, 8.0), [(0, 1)])) == 1


def test_users_a_campaign_did_not_reach_are_no_trial() -> None:
    history = history_of({"a": 1, "b": 2}, reached=REACHED[REACHED["user"] != "b"])
    assert len(trials(history, [(0, 1)])) == 0
    assert history.campaigns[0].users.tolist() == [0]


def test_a_campaign_that_reached_nobody_by_name_is_open_to_all_who_have_arrived() -> None:
    history = history_of({"a": 5, "b": 8}, reached=REACHED.iloc[:0], arrived={"a": 1, "b": 2, "c": 6})
    found = trials(history, [(0, 1), (0, 2), (0, 3)])
    # c arrives after a took part, d never: b alone was waiting, and came.
    assert found.target.tolist() == [1]
    assert found.expected.tolist() == [1.0]


def test_activity_is_counted_up_to_a_moment() -> None:
    activity = frame("user at", ("a", 1.0), ("a", 5.0), ("c", 3.0))
    history = ParticipationHistory.of(USERS, REACHED, frame("user campaign at"), activity, 10.0)
    users, at = np.array([0, 0, 0, 1, 2]), np.array([1.0, 5.5, 99.0, 9.0, 4.0])
    assert history.activity.until(users, at).tolist() == [0, 2, 2, 0, 1]
    assert history.activity.since_last(users, at).tolist() == [np.inf, 0.5, 94.0, np.inf, 1.0]
    assert history.first_seen.tolist() == [1.0 + DAY, np.inf, 3.0 + DAY, np.inf]


def interests_of(*rows: tuple[str, list[str], list[list[float]]], bought: str = "buys ") -> Interests:
    """Rows of user, interests, and the days of each."""
    frame = pd.DataFrame(
        [
            (
                user,
                names,
                [bought + one.partition(":")[2] for one in names],
                [[day * DAY for day in own] for own in at],
            )
            for user, names, at in rows
        ],
        columns=["user", "interest", "text", "at"],
    )
    return Interests.of(USERS, frame)


def test_a_category_everybody_buys_characterises_nobody() -> None:
    milk, wine = "category:milk", "category:wine"
    tags = behaviour_tags(interests_of(("a", [milk, wine], [[1, 2, 3], [1]]), ("b", [milk], [[1, 2]])))
    assert tags["tag"].tolist() == [wine]
    assert tags["weight"].tolist() == [1.0]
    assert tags["text"].tolist() == ["buys wine"]


def test_interests_of_before_a_moment_are_those_of_then() -> None:
    both = interests_of(("a", ["product:x", "product:y"], [[1, 9], [5]]), ("c", ["product:y"], [[2]]))
    assert both.counts().toarray().tolist() == [[2, 1], [0, 0], [0, 1], [0, 0]]
    assert both.before(5 * DAY).counts().toarray().tolist() == [[1, 0], [0, 0], [0, 1], [0, 0]]
    assert both.fading(9 * DAY, 4 * DAY).toarray()[0].tolist() == [1.25, 0.5]
    users, at = both.occasions()
    assert users.tolist() == [0, 0, 0, 2]
    assert (at / DAY).tolist() == [1, 5, 9, 2]


def test_what_comes_right_after_is_counted_and_what_comes_later_is_not() -> None:
    # x, then y, then z: x and y, y and z follow each other, x and z do not.
    one = interests_of(("a", ["p:x", "p:y", "p:z"], [[1], [2], [3]]))
    together = one.cooccurrence().toarray()
    assert together[0, 1] == together[1, 0] == together[1, 2] == 1
    assert together[0, 2] == 0


def table() -> TagTable:
    rows = frame(
        "user tag text weight",
        ("a", "t:yes", "yes", 1.0), ("b", "t:yes", "yes", 1.0),
        ("a", "t:half", "half", 1.0), ("c", "t:half", "half", 1.0),
    )  # fmt: skip
    return TagTable(USERS, rows)


def test_a_tag_that_tells_who_takes_part_is_a_key_tag_and_one_that_does_not_is_none() -> None:
    tags, apart = table(), np.eye(2, dtype=np.float32)
    strengths = tag_strengths(tags, apart, history_of({"a": 1, "b": 2}))
    by_tag = dict(zip(tags.tags, strengths, strict=True))
    assert by_tag == {"t:yes": 1.0, "t:half": 0.0}
    found = key_tags(tags, apart, history_of({"a": 1, "b": 2}), {"x": "spring"}, seed=1)
    assert found[["kind", "tag", "rank"]].values.tolist() == [[None, "t:yes", 1], ["spring", "t:yes", 1]]
    assert (found["low"] <= found["strength"]).all()
    assert (found["strength"] <= found["high"]).all()


def test_the_interval_of_a_key_tag_is_narrower_with_more_users_and_its_lift_is_the_ratio_of_rates() -> None:
    widths = []
    for size in (40, 400):
        users = pd.Index([f"{i:03}" for i in range(size)])
        half = users[: size // 2]
        # Of those with the tag three in four take part, of the others one in four.
        part = [u for i, u in enumerate(users) if (i % 4 > 0) == (u in half)]
        rows = pd.DataFrame({"user": half, "tag": "t:1", "text": "1", "weight": 1.0})
        reached = pd.DataFrame({"user": users, "campaign": "x"})
        took_part = pd.DataFrame({"user": part, "campaign": "x", "at": DAY})
        history = ParticipationHistory.of(users, reached, took_part, NO_ACTIVITY, 9 * DAY)
        found = key_tags(TagTable(users, rows), np.eye(1, dtype=np.float32), history, {}, seed=1)
        assert found["lift"].tolist() == pytest.approx([3.0])
        widths.append(float((found["high"] - found["low"]).iloc[0]))
    assert widths[1] < widths[0] / 2


def test_tags_that_mean_the_same_share_their_strength() -> None:
    tags = table()
    alike = np.array([[1.0, 0.0], [0.9, np.sqrt(1 - 0.81)]], dtype=np.float32)
    strengths = tag_strengths(tags, alike, history_of({"a": 1, "b": 2}))
    assert strengths.min() == pytest.approx(0.9, abs=1e-6)


def test_a_near_synonym_of_a_key_tag_comes_after_one_that_says_something_else() -> None:
    users = pd.Index([f"{i:03}" for i in range(90)])
    # Told by the first tag best, by its near-synonym almost as well, by another less.
    holders = {"t:a": users[:30], "t:a too": users[:28], "t:b": users[30:45]}
    rows = pd.concat(
        pd.DataFrame({"user": who, "tag": tag, "text": tag, "weight": 1.0}) for tag, who in holders.items()
    )
    history = ParticipationHistory.of(
        users,
        pd.DataFrame({"user": users, "campaign": "x"}),
        pd.DataFrame({"user": users[:44], "campaign": "x", "at": DAY}),
        NO_ACTIVITY,
        9 * DAY,
    )
    tags = TagTable(users, rows)
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    vectors[1] = 0.99, np.sqrt(1 - 0.99**2)
    found = strongest_apart(tags, vectors, history, history.campaigns, 3)
    assert tags.tags[found].tolist() == ["t:a", "t:b", "t:a too"]
    assert key_tags(tags, vectors, history, {}, seed=1)["tag"].tolist() == ["t:a", "t:b", "t:a too"]


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
    history = ParticipationHistory.of(
        pd.Index([*users, "stranger"]), reached, frame("user campaign at"), NO_ACTIVITY, 1.0
    )
    edges = pd.DataFrame({"source": "u07", "target": users[10:20], "probability": 1.0})
    outside = pd.DataFrame({"source": ["stranger"], "target": ["u01"], "probability": [1.0]})
    found = select_key_users(pd.concat([edges, outside]), history, seed=1)
    assert found["user"].iloc[0] == "u07"
    assert found["score"].iloc[0] == pytest.approx(11, rel=0.1)
    assert found["rank"].tolist() == [1, 2, 3, 4, 5]
    assert set(found["user"]) <= set(users)


TAGGED = frame("user tag text weight", ("a", "t:1", "one", 1.0), ("c", "t:2", "two", 1.0))
COMMUNITIES = pd.Series({"a": 0, "b": 0, "c": 1, "d": 2})


def test_groups_are_the_communities_that_hold_key_users() -> None:
    key_users = frame("campaign user score", ("x", "a", 1.0), ("x", "c", 3.0))
    groups = form_groups(COMMUNITIES, history_of({}), key_users, "run")
    assert groups["members"].tolist() == [["c"], ["a", "b"]]
    assert groups["rank"].tolist() == [1, 2]
    assert names_of(groups, TAGGED) == ["two", "one"]


def test_open_campaigns_share_their_key_users_and_groups() -> None:
    arrived = frame("user at", *((user, 1.0) for user in USERS))
    took_part = frame("user campaign at", ("a", "x", 2.0), ("b", "y", 3.0))
    history = ParticipationHistory.of(USERS, REACHED.iloc[:0], took_part, arrived, 9.0)
    edges = frame("source target probability", ("a", "b", 0.9), ("a", "c", 0.9))
    key_users = select_key_users(edges, history, seed=1)
    assert key_users.groupby("campaign")["user"].agg(list).map(tuple).nunique() == 1
    groups = form_groups(COMMUNITIES, history, key_users, "run")
    assert set(map(tuple, groups["campaigns"])) == {("x", "y")}
