"""Influence probabilities, on data with known probabilities."""

import numpy as np
import pandas as pd
import pytest

from network.influence.probabilities import influence_probabilities
from network.influence.trials import Edges, Trials, influence_trials
from network.participation_history import DAY, ParticipationHistory

FOLLOWERS = 40
PLANTED = 0.4


def trials(edge: list[int], success: list[float], expected: float = 0.0) -> Trials:
    """Trials of the given edges; the other columns are not used."""
    count = len(edge)
    whole, parts = np.zeros(count, dtype=np.int64), np.zeros(count)
    return Trials(
        whole, np.array(edge, dtype=np.int64), whole, parts, np.array(success), parts + expected, parts
    )


def test_a_planted_probability_lies_within_its_interval() -> None:
    rng = np.random.default_rng(5)
    users = pd.Index([f"{i:03}" for i in range(400)])
    rows = []
    for number in range(80):
        began = number * 60.0
        times = np.where(rng.random(len(users)) < 0.05, began + rng.uniform(0, 50, len(users)), np.inf)
        times[0] = began + rng.uniform(1, 40)
        follows = rng.random(FOLLOWERS) < PLANTED
        after = times[0] + rng.uniform(0.5, 6, FOLLOWERS)
        own = times[1 : FOLLOWERS + 1]
        times[1 : FOLLOWERS + 1] = np.where(follows & (own > times[0]), np.minimum(own, after), own)
        rows += [(users[i], f"c{number:02}", times[i] * DAY) for i in np.flatnonzero(np.isfinite(times))]
    took_part = pd.DataFrame(rows, columns=["user", "campaign", "at"])
    reached = pd.MultiIndex.from_product([users, took_part["campaign"].unique()], names=["user", "campaign"])
    history = ParticipationHistory.of(
        users, reached.to_frame(index=False), took_part, pd.DataFrame(columns=["user", "at"]), 9e9
    )
    # The edges of the influencer, and as many of a user without influence.
    sources = np.repeat([0, 200], FOLLOWERS)
    targets = np.concatenate([np.arange(1, FOLLOWERS + 1), np.arange(201, FOLLOWERS + 201)])
    estimates = influence_probabilities(
        influence_trials(history, Edges.of(len(users), sources, targets), 7 * DAY),
        sources,
        np.ones(2 * FOLLOWERS),
    )
    inside = (estimates.low[:FOLLOWERS] <= PLANTED) & (estimates.high[:FOLLOWERS] >= PLANTED)
    assert inside.mean() >= 0.9
    assert estimates.probability[:FOLLOWERS].mean() == pytest.approx(PLANTED, abs=0.05)
    assert estimates.probability[FOLLOWERS:].mean() < 0.05


def test_an_edge_without_trials_gets_the_rate_of_equally_similar_edges() -> None:
    # Forty edges of two similarities, half of each without trials. Similar users follow in half of the cases.
    sources = np.arange(40)
    similarity = np.repeat([0.2, 0.8], 20)
    edge = [*range(10), *range(20, 30)] * 20
    success = [
        float(number >= 20 and turn % 2) for turn in range(20) for number in (*range(10), *range(20, 30))
    ]
    estimates = influence_probabilities(trials(edge, success), sources, similarity).probability
    assert estimates[10:20] == pytest.approx(0.002)
    assert estimates[30:] == pytest.approx(0.5)


def test_an_edge_without_trials_gets_the_rate_of_its_source() -> None:
    # Each source has an edge without trials. One source is followed on its other edge, the other is not.
    edge, success = [0, 2] * 60, [1.0, 0.0] * 60
    estimates = influence_probabilities(trials(edge, success), np.array([0, 0, 1, 1]), np.ones(4)).probability
    assert estimates[1] > 0.7
    assert estimates[3] < 0.3


def test_expected_successes_are_not_influence() -> None:
    estimates = influence_probabilities(trials([0] * 100, [1.0, 0.0] * 50, 0.5), np.array([0]), np.ones(1))
    assert estimates.probability[0] < 0.01
    assert estimates.trials.tolist() == [100]
