"""Forecasts of campaigns before their launch, as planned and changed."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from forecasting.baseline.baseline import Baseline
from forecasting.history.series import History
from forecasting.klstm.forecaster import KLSTM
from forecasting.plans.plan_forecast import expected_plan, launch_dispersion, replanned
from graph.errors import InvalidRequest
from graph.progress import Silent
from tests.unit.test_klstm import QUICK, make_history

STARTS, ENDS = pd.Timestamp("2017-05-10"), pd.Timestamp("2017-05-24")


def with_plan(history: History) -> History:
    """A third campaign that begins on the 10th of May and reaches four of the six users, whose acts so far
    with its products are known.
    """
    acts = history.activity[history.activity["user"].isin(["u0", "u1", "u2", "u3"])]
    bought = acts.assign(campaign="3")
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
        bought=pd.concat([history.bought, bought], ignore_index=True),
    )


@pytest.fixture(scope="module")
def model() -> KLSTM:
    return KLSTM(QUICK).fit(make_history(), Silent())


def test_a_plan_is_forecast_whole(model: KLSTM) -> None:
    made = model.predict_planned(with_plan(make_history()), "3")
    assert made.steps["ds"].tolist() == list(pd.date_range(STARTS, ENDS - pd.Timedelta(days=1)))
    assert made.total.mean == pytest.approx(made.steps["mean"].sum())
    assert made.total.p10 < made.total.p50 < made.total.p90
    assert made.users["days"].sum() == pytest.approx(made.total.mean, rel=1e-6)
    assert set(made.users["user"]) == {"u0", "u1", "u2", "u3"}
    # What its users did a day with its products so far, where only that is known.
    so_far = with_plan(make_history()).steps.query("unique_id == '3'")["y"].mean()
    assert made.steps["mean"].mean() == pytest.approx(so_far, rel=0.5)


def test_a_change_of_plan_changes_the_forecast(model: KLSTM) -> None:
    history = with_plan(make_history())
    whole = model.predict_planned(history, "3").total.mean
    shorter = replanned(history, "3", None, date(2017, 5, 17), None)
    half = model.predict_planned(shorter, "3")
    assert len(half.steps) == 7
    assert half.total.mean == pytest.approx(whole / 2, rel=0.15)
    later = model.predict_planned(replanned(history, "3", date(2017, 5, 12), None, None), "3")
    assert later.steps["ds"].min() == pd.Timestamp("2017-05-12")
    fewer = model.predict_planned(replanned(history, "3", None, None, ["u0", "u1"]), "3")
    assert set(fewer.users["user"]) == {"u0", "u1"}
    assert 0 < fewer.total.mean < whole


def test_invalid_plans_are_rejected(model: KLSTM) -> None:
    history = with_plan(make_history())
    with pytest.raises(InvalidRequest, match="has been running since"):
        model.predict_planned(history, "1")
    with pytest.raises(InvalidRequest, match="cannot be forecast"):
        model.predict_planned(replanned(history, "3", None, date(2018, 1, 1), None), "3")
    with pytest.raises(InvalidRequest, match="cannot be forecast"):
        model.predict_planned(replanned(history, "3", None, date(2017, 5, 9), None), "3")
    with pytest.raises(InvalidRequest, match="1 users are not planned targets"):
        replanned(history, "3", None, None, ["u0", "u5"])


def test_errors_at_earlier_launches_widen_the_intervals() -> None:
    history = make_history()
    over = pd.Timestamp("2017-04-20")
    steps = history.steps[history.steps["ds"] < over]
    history = replace(history, campaigns=history.campaigns.assign(ends=over), steps=steps)
    baseline = Baseline.fit(history, None)
    calm = launch_dispersion(history, baseline)
    own = history.steps["unique_id"].eq("1") & history.steps["in_window"]
    wild = replace(history, steps=history.steps.assign(y=history.steps["y"].where(~own, 90.0)))
    assert launch_dispersion(wild, baseline) > calm


def test_later_campaigns_do_not_change_a_plan() -> None:
    """Other planned campaigns and their users do not enter the forecast."""
    history = with_plan(make_history())
    others = history.campaigns.iloc[:1].assign(id="9", starts=STARTS + pd.Timedelta(days=3), targeted=6)
    more = replace(history, campaigns=pd.concat([history.campaigns, others], ignore_index=True))
    baseline = Baseline.fit(make_history(), None)
    alone, together = (expected_plan(known, baseline, "3")["mean"] for known in (history, more))
    np.testing.assert_allclose(alone, together)
