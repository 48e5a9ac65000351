"""Shared traffic and each campaign's pace: planted rhythms found, nothing later seen, priors as declared."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from forecasting.calendar import calendar_features
from forecasting.pace import PACES, Traffic, expected_participants, pace_weights
from forecasting.shapes import SHAPES, holiday_effect
from forecasting.traffic import expected_traffic
from graph.errors import InvalidRequest

Floats = NDArray[np.float64]

FIRST = pd.Timestamp("2017-01-02")  # A Monday.
DAYS, AHEAD = 280, 14
RHYTHM = np.array([1.0, 0.8, 0.8, 0.9, 1.1, 1.5, 0.9])


def rhythmic(level: float, seed: int = 0) -> tuple[Floats, Floats]:
    """Counts with a weekly rhythm, and what was expected of each day."""
    mean = level * RHYTHM[np.arange(DAYS + AHEAD) % 7]
    return np.random.default_rng(seed).poisson(mean[:DAYS]).astype(float), mean


def test_a_weekly_rhythm_is_expected() -> None:
    counts, mean = rhythmic(300)
    expected = expected_traffic(counts, FIRST, AHEAD)
    for day in range(150, DAYS):
        assert expected[day] == pytest.approx(mean[day : day + AHEAD], rel=0.12)
    error = np.abs(np.log(expected[150:DAYS, 0] / mean[150:DAYS]))
    assert error.mean() < 0.02


def test_nothing_later_is_seen() -> None:
    counts, _ = rhythmic(300)
    series, _ = rhythmic(20, seed=1)
    rng = np.random.default_rng(3)
    weights = np.full((PACES, AHEAD), 1 / PACES)
    for origin in rng.integers(20, DAYS, 20):
        both = []
        for spoilt in (False, True):
            later = slice(origin if spoilt else DAYS, DAYS)
            traffic, own = counts.copy(), series.copy()
            traffic[later], own[later] = 5_000.0, 900.0
            expected = expected_traffic(traffic, FIRST, AHEAD, "us-groceries")
            means = expected_participants(own, Traffic(traffic, expected, 0), weights)
            both.append((expected[: origin + 1], means[: origin + 1]))
        for clean, spoiled in zip(*both, strict=True):
            np.testing.assert_array_equal(clean, spoiled)


def test_a_closed_day_says_nothing() -> None:
    counts, _ = rhythmic(300)
    closed = counts.copy()
    closed[200] = 0
    usual, after = (expected_traffic(one, FIRST, AHEAD)[205] for one in (counts, closed))
    assert after == pytest.approx(usual, rel=0.03)


def test_one_day_without_precedent_moves_little() -> None:
    counts, mean = rhythmic(300)
    counts[200] *= 3
    expected = expected_traffic(counts, FIRST, AHEAD)[201]
    assert expected == pytest.approx(mean[201 : 201 + AHEAD], rel=0.1)


def test_a_pace_is_found_with_its_weekdays() -> None:
    counts, _ = rhythmic(300)
    series, mean = rhythmic(20, seed=1)
    traffic = Traffic(counts, expected_traffic(counts, FIRST, AHEAD), 0)
    means = expected_participants(series, traffic, pace_weights([series], traffic))
    assert means[-1] == pytest.approx(mean[DAYS:], rel=0.25)
    assert np.abs(np.log(means[150:DAYS, 0] / mean[150:DAYS])).mean() < 0.12


def test_traffic_is_used_where_it_tells_and_left_where_not() -> None:
    rng = np.random.default_rng(5)
    shared = (100 * np.exp(0.006 * np.arange(DAYS))).round()
    traffic = Traffic(shared, expected_traffic(shared, FIRST, AHEAD), 0)
    following = rng.poisson(shared / 5).astype(float)
    indifferent = rng.poisson(60, DAYS).astype(float)
    with_traffic = slice(0, PACES // 2)
    assert pace_weights([following], traffic)[with_traffic, 0].sum() > 0.95
    assert pace_weights([indifferent], traffic)[with_traffic, 0].sum() < 0.05


def test_a_shape_moves_what_is_expected_of_holidays() -> None:
    days = pd.date_range("2017-11-20", "2017-11-26")  # Thanksgiving is the 23rd.
    effect = np.exp(holiday_effect(days, "us-groceries"))
    assert effect[2] == pytest.approx(np.sqrt(1.33 * 1.40))
    assert effect[3] == pytest.approx(np.sqrt(0.76 * 0.75))
    assert (holiday_effect(days, None) == 0).all()
    first = days[0] - pd.Timedelta(days=100)
    counts = np.full(100, 300.0)
    plain, told = (expected_traffic(counts, first, 7, shape)[-1] for shape in (None, "us-groceries"))
    assert told[2] / plain[2] == pytest.approx(effect[2], rel=0.05)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_are_plausible(shape: str) -> None:
    effect = np.exp(holiday_effect(pd.date_range("2015-01-01", "2027-12-31"), shape))
    assert 0.3 < effect.min() < effect.max() < 2
    assert abs(np.log(effect).mean()) < 0.02


def test_a_shape_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no holiday shape 'moon'"):
        holiday_effect(pd.date_range("2017-01-01", "2017-01-02"), "moon")


def test_holidays_are_known_with_the_days_around_them() -> None:
    days = pd.date_range("2017-11-20", "2017-11-25")  # Thanksgiving is the 23rd.
    today, tomorrow, soon, lately = calendar_features(days)[:, 2:].T
    assert today.tolist() == [0, 0, 0, 1, 0, 0]
    assert tomorrow.tolist() == [0, 0, 1, 0, 0, 0]
    assert soon.tolist() == [1, 1, 0, 0, 0, 0]
    assert lately.tolist() == [0, 0, 0, 0, 1, 1]
