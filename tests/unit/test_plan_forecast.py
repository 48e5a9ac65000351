"""Forecasts of planned campaigns, before and after changes to the plan."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from forecasting.baseline.baseline import Baseline
from forecasting.history.history import History
from forecasting.klstm.forecaster import KLSTM
from forecasting.plans.launch_errors import LaunchErrors
from forecasting.plans.plan_forecast import expected_plan, with_changed_plan
from graph.errors import InvalidRequest
from graph.progress import Silent
from tests.unit.test_klstm import QUICK, make_history

STARTS, ENDS = pd.Timestamp("2017-05-10"), pd.Timestamp("2017-05-24")


def with_plan(history: History) -> History:
    """The history with a third campaign, which begins on 10 May and reaches four of the six users.

    All that these users bought so far counts as its products.
    """
    activity = history.activity[history.activity["user"].isin(["u0", "u1", "u2", "u3"])]
    bought = activity.assign(campaign="3")
    plan = history.campaigns.iloc[:1].assign(
        id="3", name="Campaign 3", starts=STARTS, ends=ENDS, targeted=4
    )  # fmt: skip
    days = pd.date_range(history.first_day, history.as_of - timedelta(days=1))
    steps = history.steps[history.steps["unique_id"] == "1"].assign(
        unique_id="3", in_window=False, y=bought.groupby("ds").size().reindex(days, fill_value=0).to_numpy()
    )
    roles = history.roles[history.roles["campaign"] == "1"].iloc[:4].assign(campaign="3", score=0.0)
    return replace(
        history,
        campaigns=pd.concat([history.campaigns, plan], ignore_index=True),
        steps=pd.concat([history.steps, steps], ignore_index=True),
        roles=pd.concat([history.roles, roles], ignore_index=True),
        bought=pd.concat([history.bought, bought.assign(purchases=1)], ignore_index=True),
    )


@pytest.fixture(scope="module")
def model() -> KLSTM:
    return KLSTM(QUICK).fit(make_history(), Silent())


def test_plan_is_forecast_from_its_launch_to_its_end(model: KLSTM) -> None:
    forecast = model.predict_planned(with_plan(make_history()), "3")
    assert forecast.steps["ds"].tolist() == list(pd.date_range(STARTS, ENDS - pd.Timedelta(days=1)))
    assert forecast.total.mean == pytest.approx(forecast.steps["mean"].sum())
    assert forecast.total.p10 < forecast.total.p50 < forecast.total.p90
    assert forecast.users["days"].sum() == pytest.approx(forecast.total.mean, rel=1e-6)
    assert set(forecast.users["user"]) == {"u0", "u1", "u2", "u3"}
    # All that is known are the users' purchases of its products before the launch.
    mean_so_far = with_plan(make_history()).steps.query("unique_id == '3'")["y"].mean()
    assert forecast.steps["mean"].mean() == pytest.approx(mean_so_far, rel=0.5)


def test_changed_plan_changes_the_forecast(model: KLSTM) -> None:
    history = with_plan(make_history())
    planned_total = model.predict_planned(history, "3").total.mean
    half_as_long = model.predict_planned(with_changed_plan(history, "3", None, date(2017, 5, 17), None), "3")
    assert len(half_as_long.steps) == 7
    assert half_as_long.total.mean == pytest.approx(planned_total / 2, rel=0.15)
    later = model.predict_planned(with_changed_plan(history, "3", date(2017, 5, 12), None, None), "3")
    assert later.steps["ds"].min() == pd.Timestamp("2017-05-12")
    fewer_users = model.predict_planned(with_changed_plan(history, "3", None, None, ["u0", "u1"]), "3")
    assert set(fewer_users.users["user"]) == {"u0", "u1"}
    assert 0 < fewer_users.total.mean < planned_total


def test_changed_days_keep_the_times_of_day() -> None:
    history = with_plan(make_history())
    at = {"starts": pd.Timestamp("2017-05-10 18:00"), "ends": pd.Timestamp("2017-05-11 00:00")}
    plan = history.campaigns[history.campaigns["id"] == "3"].assign(**at)
    changed = with_changed_plan(history.with_campaigns(plan), "3", date(2017, 5, 12), date(2017, 5, 13), None)
    moved = changed.campaigns.set_index("id").loc["3"]
    assert [moved["starts"], moved["ends"]] == [time + pd.Timedelta("2D") for time in at.values()]


def test_invalid_plans_are_rejected(model: KLSTM) -> None:
    history = with_plan(make_history())
    with pytest.raises(InvalidRequest, match="has been running since"):
        model.predict_planned(history, "1")
    with pytest.raises(InvalidRequest, match="cannot be forecast"):
        model.predict_planned(with_changed_plan(history, "3", None, date(2018, 1, 1), None), "3")
    with pytest.raises(InvalidRequest, match="cannot be forecast"):
        model.predict_planned(with_changed_plan(history, "3", None, date(2017, 5, 9), None), "3")
    with pytest.raises(InvalidRequest, match="1 users are not planned targets"):
        with_changed_plan(history, "3", None, None, ["u0", "u5"])


def test_launch_dispersion_grows_with_errors_at_past_launches() -> None:
    history = make_history()
    end = pd.Timestamp("2017-04-20")
    steps = history.steps[history.steps["ds"] < end]
    history = replace(history, campaigns=history.campaigns.assign(ends=end), steps=steps)
    baseline = Baseline.fit(history, None)
    dispersion = LaunchErrors.of(history, baseline).dispersion
    # Campaign 1 draws more than four times the usual participants.
    after_launch = history.steps["unique_id"].eq("1") & history.steps["in_window"]
    unusual = replace(history, steps=history.steps.assign(y=history.steps["y"].where(~after_launch, 90.0)))
    assert LaunchErrors.of(unusual, baseline).dispersion > dispersion


def test_other_planned_campaigns_do_not_change_the_forecast() -> None:
    history = with_plan(make_history())
    other_plan = history.campaigns.iloc[:1].assign(id="9", starts=STARTS + pd.Timedelta(days=3), targeted=6)
    two_plans = replace(history, campaigns=pd.concat([history.campaigns, other_plan], ignore_index=True))
    baseline = Baseline.fit(make_history(), None)
    expected, expected_with_other = (
        expected_plan(known, baseline, LaunchErrors.of(known, baseline), "3")["mean"]
        for known in (history, two_plans)
    )
    np.testing.assert_allclose(expected, expected_with_other)
