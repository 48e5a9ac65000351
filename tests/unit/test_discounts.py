"""The effect of discounts on purchases, estimated from simulated purchases with a known effect."""

import numpy as np
import pandas as pd
import pytest

from forecasting.plans.discounts import (
    DiscountEffect,
    Uplift,
    Weeks,
    active_share,
    by_week,
    deviance,
    discount_effect,
    exponent,
)
from graph.errors import InvalidRequest
from tests.unit.test_klstm import make_history

EFFECT = DiscountEffect(
    2.0, 0.1, recent_depth=0.1, deepest=0.4, products=50, deviance_explained=0.1, active_share=0.5
)


def simulated_purchases(b: float, products: int = 200, weeks: int = 40, seed: int = 5) -> Weeks:
    """Purchases drawn from the model with this `b`; the products differ widely in size."""
    rng = np.random.default_rng(seed)
    depth = rng.choice([0.0, 0.1, 0.3], size=(products, weeks), p=[0.6, 0.3, 0.1])
    traffic = rng.uniform(500, 1500, size=weeks)
    size = rng.lognormal(-5, 1, size=(products, 1))
    return Weeks(rng.poisson(size * traffic * np.exp(b * depth)).astype(float), depth, traffic)


def test_exponent_of_two_weeks_is_exact() -> None:
    weeks = Weeks(np.array([[10.0, 20.0]]), np.array([[0.0, 0.5]]), np.array([100.0, 100.0]))
    estimate = exponent(weeks)
    assert estimate is not None
    assert estimate[0] == pytest.approx(np.log(2) / 0.5)
    # Twice the traffic explains twice the purchases: the discount has no effect.
    busier = Weeks(weeks.purchases, weeks.depth, np.array([100.0, 200.0]))
    estimate = exponent(busier)
    assert estimate is not None
    assert estimate[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("b", [0.0, 1.5, 2.5])
def test_interval_of_the_exponent_covers_the_true_value(b: float) -> None:
    z_scores = []
    for seed in range(20):
        estimate = exponent(simulated_purchases(b, seed=seed))
        assert estimate is not None
        z_scores.append((estimate[0] - b) / estimate[1])
    assert np.mean(np.abs(z_scores) < 1.96) >= 0.8
    assert abs(np.mean(z_scores)) < 1


def test_deviance_explained_is_positive_only_with_an_effect() -> None:
    effect = discount_effect(simulated_purchases(2.0), 0.3)
    assert effect.products == 200
    assert effect.deviance_explained > 0.02
    assert abs(discount_effect(simulated_purchases(0.0), 0.3).deviance_explained) < 0.01
    # It is measured on the last eight weeks, with an exponent from the weeks before them.
    weeks = simulated_purchases(2.0)
    weeks.purchases[:, -8:] = 0
    weeks.purchases[:, -8] = 5
    assert exponent(weeks.within(0, 32)) == exponent(simulated_purchases(2.0).within(0, 32))


def test_deviance_of_a_perfect_fit_is_zero() -> None:
    weeks = Weeks(np.array([[100.0, 200.0]]), np.array([[0.0, 0.0]]), np.array([1.0, 2.0]))
    assert deviance(weeks, 0.0) == pytest.approx(0.0, abs=1e-9)


def test_uplift_counts_a_user_once_per_day() -> None:
    # Half of the active days have a purchase. Twice the purchases add half of the other days: 0.75 / 0.5.
    uplift = DiscountEffect(np.log(2) / 0.3, 0.0, 0.1, 0.4, 50, 0.1, 0.5).uplift(0.4)
    assert uplift.ratio == pytest.approx(1.5)
    assert uplift.dispersion == pytest.approx(0.0)
    assert EFFECT.uplift(0.1) == Uplift(1.0, 1.0, 1.0)
    no_discount = EFFECT.uplift(0.0)
    assert no_discount.low < no_discount.ratio < no_discount.high < 1
    assert EFFECT.uplift(0.4).dispersion > EFFECT.uplift(0.2).dispersion > 0


def test_discount_deeper_than_observed_is_rejected() -> None:
    with pytest.raises(InvalidRequest, match="50% is unknown") as error:
        EFFECT.uplift(0.5)
    assert "at most 40%" in error.value.remedy


def test_too_little_data_is_rejected() -> None:
    with pytest.raises(InvalidRequest, match="Only 5 products"):
        discount_effect(simulated_purchases(2.0, products=5), 0.3)
    with pytest.raises(InvalidRequest, match="12 weeks"):
        discount_effect(simulated_purchases(2.0, weeks=12), 0.3)
    weeks = simulated_purchases(2.0)
    with pytest.raises(InvalidRequest, match="never varied"):
        discount_effect(Weeks(weeks.purchases, 0 * weeks.depth, weeks.traffic), 0.3)


def test_products_without_recent_purchases_are_rejected() -> None:
    no_rows = pd.DataFrame(columns=["product", "week", "purchases", "value", "discount"])
    weeks = by_week(no_rows, np.ones(20))
    assert weeks.depth.shape == (0, 20)
    with pytest.raises(InvalidRequest, match="Only 0 products"):
        discount_effect(weeks, 0.3)
    weeks = simulated_purchases(2.0)
    weeks.purchases[:, -8:] = 0
    with pytest.raises(InvalidRequest, match="not bought recently"):
        discount_effect(weeks, 0.3)


def test_weeks_are_sorted_and_rare_products_left_out() -> None:
    rows = pd.DataFrame(
        [
            ("milk", 0, 3, 9.0, 1.0),
            ("milk", 2, 4, 10.0, 0.0),
            ("milk", 9, 1, 1.0, 0.0),  # An incomplete week.
            ("caviar", 1, 1, 50.0, 50.0),
            ("given away", 0, 1, 0.0, 0.0),
            ("given away", 1, 1, 0.0, 0.0),
        ],
        columns=["product", "week", "purchases", "value", "discount"],
    )
    weeks = by_week(rows, np.arange(8.0))
    assert weeks.purchases[:, -4:].tolist() == [[0, 0, 1, 1], [0, 4, 0, 3]]
    assert weeks.depth[:, -4:].tolist() == [[0, 0, 0, 0], [0, 0, 0, 0.1]]
    assert not weeks.purchases[:, :-4].any()


def test_active_share_counts_only_reached_users() -> None:
    history = make_history()
    share = active_share(history, "1")
    assert 0 < share < 1
    assert active_share(history, "unknown") == pytest.approx(0.001)
