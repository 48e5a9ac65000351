"""Generated shops: what they hold agrees, and each of them can be forecast."""

import pandas as pd
import pytest

from benchmarks import generated_histories
from benchmarks.generated_histories import generate_shop
from benchmarks.open import held_out_forecasts
from forecasting.combination.members import MEMBERS
from forecasting.klstm.trainer import Configuration

QUICK = Configuration(hidden=8, context=4, epochs=1, members=1)
SEEDS = {3: "hour", 13: "day", 10: "week", 11: "month"}
"""Small shops, by seed."""


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated_histories, "_MAX_POINTS", 300)


def test_shops_are_the_same_for_the_same_seed_and_differ_between_seeds() -> None:
    first, again, other = generate_shop(4), generate_shop(4), generate_shop(10)
    assert first.name == again.name != other.name
    pd.testing.assert_frame_equal(first.history.steps, again.history.steps)


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_count_the_participants(seed: int) -> None:
    history = generate_shop(seed).history
    assert history.step.name == SEEDS[seed]
    counted = history.participations.groupby(["campaign", "ds"])["user"].nunique()
    since_launch = history.steps[history.steps["in_window"] & (history.steps["y"] > 0)]
    y = since_launch.set_index(["unique_id", "ds"])["y"]
    assert y.sort_index().to_dict() == counted.sort_index().to_dict()
    # Whoever takes part is active, and a target user where there are any.
    active = pd.MultiIndex.from_frame(history.activity[["user", "ds"]])
    assert pd.MultiIndex.from_frame(history.participations[["user", "ds"]]).isin(active).all()
    targeted = history.participations[~history.participations["campaign"].isin(history.open_ids)]
    pairs = pd.MultiIndex.from_frame(history.roles[["campaign", "user"]])
    assert pd.MultiIndex.from_frame(targeted[["campaign", "user"]]).isin(pairs).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_shops_are_forecast(seed: int) -> None:
    rows = held_out_forecasts(generate_shop(seed), QUICK)
    assert not rows.empty
    assert rows[["Combination", *MEMBERS]].gt(0).all(axis=None)
