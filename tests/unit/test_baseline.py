"""Expected traffic and the rates of campaigns, on simulated counts with known means."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from forecasting.baseline.campaign_rate import CampaignCounts, usual_participants
from forecasting.baseline.holiday_priors import HOLIDAY_PRIORS, holiday_effect
from forecasting.baseline.rate_model import (
    N_RATE_MODELS,
    Series,
    Traffic,
    expected_participants,
    rate_weights,
)
from forecasting.baseline.traffic import CalendarEffects, forecast_traffic
from forecasting.history.time_step import MONTH
from graph.errors import InvalidRequest

Floats = NDArray[np.float64]

FIRST = pd.Timestamp("2017-01-02")  # A Monday.
DAYS, AHEAD = 280, 14
NOTHING = np.empty((DAYS + AHEAD, 0)), np.empty((DAYS + 1, 0))
NO_EFFECTS = CalendarEffects(*NOTHING, np.ones(DAYS + AHEAD), *NOTHING)
WEEKDAY_FACTORS = np.array([1.0, 0.8, 0.8, 0.9, 1.1, 1.5, 0.9])


def seasonal_counts(level: float, seed: int = 0) -> tuple[Floats, Floats]:
    """Poisson counts with a weekly season, and their means, which include AHEAD more days."""
    mean = level * WEEKDAY_FACTORS[np.arange(DAYS + AHEAD) % 7]
    return np.random.default_rng(seed).poisson(mean[:DAYS]).astype(float), mean


def expected_daily_traffic(
    counts: Floats, first: pd.Timestamp = FIRST, ahead: int = AHEAD, holidays: str | None = None
) -> Floats:
    """``forecast_traffic`` of days."""
    days = pd.date_range(first, periods=len(counts) + ahead)
    return forecast_traffic(counts, days, holidays=holidays)[0]


def series_before_launch(y: Floats) -> Series:
    """The series of a campaign whose launch is still to come."""
    return Series(y, len(y) + AHEAD, np.zeros((len(y) + 1, AHEAD)))


def test_expected_traffic_follows_the_weekly_season() -> None:
    counts, mean = seasonal_counts(300)
    expected = expected_daily_traffic(counts)
    for day in range(150, DAYS):
        assert expected[day] == pytest.approx(mean[day : day + AHEAD], rel=0.12)
    error = np.abs(np.log(expected[150:DAYS, 0] / mean[150:DAYS]))
    assert error.mean() < 0.02


def test_forecasts_use_nothing_after_the_origin() -> None:
    counts, _ = seasonal_counts(300)
    y, _ = seasonal_counts(20, seed=1)
    rng = np.random.default_rng(3)
    weights = np.full((N_RATE_MODELS, AHEAD), 1 / N_RATE_MODELS)
    for origin in rng.integers(20, DAYS, 20):
        forecasts = []
        for corrupt in (False, True):
            later = slice(origin if corrupt else DAYS, DAYS)
            active_users, participants = counts.copy(), y.copy()
            active_users[later], participants[later] = 5_000.0, 900.0
            expected = expected_daily_traffic(active_users, holidays="us-groceries")
            traffic = Traffic(active_users, expected, NO_EFFECTS, 0)
            means = expected_participants(series_before_launch(participants), traffic, weights)
            forecasts.append((expected[: origin + 1], means[: origin + 1]))
        for clean, corrupted in zip(*forecasts, strict=True):
            np.testing.assert_array_equal(clean, corrupted)


def test_closed_day_counts_as_missing() -> None:
    counts, _ = seasonal_counts(300)
    with_closed_day = counts.copy()
    with_closed_day[200] = 0
    open_forecast, closed_forecast = (expected_daily_traffic(y)[205] for y in (counts, with_closed_day))
    assert closed_forecast == pytest.approx(open_forecast, rel=0.03)


def test_outlier_changes_expected_traffic_little() -> None:
    counts, mean = seasonal_counts(300)
    counts[200] *= 3
    expected = expected_daily_traffic(counts)[201]
    assert expected == pytest.approx(mean[201 : 201 + AHEAD], rel=0.1)


def test_expected_participants_follow_the_weekly_season() -> None:
    counts, _ = seasonal_counts(300)
    y, mean = seasonal_counts(20, seed=1)
    traffic = Traffic(counts, expected_daily_traffic(counts), NO_EFFECTS, 0)
    series = series_before_launch(y)
    means = expected_participants(series, traffic, rate_weights([series], traffic))
    assert means[-1] == pytest.approx(mean[DAYS:], rel=0.25)
    assert np.abs(np.log(means[150:DAYS, 0] / mean[150:DAYS])).mean() < 0.12


def test_rate_weights_prefer_traffic_only_if_it_predicts_participation() -> None:
    rng = np.random.default_rng(5)
    active_users = (100 * np.exp(0.006 * np.arange(DAYS))).round()
    traffic = Traffic(active_users, expected_daily_traffic(active_users), NO_EFFECTS, 0)
    proportional = rng.poisson(active_users / 5).astype(float)
    independent = rng.poisson(60, DAYS).astype(float)
    # Before a campaign's launch, the slow model with traffic takes the place of the last one.
    with_traffic = [0, 1, N_RATE_MODELS - 1]
    assert rate_weights([series_before_launch(proportional)], traffic)[with_traffic, 0].sum() > 0.95
    assert rate_weights([series_before_launch(independent)], traffic)[with_traffic, 0].sum() < 0.05


def decaying_campaigns(rng: np.random.Generator) -> tuple[list[CampaignCounts], Traffic]:
    """Twelve campaigns of two kinds, launched every 20 days, without participants before the launch. The
    expected participants halve every week after it; the second kind has twice as many.
    """
    traffic = Traffic(np.full(DAYS, 100.0), np.full((DAYS + 1, AHEAD), 100.0), NO_EFFECTS, 0)
    campaigns = []
    for number in range(12):
        launch, kind = 20 * number, 1 + number % 2
        age = np.arange(DAYS) - launch
        mean = np.where(age >= 0, 6.0 * kind * 0.5 ** np.floor(age / 7), 0.0)
        campaigns.append(CampaignCounts(f"kind {kind}", launch, 200, rng.poisson(mean).astype(float)))
    return campaigns, traffic


def test_usual_participants_recover_kind_and_week() -> None:
    campaigns, traffic = decaying_campaigns(np.random.default_rng(8))
    usual = usual_participants(campaigns, traffic)
    for number in (10, 11):
        at_launch = usual[number][campaigns[number].launch]
        assert at_launch[:14] == pytest.approx(np.repeat([6.0, 3.0], 7) * (1 + number % 2), rel=0.35)
    before_launch = usual[11][campaigns[11].launch - 3]
    assert (before_launch[:3] == 0).all()
    assert (before_launch[3:] > 0).all()


def test_usual_participants_use_nothing_after_the_origin() -> None:
    campaigns, traffic = decaying_campaigns(np.random.default_rng(8))
    origin = 150
    before_origin = np.arange(DAYS) < origin
    corrupted_campaigns = [
        replace(campaign, y=np.where(before_origin, campaign.y, 700.0)) for campaign in campaigns
    ]
    for clean, corrupted in zip(
        usual_participants(campaigns, traffic), usual_participants(corrupted_campaigns, traffic), strict=True
    ):
        np.testing.assert_array_equal(clean[: origin + 1], corrupted[: origin + 1])


def test_rate_weights_prefer_the_usual_rate_for_similar_campaigns() -> None:
    campaigns, traffic = decaying_campaigns(np.random.default_rng(8))
    usual = usual_participants(campaigns, traffic)
    series = [
        Series(campaign.y, campaign.launch, expected)
        for campaign, expected in zip(campaigns, usual, strict=True)
    ]
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
    without_prior, with_prior = (
        expected_daily_traffic(counts, first, 7, prior)[-1] for prior in (None, "us-groceries")
    )
    assert with_prior[2] / without_prior[2] == pytest.approx(effect[2], rel=0.05)


@pytest.mark.parametrize("prior", HOLIDAY_PRIORS)
def test_holiday_priors_are_plausible(prior: str) -> None:
    effect = np.exp(holiday_effect(pd.date_range("2015-01-01", "2027-12-31"), prior))
    assert 0.3 < effect.min() < effect.max() < 2
    assert abs(np.log(effect).mean()) < 0.02


def test_unknown_holiday_prior_is_rejected() -> None:
    with pytest.raises(InvalidRequest, match="no holiday prior 'moon'"):
        holiday_effect(pd.date_range("2017-01-01", "2017-01-02"), "moon")


def test_expected_monthly_traffic_follows_a_level_shift() -> None:
    months = pd.date_range("2001-01-01", periods=63, freq="MS")
    mean = np.where(np.arange(60) < 40, 100.0, 150.0)
    expected, _ = forecast_traffic(np.random.default_rng(5).poisson(mean).astype(float), months, MONTH)
    assert expected.shape == (61, 3)
    assert expected[20:40, 0] == pytest.approx(mean[20:40], rel=0.25)
    assert expected[45:60] == pytest.approx(150, rel=0.25)
