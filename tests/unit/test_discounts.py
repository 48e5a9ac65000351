"""The effect of discounts: a planted effect is recovered; too little data is rejected."""

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


def made(b: float, products: int = 200, weeks: int = 40, seed: int = 5) -> Weeks:
    """Purchases that follow the model with this `b`, of products of very different size."""
    draw = np.random.default_rng(seed)
    depth = draw.choice([0.0, 0.1, 0.3], size=(products, weeks), p=[0.6, 0.3, 0.1])
    traffic = draw.uniform(500, 1500, size=weeks)
    size = draw.lognormal(-5, 1, size=(products, 1))
    return Weeks(draw.poisson(size * traffic * np.exp(b * depth)).astype(float), depth, traffic)


def test_two_weeks_tell_it_exactly() -> None:
    weeks = Weeks(np.array([[10.0, 20.0]]), np.array([[0.0, 0.5]]), np.array([100.0, 100.0]))
    found = exponent(weeks)
    assert found is not None
    assert found[0] == pytest.approx(np.log(2) / 0.5)
    busier = Weeks(weeks.purchases, weeks.depth, np.array([100.0, 200.0]))
    found = exponent(busier)
    assert found is not None
    assert found[0] == pytest.approx(0.0, abs=1e-9)  # Twice as many were there to buy.


@pytest.mark.parametrize("b", [0.0, 1.5, 2.5])
def test_what_is_known_is_found_within_its_interval(b: float) -> None:
    off = []
    for seed in range(20):
        found = exponent(made(b, seed=seed))
        assert found is not None
        off.append((found[0] - b) / found[1])
    assert np.mean(np.abs(off) < 1.96) >= 0.8
    assert abs(np.mean(off)) < 1


def test_the_last_weeks_are_told_better_where_discounts_matter() -> None:
    told = discount_effect(made(2.0), 0.3)
    assert told.products == 200
    assert told.deviance_explained > 0.02
    assert abs(discount_effect(made(0.0), 0.3).deviance_explained) < 0.01
    # What they are told by knows nothing of them.
    weeks = made(2.0)
    weeks.purchases[:, -8:] = 0
    weeks.purchases[:, -8] = 5
    assert exponent(weeks.within(0, 32)) == exponent(made(2.0).within(0, 32))


def test_deviance_is_nothing_where_all_is_as_expected() -> None:
    weeks = Weeks(np.array([[100.0, 200.0]]), np.array([[0.0, 0.0]]), np.array([1.0, 2.0]))
    assert deviance(weeks, 0.0) == pytest.approx(0.0, abs=1e-9)


def test_whoever_buys_already_is_counted_once() -> None:
    # Twice the purchases on half of the days: of the other half, half again.
    uplift = DiscountEffect(np.log(2) / 0.3, 0.0, 0.1, 0.4, 50, 0.1, 0.5).uplift(0.4)
    assert uplift.ratio == pytest.approx(1.5)
    assert uplift.dispersion == pytest.approx(0.0)
    assert EFFECT.uplift(0.1) == Uplift(1.0, 1.0, 1.0)
    less = EFFECT.uplift(0.0)
    assert less.low < less.ratio < less.high < 1
    assert EFFECT.uplift(0.4).dispersion > EFFECT.uplift(0.2).dispersion > 0


def test_what_never_was_is_not_told() -> None:
    with pytest.raises(InvalidRequest, match="50% is unknown") as refused:
        EFFECT.uplift(0.5)
    assert "at most 40%" in refused.value.remedy
    with pytest.raises(InvalidRequest, match="Only 5 products"):
        discount_effect(made(2.0, products=5), 0.3)
    with pytest.raises(InvalidRequest, match="12 weeks"):
        discount_effect(made(2.0, weeks=12), 0.3)
    never = made(2.0)
    with pytest.raises(InvalidRequest, match="never varied"):
        discount_effect(Weeks(never.purchases, 0 * never.depth, never.traffic), 0.3)


def test_what_nobody_bought_or_not_lately_says_so() -> None:
    nothing = pd.DataFrame(columns=["product", "week", "purchases", "value", "discount"])
    weeks = by_week(nothing, np.ones(20))
    assert weeks.depth.shape == (0, 20)
    with pytest.raises(InvalidRequest, match="Only 0 products"):
        discount_effect(weeks, 0.3)
    gone = made(2.0)
    gone.purchases[:, -8:] = 0
    with pytest.raises(InvalidRequest, match="not bought recently"):
        discount_effect(gone, 0.3)


def test_weeks_are_put_in_order_and_rare_products_left_out() -> None:
    rows = pd.DataFrame(
        [
            ("milk", 0, 3, 9.0, 1.0),
            ("milk", 2, 4, 10.0, 0.0),
            ("milk", 9, 1, 1.0, 0.0),  # Of a week that is no whole one.
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


def test_the_share_of_active_days_counts_the_reached_alone() -> None:
    history = make_history()
    share = active_share(history, "1")
    assert 0 < share < 1
    nobody = active_share(history, "nothing")
    assert nobody == pytest.approx(0.001)
