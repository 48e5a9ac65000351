"""Members of the combination on series with known structure, and weights learned from held-out steps."""

import numpy as np
import pytest
from numpy.typing import NDArray

from forecasting.combination.members import MEMBERS, STATISTICAL, statistical_means
from forecasting.combination.weights import combine, equal_weights, learn_weights
from forecasting.history.time_step import DAY

Floats = NDArray[np.float64]

HORIZON = 14
WEEK = np.array([10.0, 8.0, 8.0, 9.0, 11.0, 15.0, 9.0])


def held_out(errors: Floats, n: int = 60, seed: int = 3) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Means that are off by a factor for each member, outcomes and where they are known."""
    rng = np.random.default_rng(seed)
    true = rng.uniform(5, 40, (n, HORIZON))
    means = true[:, np.newaxis, :] * errors[:, np.newaxis]
    return means, rng.poisson(true).astype(float), np.ones((n, HORIZON), dtype=bool)


def test_weights_follow_the_member_that_did_better() -> None:
    errors = np.array([1.0, *[1.6] * (len(MEMBERS) - 1)])
    weights = learn_weights(*held_out(errors))
    assert weights.sum(axis=0) == pytest.approx(np.ones(HORIZON))
    assert (weights[0] > 0.8).all()


def test_weights_stay_equal_without_evidence() -> None:
    means, y, known = held_out(np.ones(len(MEMBERS)))
    assert learn_weights(means, y, known) == pytest.approx(equal_weights(HORIZON), abs=1e-3)
    assert learn_weights(means, y, np.zeros_like(known)) == pytest.approx(equal_weights(HORIZON))


def test_weights_of_few_steps_stay_near_equal() -> None:
    errors = np.array([1.0, *[1.3] * (len(MEMBERS) - 1)])
    few, many = (learn_weights(*held_out(errors, n)) for n in (2, 200))
    assert 1 / len(MEMBERS) < few[0].mean() < many[0].mean()
    assert few[0].max() < 0.5


def test_members_without_a_forecast_leave_their_weight_to_the_others() -> None:
    means = np.full((len(MEMBERS), 3), 3.5)
    means[0], means[-1] = 31.5, np.nan
    weights = equal_weights(HORIZON)
    # The geometric mean of 32 and, for all other members but the last, 4; less one half.
    assert combine(means, weights) == pytest.approx(np.full(3, 4 * 8 ** (1 / (len(MEMBERS) - 1)) - 0.5))
    means[1:] = np.nan
    assert combine(means, weights) == pytest.approx(np.full(3, 31.5))


def test_one_member_far_off_moves_the_combination_little() -> None:
    means = np.full((len(MEMBERS), 1), 10.0)
    for far in (0.01, 1000.0):
        means[0] = far
        assert 5 < combine(means, equal_weights(1))[0] < 20


def test_statistical_members_continue_a_weekly_pattern() -> None:
    y = np.random.default_rng(1).poisson(np.tile(WEEK, 30)).astype(float)
    means = statistical_means(y, np.ones(len(y) + HORIZON), DAY, HORIZON)
    named = dict(zip(STATISTICAL, means, strict=True))
    for name in ("AutoETS", "AutoTheta", "SeasonalMean"):
        assert named[name] == pytest.approx(np.tile(WEEK, 2), rel=0.25)
    assert named["SeasonalMean"][:7] == pytest.approx(y[-56:].reshape(8, 7).mean(axis=0))
    # Croston's method is for counts that are mostly 0.
    assert np.isnan(named["Croston"]).all()


def test_intermittent_series_get_crostons_method() -> None:
    y = (np.arange(200) % 5 == 0).astype(float)
    croston = statistical_means(y, np.ones(len(y) + 3), DAY, 3)[STATISTICAL.index("Croston")]
    assert croston == pytest.approx(np.full(3, 0.2), rel=0.2)


def test_holiday_effects_are_taken_out_of_the_past_and_put_into_the_future() -> None:
    factors = np.ones(210 + HORIZON)
    factors[[100, 205, 212]] = 3.0
    y = np.tile(WEEK, 30) * factors[:210]
    means = statistical_means(y, factors, DAY, HORIZON)[:-1]
    expected = np.tile(WEEK, 2) * factors[210:]
    assert means == pytest.approx(np.tile(expected, (3, 1)), rel=0.02)


def test_short_series_are_forecast_without_a_season_or_not_at_all() -> None:
    assert np.isnan(statistical_means(np.ones(7), np.ones(30), DAY, 5)).all()
    means = statistical_means(np.arange(1.0, 13.0), np.ones(30), DAY, 5)[: STATISTICAL.index("Croston")]
    assert np.isfinite(means).all()
    assert means[STATISTICAL.index("SeasonalMean")].tolist() == [8.5] * 5  # Of the last eight steps.


def test_short_series_have_the_season_of_traffic() -> None:
    season = np.tile([2.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5], 3)
    level = np.tile([5.0, 7.0], 7)
    means = statistical_means(level[:12] * season[:12], np.ones(21), DAY, 5, season)
    assert means[STATISTICAL.index("SeasonalMean")] == pytest.approx(6 * season[12:17])
    of_long = statistical_means(level * season[:14], np.ones(21), DAY, 5, np.ones(21))
    assert of_long[STATISTICAL.index("SeasonalMean")] == pytest.approx(6 * season[:5])
