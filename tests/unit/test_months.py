"""Monthly time steps, and monthly forecasts of open campaigns."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.history.history import History
from forecasting.history.time_step import DAY, MONTH, Step, step_named
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from graph.errors import InvalidRequest
from graph.progress import Silent
from tests.unit.test_klstm import RUN, make_history

FIRST, AS_OF = date(2005, 8, 1), date(2010, 1, 1)
QUICK = Configuration(hidden=8, context=4, epochs=2, members=1)


def monthly_history(seed: int = 0) -> History:
    """Three open campaigns of thirty users."""
    rng = np.random.default_rng(seed)
    months = pd.date_range(FIRST, AS_OF, freq="MS", inclusive="left", name="ds")
    users = [f"u{number}" for number in range(30)]
    starts = {campaign: months[month] for campaign, month in {"1": 0, "2": 6, "3": 20}.items()}
    activity = pd.MultiIndex.from_product([users, months], names=["user", "ds"]).to_frame(index=False)
    activity = activity[rng.random(len(activity)) < 0.6].assign(value=1.0, by_coupon=False)
    participations = pd.concat(
        activity[(activity["ds"] >= start) & (rng.random(len(activity)) < 0.4)].assign(
            campaign=campaign, redeemed=False
        )
        for campaign, start in starts.items()
    )[["campaign", "user", "ds", "redeemed"]]
    y = participations.groupby(["campaign", "ds"]).size().unstack(fill_value=0)
    y = y.reindex(columns=months, fill_value=0)
    steps = y.stack().rename("y").astype(float).reset_index().rename(columns={"campaign": "unique_id"})
    steps = steps.assign(in_window=steps["ds"] >= steps["unique_id"].map(starts), level=steps["y"])
    for column in ("redeemers", "purchases", "redemptions", "key_users", "weight", "exposed", "reach"):
        steps[column] = 0.0
    roles = pd.DataFrame(columns=["campaign", "user", "targeted", "score", "group"])
    open_roles = pd.DataFrame({"user": users[:8], "score": [1.0, 1.0] + [0.0] * 6, "group": "g"})
    campaigns = pd.DataFrame(
        {"id": list(starts), "name": "A tag", "kind": "tag", "starts": list(starts.values()),
         "ends": pd.Timestamp("2200-01-01"), "open": True, "targeted": 30}
    )  # fmt: skip
    edges = pd.DataFrame({"source": ["u0", "u1"], "target": ["u2", "u9"], "probability": [0.3, 0.2]})
    bought = participations.iloc[:0].assign(purchases=1, value=0.0, by_coupon=False)
    return History(
        "made-up", replace(RUN, cutoff=date(2008, 1, 1)), AS_OF, FIRST, steps, campaigns, roles, edges,
        participations, bought, activity, open_roles, step=MONTH, opens_untargeted=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def fitted() -> KLSTM:
    return KLSTM(QUICK).fit(monthly_history().before(date(2009, 6, 1)), Silent())


@pytest.mark.parametrize(("step", "number"), [(DAY, 31 + 14), (MONTH, 1)])
def test_step_number_and_start_agree(step: Step, number: int) -> None:
    first, moment = date(2017, 1, 1), pd.Timestamp("2017-02-15 08:00")
    assert step.number(first, moment) == number
    assert step.start_of(first, number) <= moment < step.start_of(first, number + 1)
    assert step.until(first, step.start_of(first, number)) == number
    assert step.until(first, moment) == number + 1
    assert step_named(step.name) is step


def test_unknown_step_is_rejected() -> None:
    with pytest.raises(InvalidRequest, match="fortnight"):
        step_named("fortnight")


def test_monthly_forecast_begins_on_the_first_of_a_month(fitted: KLSTM) -> None:
    forecast = fitted.predict(monthly_history(), 3)
    assert forecast["ds"].unique().tolist() == [*pd.date_range("2010-01-01", periods=3, freq="MS")]
    assert forecast["unique_id"].unique().tolist() == ["1", "2", "3"]
    assert forecast["mean"].between(2, 14).all()  # 30 x 0.6 x 0.4 = 7 a month.
    assert (forecast["participants_p10"] <= forecast["participants_p90"]).all()
    # An origin within a month counts as its first day.
    mid_month = fitted.predict(monthly_history().before(date(2009, 9, 17)), 1)
    pd.testing.assert_frame_equal(mid_month, fitted.predict(monthly_history().before(date(2009, 9, 1)), 1))


def test_monthly_forecast_uses_nothing_after_the_origin(fitted: KLSTM) -> None:
    history = monthly_history()
    for origin in pd.date_range("2009-06-01", "2009-12-01", freq="MS"):
        corrupt_frames = {
            name: frame.assign(
                **{column: frame[column].where(frame["ds"] < origin, 99.0) for column in columns}
            )
            for name, columns in (("steps", ["y", "level", "weight"]), ("activity", ["value"]))
            for frame in [getattr(history, name)]
        }
        extra = history.participations.assign(ds=origin, user="u0")
        corrupt_frames["participations"] = pd.concat([history.participations, extra])
        forecasts = [
            forecast.loc[forecast["cutoff"] < origin, ["unique_id", "ds", "mean", "dispersion"]]
            for forecast in (
                fitted.forecasts_at(known, [origin.date()], 3)
                for known in (history, replace(history, **corrupt_frames))
            )
        ]
        pd.testing.assert_frame_equal(*forecasts)


def test_daily_history_is_rejected_by_a_monthly_model(fitted: KLSTM) -> None:
    with pytest.raises(InvalidRequest, match="trained on months"):
        fitted.predict(make_history(), 1)


def test_users_of_a_month_sum_to_its_forecast(fitted: KLSTM) -> None:
    forecasts = fitted.forecast(monthly_history(), 3)
    assert set(forecasts.users["unique_id"]) == {"1", "2", "3"}
    for campaign, users in forecasts.users.groupby("unique_id"):
        total = forecasts.rows.loc[forecasts.rows["unique_id"] == campaign, "mean"].sum()
        expected = total * (1 - forecasts.others_share(campaign))
        assert users["days"].sum() == pytest.approx(expected, rel=1e-4)


def test_checkpoint_stores_the_time_step(fitted: KLSTM, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model.safetensors")
    loaded = KLSTM.load(tmp_path / "model.safetensors")
    assert loaded.step is MONTH
    pd.testing.assert_frame_equal(loaded.predict(monthly_history(), 3), fitted.predict(monthly_history(), 3))
