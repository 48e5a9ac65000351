"""The steps of a network build, on data small enough to work out by hand."""

import numpy as np
import pandas as pd
import pytest

from network.influence.trials import Edges, Trials, influence_trials
from network.key_users import select_key_users
from network.neighbour_groups import form_groups, group_names
from network.participation_history import DAY, ParticipationHistory
from network.similarity.tag_vectors import user_vectors
from network.tags.interests import Interests
from network.tags.key_tags import key_tags, select_diverse_tags, tag_strengths
from network.tags.user_tags import TagTable, behaviour_tags

USERS = pd.Index(["a", "b", "c", "d"])


def frame(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


REACHED = frame("user campaign at", *((user, "x", 0.0) for user in "abcd"))
NO_ACTIVITY = frame("user at")


def history_of(
    first: dict[str, float],
    before: float = 100,
    reached: pd.DataFrame = REACHED,
    first_active: dict[str, float] | None = None,
) -> ParticipationHistory:
    """A history with one campaign, x; times are in days, those of `first_active` are the ends of days."""
    participations = frame("user campaign at", *((user, "x", day * DAY) for user, day in first.items()))
    activity = frame("user at", *((user, day * DAY) for user, day in (first_active or {}).items()))
    return ParticipationHistory.of(USERS, reached, participations, activity, before * DAY)


def trials(history: ParticipationHistory, pairs: list[tuple[int, int]]) -> Trials:
    source, target = (np.array(users) for users in zip(*sorted(pairs), strict=True))
    return influence_trials(history, Edges.of(len(USERS), source, target), 7 * DAY)


def test_participation_within_the_window_is_a_success() -> None:
    # a on day 1, b on day 3, c on day 20, d never. After a: three at risk, one (b) takes part in time.
    result = trials(history_of({"a": 1, "b": 3, "c": 20}), [(0, 1), (0, 2), (0, 3), (1, 0), (1, 2)])
    assert result.edge.tolist() == [0, 1, 2, 4]
    assert result.success.tolist() == [1, 0, 0, 0]
    assert result.expected == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])


def test_trials_need_a_whole_window_before_the_cutoff() -> None:
    assert len(trials(history_of({"a": 1, "b": 3}, 7.9), [(0, 1)])) == 0
    assert len(trials(history_of({"a": 1, "b": 3}, 8.0), [(0, 1)])) == 1


def test_untargeted_users_give_no_trials() -> None:
    history = history_of({"a": 1, "b": 2}, reached=REACHED[REACHED["user"] != "b"])
    assert len(trials(history, [(0, 1)])) == 0
    assert history.campaigns[0].users.tolist() == [0]


def test_users_are_at_risk_from_their_targeting_on() -> None:
    reached = frame(
        "user campaign at", ("a", "x", 0.0), ("b", "x", DAY), ("c", "x", 1.5 * DAY), ("d", "x", 0.0)
    )
    result = trials(history_of({"a": 1, "b": 3, "c": 4}, reached=reached), [(0, 1), (0, 2), (1, 2)])
    # c is targeted only after a took part. Of b and d, who are at risk then, b takes part.
    assert result.edge.tolist() == [0, 2]
    assert result.expected == pytest.approx([1 / 2, 1 / 2])


def test_open_campaign_reaches_all_users_seen_before() -> None:
    history = history_of({"a": 5, "b": 8}, reached=REACHED.iloc[:0], first_active={"a": 1, "b": 2, "c": 6})
    result = trials(history, [(0, 1), (0, 2), (0, 3)])
    # c is first seen after a took part, d never. So only b was at risk, and b took part.
    assert result.target.tolist() == [1]
    assert result.expected.tolist() == [1.0]


def test_days_of_activity_count_from_their_end_on() -> None:
    activity = frame("user at", ("a", 1.0), ("a", 5.0), ("c", 3.0))
    history = ParticipationHistory.of(USERS, REACHED, frame("user campaign at"), activity, 10.0)
    users, at = np.array([0, 0, 0, 1, 2]), np.array([1.0, 5.5, 99.0, 9.0, 4.0])
    assert history.activity.until(users, at).tolist() == [1, 2, 2, 0, 1]
    assert history.activity.since_last(users, at).tolist() == [0.0, 0.5, 94.0, np.inf, 1.0]
    assert history.activity.until(users, at - 0.1).tolist() == [0, 2, 2, 0, 1]
    assert history.first_seen.tolist() == [1.0, np.inf, 3.0, np.inf]


def interests_of(*rows: tuple[str, list[str], list[list[float]]]) -> Interests:
    """Interests from rows of user, names of interests, and the days of each."""
    table = pd.DataFrame(
        [
            (
                user,
                names,
                ["buys " + name.partition(":")[2] for name in names],
                [[day * DAY for day in days] for days in days_of_interests],
            )
            for user, names, days_of_interests in rows
        ],
        columns=["user", "interest", "text", "at"],
    )
    return Interests.of(USERS, table)


def test_category_that_all_users_buy_is_no_tag() -> None:
    milk, wine = "category:milk", "category:wine"
    tags = behaviour_tags(interests_of(("a", [milk, wine], [[1, 2, 3], [1]]), ("b", [milk], [[1, 2]])))
    assert tags["tag"].tolist() == [wine]
    assert tags["weight"].tolist() == [1.0]
    assert tags["text"].tolist() == ["buys wine"]


def test_interests_are_counted_decayed_and_cut_off() -> None:
    interests = interests_of(("a", ["product:x", "product:y"], [[1, 9], [5]]), ("c", ["product:y"], [[2]]))
    assert interests.counts().toarray().tolist() == [[2, 1], [0, 0], [0, 1], [0, 0]]
    assert interests.before(5 * DAY).counts().toarray().tolist() == [[1, 0], [0, 0], [0, 1], [0, 0]]
    assert interests.decayed(9 * DAY, 4 * DAY).toarray()[0].tolist() == [1.25, 0.5]
    users, at = interests.occasions()
    assert users.tolist() == [0, 0, 0, 2]
    assert (at / DAY).tolist() == [1, 5, 9, 2]


def test_cooccurrence_counts_successive_occasions_only() -> None:
    # x, then y, then z: x and y are successive, y and z too, x and z are not.
    interests = interests_of(("a", ["p:x", "p:y", "p:z"], [[1], [2], [3]]))
    cooccurrence = interests.cooccurrence().toarray()
    assert cooccurrence[0, 1] == cooccurrence[1, 0] == cooccurrence[1, 2] == 1
    assert cooccurrence[0, 2] == 0


def tags_of_users() -> TagTable:
    rows = frame(
        "user tag text weight",
        ("a", "t:yes", "yes", 1.0), ("b", "t:yes", "yes", 1.0),
        ("a", "t:half", "half", 1.0), ("c", "t:half", "half", 1.0),
    )  # fmt: skip
    return TagTable(USERS, rows)


def test_only_informative_tags_are_key_tags() -> None:
    tags, unrelated = tags_of_users(), np.eye(2, dtype=np.float32)
    strengths = tag_strengths(tags, unrelated, history_of({"a": 1, "b": 2}))
    strength_of_tag = dict(zip(tags.tags, strengths, strict=True))
    assert strength_of_tag == {"t:yes": 1.0, "t:half": 0.0}
    result = key_tags(tags, unrelated, history_of({"a": 1, "b": 2}), {"x": "spring"}, seed=1)
    assert result[["kind", "tag", "rank"]].values.tolist() == [[None, "t:yes", 1], ["spring", "t:yes", 1]]
    assert (result["low"] <= result["strength"]).all()
    assert (result["strength"] <= result["high"]).all()


def test_interval_of_a_key_tag_narrows_with_more_users() -> None:
    widths = []
    for size in (40, 400):
        users = pd.Index([f"{i:03}" for i in range(size)])
        tagged = users[: size // 2]
        # Three in four users with the tag take part, and one in four without it.
        participants = [user for i, user in enumerate(users) if (i % 4 > 0) == (user in tagged)]
        rows = pd.DataFrame({"user": tagged, "tag": "t:1", "text": "1", "weight": 1.0})
        reached = pd.DataFrame({"user": users, "campaign": "x", "at": 0.0})
        participations = pd.DataFrame({"user": participants, "campaign": "x", "at": DAY})
        history = ParticipationHistory.of(users, reached, participations, NO_ACTIVITY, 9 * DAY)
        result = key_tags(TagTable(users, rows), np.eye(1, dtype=np.float32), history, {}, seed=1)
        assert result["risk_ratio"].tolist() == pytest.approx([3.0])
        widths.append(float((result["high"] - result["low"]).iloc[0]))
    assert widths[1] < widths[0] / 2


def test_synonyms_share_their_strength() -> None:
    tags = tags_of_users()
    synonyms = np.array([[1.0, 0.0], [0.9, np.sqrt(1 - 0.81)]], dtype=np.float32)
    strengths = tag_strengths(tags, synonyms, history_of({"a": 1, "b": 2}))
    assert strengths.min() == pytest.approx(0.9, abs=1e-6)


def test_near_synonym_of_a_key_tag_ranks_below_a_different_tag() -> None:
    users = pd.Index([f"{i:03}" for i in range(90)])
    # The first tag is the most informative, its near-synonym almost as informative, the third less so.
    users_of_tag = {"t:a": users[:30], "t:a too": users[:28], "t:b": users[30:45]}
    rows = pd.concat(
        pd.DataFrame({"user": tagged, "tag": tag, "text": tag, "weight": 1.0})
        for tag, tagged in users_of_tag.items()
    )
    history = ParticipationHistory.of(
        users,
        pd.DataFrame({"user": users, "campaign": "x", "at": 0.0}),
        pd.DataFrame({"user": users[:44], "campaign": "x", "at": DAY}),
        NO_ACTIVITY,
        9 * DAY,
    )
    tags = TagTable(users, rows)
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    vectors[1] = 0.99, np.sqrt(1 - 0.99**2)
    selected = select_diverse_tags(tags, vectors, history, history.campaigns, 3)
    assert tags.tags[selected].tolist() == ["t:a", "t:b", "t:a too"]
    assert key_tags(tags, vectors, history, {}, seed=1)["tag"].tolist() == ["t:a", "t:b", "t:a too"]


def test_users_with_the_same_tags_have_the_same_vector() -> None:
    rows = frame(
        "user tag text weight", ("a", "t:1", "1", 1.0), ("b", "t:1", "1", 0.5), ("c", "t:2", "2", 1.0)
    )
    vectors = user_vectors(TagTable(USERS, rows), np.eye(2, dtype=np.float32), np.ones(2))
    assert vectors[0] == pytest.approx(vectors[1])
    assert vectors[0] @ vectors[2] < 0
    assert not vectors[3].any()
    assert np.linalg.norm(vectors[0]) == pytest.approx(1)


def test_key_users_rank_by_marginal_spread_among_targeted_users() -> None:
    users = [f"u{i:02}" for i in range(30)]
    reached = pd.DataFrame({"user": users, "campaign": "x", "at": 0.0})
    history = ParticipationHistory.of(
        pd.Index([*users, "outsider"]), reached, frame("user campaign at"), NO_ACTIVITY, 1.0
    )
    edges = pd.DataFrame({"source": "u07", "target": users[10:20], "probability": 1.0})
    edge_of_outsider = pd.DataFrame({"source": ["outsider"], "target": ["u01"], "probability": [1.0]})
    key_users = select_key_users(pd.concat([edges, edge_of_outsider]), history, seed=1)
    assert key_users["user"].iloc[0] == "u07"
    assert key_users["score"].iloc[0] == pytest.approx(11, rel=0.1)
    assert key_users["rank"].tolist() == [1, 2, 3, 4, 5]
    assert set(key_users["user"]) <= set(users)


TAGGED = frame("user tag text weight", ("a", "t:1", "one", 1.0), ("c", "t:2", "two", 1.0))
COMMUNITIES = pd.Series({"a": 0, "b": 0, "c": 1, "d": 2})


def test_groups_are_communities_with_key_users() -> None:
    key_users = frame("campaign user score", ("x", "a", 1.0), ("x", "c", 3.0))
    groups = form_groups(COMMUNITIES, history_of({}), key_users, "run")
    assert groups["members"].tolist() == [["c"], ["a", "b"]]
    assert groups["rank"].tolist() == [1, 2]
    assert group_names(groups, TAGGED) == ["two", "one"]


def test_open_campaigns_share_their_key_users_and_groups() -> None:
    activity = frame("user at", *((user, 1.0) for user in USERS))
    participations = frame("user campaign at", ("a", "x", 2.0), ("b", "y", 3.0))
    history = ParticipationHistory.of(USERS, REACHED.iloc[:0], participations, activity, 9.0)
    edges = frame("source target probability", ("a", "b", 0.9), ("a", "c", 0.9))
    key_users = select_key_users(edges, history, seed=1)
    assert key_users.groupby("campaign")["user"].agg(list).map(tuple).nunique() == 1
    groups = form_groups(COMMUNITIES, history, key_users, "run")
    assert set(map(tuple, groups["campaigns"])) == {("x", "y")}
