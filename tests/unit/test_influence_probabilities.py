"""Influence probabilities, on data with known probabilities."""

import numpy as np
import pandas as pd
import pytest

from network.influence.probabilities import influence_probabilities
from network.influence.trials import Edges, Trials, influence_trials
from network.participation_history import DAY, ParticipationHistory

FOLLOWERS = 40
TRUE_PROBABILITY = 0.4


def trials(edge: list[int], success: list[float], expected: float = 0.0) -> Trials:
    """Trials of the given edges; the other columns are not used."""
    count = len(edge)
    integers, floats = np.zeros(count, dtype=np.int64), np.zeros(count)
    return Trials(
        campaign=integers,
        edge=np.array(edge, dtype=np.int64),
        target=integers,
        at=floats,
        success=np.array(success),
        expected=floats + expected,
        delay=floats,
    )


def test_interval_covers_the_true_probability() -> None:
    rng = np.random.default_rng(5)
    users = pd.Index([f"{i:03}" for i in range(400)])
    rows = []
    for number in range(80):
        start = number * 60.0
        days = np.where(rng.random(len(users)) < 0.05, start + rng.uniform(0, 50, len(users)), np.inf)
        days[0] = start + rng.uniform(1, 40)
        influenced = rng.random(FOLLOWERS) < TRUE_PROBABILITY
        day_of_influence = days[0] + rng.uniform(0.5, 6, FOLLOWERS)
        own_day = days[1 : FOLLOWERS + 1]
        days[1 : FOLLOWERS + 1] = np.where(
            influenced & (own_day > days[0]), np.minimum(own_day, day_of_influence), own_day
        )
        rows += [(users[i], f"c{number:02}", days[i] * DAY) for i in np.flatnonzero(np.isfinite(days))]
    participations = pd.DataFrame(rows, columns=["user", "campaign", "at"])
    reached = pd.MultiIndex.from_product(
        [users, participations["campaign"].unique()], names=["user", "campaign"]
    )
    history = ParticipationHistory.of(
        users,
        reached.to_frame(index=False).assign(at=0.0),
        participations,
        pd.DataFrame(columns=["user", "at"]),
        9e9,
    )
    # The edges of the influencer, and as many of a user without influence.
    sources = np.repeat([0, 200], FOLLOWERS)
    targets = np.concatenate([np.arange(1, FOLLOWERS + 1), np.arange(201, FOLLOWERS + 201)])
    estimates = influence_probabilities(
        influence_trials(history, Edges.of(len(users), sources, targets), 7 * DAY),
        sources,
        np.ones(2 * FOLLOWERS),
    )
    covered = (estimates.low[:FOLLOWERS] <= TRUE_PROBABILITY) & (
        estimates.high[:FOLLOWERS] >= TRUE_PROBABILITY
    )
    assert covered.mean() >= 0.9
    assert estimates.probability[:FOLLOWERS].mean() == pytest.approx(TRUE_PROBABILITY, abs=0.05)
    assert estimates.probability[FOLLOWERS:].mean() < 0.05


def test_edge_without_trials_gets_the_rate_of_equally_similar_edges() -> None:
    # Forty edges of two similarities, half of each without trials. Half of the trials at 0.8 succeed.
    sources = np.arange(40)
    similarity = np.repeat([0.2, 0.8], 20)
    edges_with_trials = [*range(10), *range(20, 30)]
    edge = edges_with_trials * 20
    success = [float(number >= 20 and trial % 2) for trial in range(20) for number in edges_with_trials]
    estimates = influence_probabilities(trials(edge, success), sources, similarity).probability
    assert estimates[10:20] == pytest.approx(0.002)
    assert estimates[30:] == pytest.approx(0.5)


def test_edge_without_trials_gets_the_rate_of_its_source() -> None:
    # Both sources have an edge with trials and one without. Only the first source is followed.
    edge, success = [0, 2] * 60, [1.0, 0.0] * 60
    estimates = influence_probabilities(trials(edge, success), np.array([0, 0, 1, 1]), np.ones(4)).probability
    assert estimates[1] > 0.7
    assert estimates[3] < 0.3


def test_expected_successes_are_not_influence() -> None:
    estimates = influence_probabilities(trials([0] * 100, [1.0, 0.0] * 50, 0.5), np.array([0]), np.ones(1))
    assert estimates.probability[0] < 0.01
    assert estimates.trials.tolist() == [100]


def test_expected_success_is_a_share_also_where_users_who_were_not_reached_take_part() -> None:
    users = pd.Index([f"u{i}" for i in range(6)])
    participations = pd.DataFrame(
        [(user, "c", day * DAY) for day, user in enumerate(users, start=1)],
        columns=["user", "campaign", "at"],
    )
    # Of six users who take part, the campaign reached the last three.
    reached = pd.DataFrame({"user": users[3:], "campaign": "c", "at": 0.0})
    activity = pd.DataFrame(columns=["user", "at"])
    history = ParticipationHistory.of(users, reached, participations, activity, 9e9)
    pairs = [(i, j) for i in range(6) for j in range(6) if i != j]
    sources, targets = (np.array(side) for side in zip(*pairs, strict=True))
    observed = influence_trials(history, Edges.of(6, sources, targets), 7 * DAY)
    assert len(observed) and (observed.expected == 1).all()
    estimates = influence_probabilities(observed, sources, np.linspace(0, 1, len(pairs)))
    assert np.isfinite(estimates.probability).all()
