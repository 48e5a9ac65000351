"""Time in months: steps counted, and campaigns open to all forecast with nothing later seen."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.history.series import History
from forecasting.history.time_step import DAY, MONTH, step_named
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from graph.errors import InvalidRequest
from graph.progress import Silent
from tests.unit.test_klstm import RUN, make_history

FIRST, AS_OF = date(2005, 8, 1), date(2010, 1, 1)
QUICK = Configuration(hidden=8, context=4, epochs=2, members=1)


def monthly(seed: int = 0) -> History:
    """Three open campaigns of some thirty users; nobody has a part in the third one's network."""
    rng = np.random.default_rng(seed)
    months = pd.date_range(FIRST, AS_OF, freq="MS", inclusive="left", name="ds")
    users = [f"u{one}" for one in range(30)]
    starts = {name: months[place] for name, place in {"1": 0, "2": 6, "3": 20}.items()}
    acts = pd.MultiIndex.from_product([users, months], names=["user", "ds"]).to_frame(index=False)
    acts = acts[rng.random(len(acts)) < 0.6].assign(value=1.0, by_coupon=False)
    parts = pd.concat(
        acts[(acts["ds"] >= start) & (rng.random(len(acts)) < 0.4)].assign(campaign=name, redeemed=False)
        for name, start in starts.items()
    )[["campaign", "user", "ds", "redeemed"]]
    y = parts.groupby(["campaign", "ds"]).size().unstack(fill_value=0).reindex(columns=months, fill_value=0)
    steps = y.stack().rename("y").astype(float).reset_index().rename(columns={"campaign": "unique_id"})
    steps = steps.assign(in_window=steps["ds"] >= steps["unique_id"].map(starts), level=steps["y"])
    for column in ("redeemers", "purchases", "redemptions", "key_users", "weight", "exposed", "reach"):
        steps[column] = 0.0
    roles = pd.DataFrame(
        [(name, user, float(place < 2), "g") for name in ("1", "2") for place, user in enumerate(users[:8])],
        columns=["campaign", "user", "score", "group"],
    )
    campaigns = pd.DataFrame(
        {"id": list(starts), "name": "A tag", "kind": "tag", "starts": list(starts.values()),
         "ends": pd.Timestamp("2200-01-01"), "targeted": 30}
    )  # fmt: skip
    edges = pd.DataFrame({"source": ["u0", "u1"], "target": ["u2", "u9"], "probability": [0.3, 0.2]})
    bought = parts.iloc[:0].assign(value=0.0, by_coupon=False)
    return History(
        "made-up", replace(RUN, cutoff=date(2008, 1, 1)), AS_OF, FIRST, steps, campaigns, roles, edges, parts,
        bought, acts, step=MONTH, open_to_all=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def fitted() -> KLSTM:
    return KLSTM(QUICK).fit(monthly().before(date(2009, 6, 1)), Silent())


@pytest.mark.parametrize(("step", "number"), [(DAY, 31 + 14), (MONTH, 1)])
def test_steps_are_counted_and_begin(step, number) -> None:  # type: ignore[no-untyped-def]
    first, moment = date(2017, 1, 1), pd.Timestamp("2017-02-15 08:00")
    assert step.number(first, moment) == number
    assert step.start_of(first, number) <= moment < step.start_of(first, number + 1)
    assert step.until(first, step.start_of(first, number)) == number
    assert step.until(first, moment) == number + 1
    assert step_named(step.name) is step


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="fortnight"):
        step_named("fortnight")


def test_months_are_forecast_from_the_first_of_one(fitted: KLSTM) -> None:
    found = fitted.predict(monthly(), 3)
    assert found["ds"].unique().tolist() == [*pd.date_range("2010-01-01", periods=3, freq="MS")]
    assert found["unique_id"].unique().tolist() == ["1", "2", "3"]
    assert found["mean"].between(2, 14).all()  # 30 x 0.6 x 0.4 = 7 a month.
    assert (found["participants_p10"] <= found["participants_p90"]).all()
    midway = fitted.predict(monthly().before(date(2009, 9, 17)), 1)
    pd.testing.assert_frame_equal(midway, fitted.predict(monthly().before(date(2009, 9, 1)), 1))


def test_nothing_later_moves_a_month(fitted: KLSTM) -> None:
    history = monthly()
    for origin in pd.date_range("2009-06-01", "2009-12-01", freq="MS"):
        later = {
            name: frame.assign(**{what: frame[what].where(frame["ds"] < origin, 99.0) for what in columns})
            for name, columns in (("steps", ["y", "level", "weight"]), ("activity", ["value"]))
            for frame in [getattr(history, name)]
        }
        extra = history.participations.assign(ds=origin, user="u0")
        spoilt = replace(history, **later, participations=pd.concat([history.participations, extra]))
        both = [
            one.loc[one["cutoff"] < origin, ["unique_id", "ds", "mean", "dispersion"]]
            for one in (fitted.forecasts_at(known, [origin.date()], 3) for known in (history, spoilt))
        ]
        pd.testing.assert_frame_equal(*both)


def test_days_are_no_months(fitted: KLSTM) -> None:
    with pytest.raises(InvalidRequest, match="trained on months"):
        fitted.predict(make_history(), 1)


def test_users_of_open_campaigns_are_not_forecast(fitted: KLSTM) -> None:
    with pytest.raises(InvalidRequest, match="have no target users") as error:
        fitted.predict_users(monthly(), 1)
    assert "groundswell who" in error.value.remedy


def test_a_checkpoint_keeps_its_step(fitted: KLSTM, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model.safetensors")
    loaded = KLSTM.load(tmp_path / "model.safetensors")
    assert loaded.step is MONTH
    pd.testing.assert_frame_equal(loaded.predict(monthly(), 3), fitted.predict(monthly(), 3))
