"""Shared traffic and each campaign's pace: planted rhythms found, nothing later seen, priors as declared."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from forecasting.baseline.campaign_rate import CampaignCounts, usual_participants
from forecasting.baseline.holiday_priors import HOLIDAY_PRIORS, holiday_effect
from forecasting.baseline.rate_model import RATE_MODELS, Series, Traffic, expected_participants, rate_weights
from forecasting.baseline.traffic import expected_traffic
from forecasting.history.calendar import calendar_features
from forecasting.history.time_step import MONTH
from graph.errors import InvalidRequest

Floats = NDArray[np.float64]

FIRST = pd.Timestamp("2017-01-02")  # A Monday.
DAYS, AHEAD = 280, 14
RHYTHM = np.array([1.0, 0.8, 0.8, 0.9, 1.1, 1.5, 0.9])


def rhythmic(level: float, seed: int = 0) -> tuple[Floats, Floats]:
    """Counts with a weekly rhythm, and what was expected of each day."""
    mean = level * RHYTHM[np.arange(DAYS + AHEAD) % 7]
    return np.random.default_rng(seed).poisson(mean[:DAYS]).astype(float), mean


def told_ahead(
    counts: Floats, first: pd.Timestamp = FIRST, ahead: int = AHEAD, holidays: str | None = None
) -> Floats:
    """``expected_traffic`` of days."""
    return expected_traffic(counts, pd.date_range(first, periods=len(counts) + ahead), holidays=holidays)


def long_running(y: Floats) -> Series:
    """Of a campaign that has not begun."""
    return Series(y, len(y) + AHEAD, np.zeros((len(y) + 1, AHEAD)))


def test_a_weekly_rhythm_is_expected() -> None:
    counts, mean = rhythmic(300)
    expected = told_ahead(counts)
    for day in range(150, DAYS):
        assert expected[day] == pytest.approx(mean[day : day + AHEAD], rel=0.12)
    error = np.abs(np.log(expected[150:DAYS, 0] / mean[150:DAYS]))
    assert error.mean() < 0.02


def test_nothing_later_is_seen() -> None:
    counts, _ = rhythmic(300)
    series, _ = rhythmic(20, seed=1)
    rng = np.random.default_rng(3)
    weights = np.full((RATE_MODELS, AHEAD), 1 / RATE_MODELS)
    for origin in rng.integers(20, DAYS, 20):
        both = []
        for spoilt in (False, True):
            later = slice(origin if spoilt else DAYS, DAYS)
            traffic, own = counts.copy(), series.copy()
            traffic[later], own[later] = 5_000.0, 900.0
            expected = told_ahead(traffic, holidays="us-groceries")
            means = expected_participants(long_running(own), Traffic(traffic, expected, 0), weights)
            both.append((expected[: origin + 1], means[: origin + 1]))
        for clean, spoiled in zip(*both, strict=True):
            np.testing.assert_array_equal(clean, spoiled)


def test_a_closed_day_says_nothing() -> None:
    counts, _ = rhythmic(300)
    closed = counts.copy()
    closed[200] = 0
    usual, after = (told_ahead(one)[205] for one in (counts, closed))
    assert after == pytest.approx(usual, rel=0.03)


def test_one_day_without_precedent_moves_little() -> None:
    counts, mean = rhythmic(300)
    counts[200] *= 3
    expected = told_ahead(counts)[201]
    assert expected == pytest.approx(mean[201 : 201 + AHEAD], rel=0.1)


def test_a_pace_is_found_with_its_weekdays() -> None:
    counts, _ = rhythmic(300)
    series, mean = rhythmic(20, seed=1)
    traffic = Traffic(counts, told_ahead(counts), 0)
    known = long_running(series)
    means = expected_participants(known, traffic, rate_weights([known], traffic))
    assert means[-1] == pytest.approx(mean[DAYS:], rel=0.25)
    assert np.abs(np.log(means[150:DAYS, 0] / mean[150:DAYS])).mean() < 0.12


def test_traffic_is_used_where_it_tells_and_left_where_not() -> None:
    rng = np.random.default_rng(5)
    shared = (100 * np.exp(0.006 * np.arange(DAYS))).round()
    traffic = Traffic(shared, told_ahead(shared), 0)
    following = rng.poisson(shared / 5).astype(float)
    indifferent = rng.poisson(60, DAYS).astype(float)
    with_traffic = [0, 1, RATE_MODELS - 1]  # The last is the second before a campaign's launch.
    assert rate_weights([long_running(following)], traffic)[with_traffic, 0].sum() > 0.95
    assert rate_weights([long_running(indifferent)], traffic)[with_traffic, 0].sum() < 0.05


def courses(rng: np.random.Generator) -> tuple[list[CampaignCounts], Traffic]:
    """Twelve campaigns of two kinds, one behind the other, that draw nobody before their launch and half as
    many every week after it; the second kind twice as many.
    """
    traffic = Traffic(np.full(DAYS, 100.0), np.full((DAYS + 1, AHEAD), 100.0), 0)
    found = []
    for place in range(12):
        launch, times = 20 * place, 1 + place % 2
        age = np.arange(DAYS) - launch
        mean = np.where(age >= 0, 6.0 * times * 0.5 ** np.floor(age / 7), 0.0)
        found.append(CampaignCounts(f"kind {times}", launch, 200, rng.poisson(mean).astype(float)))
    return found, traffic


def test_the_course_that_campaigns_usually_run_is_found() -> None:
    campaigns, traffic = courses(np.random.default_rng(8))
    usual = usual_participants(campaigns, traffic)
    for place in (10, 11):
        at_launch = usual[place][campaigns[place].launch]
        assert at_launch[:14] == pytest.approx(np.repeat([6.0, 3.0], 7) * (1 + place % 2), rel=0.35)
    early = usual[11][campaigns[11].launch - 3]
    assert (early[:3] == 0).all()
    assert (early[3:] > 0).all()


def test_usual_courses_see_nothing_later() -> None:
    campaigns, traffic = courses(np.random.default_rng(8))
    origin = 150
    spoilt = [
        CampaignCounts(one.kind, one.launch, one.reached, np.where(np.arange(DAYS) < origin, one.y, 700.0))
        for one in campaigns
    ]
    for clean, spoiled in zip(
        usual_participants(campaigns, traffic), usual_participants(spoilt, traffic), strict=True
    ):
        np.testing.assert_array_equal(clean[: origin + 1], spoiled[: origin + 1])


def test_campaigns_that_run_alike_are_told_by_their_usual_course() -> None:
    campaigns, traffic = courses(np.random.default_rng(8))
    usual = usual_participants(campaigns, traffic)
    series = [Series(one.y, one.launch, own) for one, own in zip(campaigns, usual, strict=True)]
    weights = rate_weights(series, traffic)
    assert weights[-1, 0] > 0.95
    assert weights.sum(axis=0) == pytest.approx(1)


def test_holiday_prior_changes_expected_traffic() -> None:
    days = pd.date_range("2017-11-20", "2017-11-26")  # Thanksgiving is the 23rd.
    effect = np.exp(holiday_effect(days, "us-groceries"))
    assert effect[2] == pytest.approx(np.sqrt(1.33 * 1.40))
    assert effect[3] == pytest.approx(np.sqrt(0.76 * 0.75))
    assert (holiday_effect(days, None) == 0).all()
    first = days[0] - pd.Timedelta(days=100)
    counts = np.full(100, 300.0)
    plain, told = (told_ahead(counts, first, 7, prior)[-1] for prior in (None, "us-groceries"))
    assert told[2] / plain[2] == pytest.approx(effect[2], rel=0.05)


@pytest.mark.parametrize("prior", HOLIDAY_PRIORS)
def test_holiday_priors_are_plausible(prior: str) -> None:
    effect = np.exp(holiday_effect(pd.date_range("2015-01-01", "2027-12-31"), prior))
    assert 0.3 < effect.min() < effect.max() < 2
    assert abs(np.log(effect).mean()) < 0.02


def test_unknown_holiday_prior_is_rejected() -> None:
    with pytest.raises(InvalidRequest, match="no holiday prior 'moon'"):
        holiday_effect(pd.date_range("2017-01-01", "2017-01-02"), "moon")


def test_holidays_are_known_with_the_days_around_them() -> None:
    days = pd.date_range("2017-11-20", "2017-11-25")  # Thanksgiving is the 23rd.
    today, tomorrow, soon, lately = calendar_features(days)[:, 2:].T
    assert today.tolist() == [0, 0, 0, 1, 0, 0]
    assert tomorrow.tolist() == [0, 0, 1, 0, 0, 0]
    assert soon.tolist() == [1, 1, 0, 0, 0, 0]
    assert lately.tolist() == [0, 0, 0, 0, 1, 1]


def test_traffic_of_months_follows_what_changes() -> None:
    months = pd.date_range("2001-01-01", periods=63, freq="MS")
    mean = np.where(np.arange(60) < 40, 100.0, 150.0)
    expected = expected_traffic(np.random.default_rng(5).poisson(mean).astype(float), months, MONTH)
    assert expected.shape == (61, 3)
    assert expected[20:40, 0] == pytest.approx(mean[20:40], rel=0.25)
    assert expected[45:60] == pytest.approx(150, rel=0.25)
