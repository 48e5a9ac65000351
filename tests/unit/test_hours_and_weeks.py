"""Histories and forecasts by hour and by week: their steps, seasons, users, and no use of later data."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.baseline.baseline import traffic_of
from forecasting.evaluation.backtest import COMBINATION, backtest, score
from forecasting.history.calendar import calendar_features
from forecasting.history.history import History
from forecasting.history.series import fill_steps
from forecasting.history.time_step import DAY, HOUR, MONTH, STEPS, WEEK, Step
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from graph.errors import InvalidRequest
from graph.progress import Silent
from tests.unit.test_klstm import RUN

FIRST = date(2024, 1, 3)  # A Wednesday.
USERS = [f"u{number:02}" for number in range(40)]
QUICK = Configuration(hidden=8, context=4, epochs=2, members=1)
N_STEPS = {HOUR: 20 * 24, WEEK: 130}
WINDOWS = {
    HOUR: [(6 * 24 + 9, 7 * 24), (12 * 24 + 18, 14 * 24), (18 * 24, 21 * 24)],
    WEEK: [(30, 60), (70, 200)],
}
"""First step, and the step after the last, of each campaign; the last one runs at the end of the data."""


def history_by(step: Step, *, targeted: bool = False, seed: int = 0) -> History:
    """A history in which users are active by day, not by night, and a quarter of them take part."""
    rng = np.random.default_rng(seed)
    calendar = step.range(FIRST, 0, N_STEPS[step]).rename("ds")
    activity = pd.MultiIndex.from_product([USERS, calendar], names=["user", "ds"]).to_frame(index=False)
    hour = activity["ds"].dt.hour if step == HOUR else 12
    awake = np.where((hour >= 8) & (hour < 22), 0.4, 0.02) if step == HOUR else 0.4
    activity = activity[rng.random(len(activity)) < awake].assign(value=1.0, by_coupon=False)
    rows, drawn, steps, roles = [], [], [], []
    for number, (start, end) in enumerate(WINDOWS[step]):
        starts, ends = step.start_of(FIRST, start), step.start_of(FIRST, end)
        rows.append((f"c{number}", f"Campaign {number}", "sale", starts, ends))
        inside = activity["ds"].between(starts, ends, inclusive="left") & (rng.random(len(activity)) < 0.25)
        part = activity.loc[inside, ["user", "ds"]].assign(campaign=f"c{number}")
        drawn.append(part)
        counts = part.groupby("ds").size().rename("y").reset_index()
        counts = counts.assign(weight=counts["y"], level=counts["y"])
        steps.append(fill_steps(counts, f"c{number}", starts, calendar[: min(end, len(calendar))]))
        roles.append(pd.DataFrame({"campaign": f"c{number}", "user": USERS, "targeted": starts,
                                   "score": 0.0, "group": "g"}))  # fmt: skip
    participations = pd.concat(drawn, ignore_index=True)
    campaigns = pd.DataFrame(rows, columns=["id", "name", "kind", "starts", "ends"])
    role_rows = pd.concat(roles, ignore_index=True)
    return History(
        dataset="made-up", network=replace(RUN, cutoff=date(2030, 1, 1)), first_day=FIRST,
        as_of=step.origin(step.start_of(FIRST, N_STEPS[step])), steps=pd.concat(steps, ignore_index=True),
        campaigns=campaigns.assign(open=not targeted, targeted=len(USERS)),
        roles=role_rows if targeted else role_rows.iloc[:0],
        edges=pd.DataFrame({"source": ["u00", "u01"], "target": ["u02", "u03"], "probability": [0.3, 0.2]}),
        participations=participations.assign(redeemed=False, purchases=0, redemptions=0, weight=1.0),
        bought=participations.iloc[:0].assign(purchases=1, value=0.0, by_coupon=False),
        activity=activity,
        open_roles=pd.DataFrame({"user": USERS[:6], "score": [2.0, 1.0, 0, 0, 0, 0], "group": "g"}),
        step=step, opens_untargeted=not targeted, country="DE",
    )  # fmt: skip


@pytest.fixture(scope="module", params=[HOUR, WEEK], ids=lambda step: step.name)
def fitted(request: pytest.FixtureRequest) -> tuple[KLSTM, History]:
    history = history_by(request.param)
    first = history.step.origin(history.step.start_of(FIRST, N_STEPS[request.param] - 12))
    return KLSTM(QUICK).fit(history.before(first), Silent()), history


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_numbers_and_beginnings_of_steps_agree(step: Step) -> None:
    moment = pd.Timestamp("2024-12-31 15:30")
    number = step.number(FIRST, moment)
    begins = step.start_of(FIRST, number)
    assert begins <= moment < step.start_of(FIRST, number + 1)
    assert step.floor(pd.Series([moment])).tolist() == [begins]
    assert step.until(FIRST, begins) == number
    assert step.until(FIRST, moment) == number + 1
    assert pd.Timestamp(step.origin(moment)) == begins
    assert pd.Timestamp(step.text(moment)) == begins


def test_weeks_begin_on_monday_and_have_the_season_of_their_year() -> None:
    assert WEEK.start_of(FIRST, 0) == pd.Timestamp("2024-01-01")
    assert WEEK.number(FIRST, pd.Timestamp("2024-01-07 23:59")) == 0
    assert WEEK.number(FIRST, pd.Timestamp("2024-01-08")) == 1
    assert WEEK.number(FIRST, pd.Timestamp("1968-12-30")) < 0
    mondays = pd.DatetimeIndex(["2024-01-01", "2024-12-23", "2020-12-28"])  # The last is in week 53 of 2020.
    assert WEEK.season_positions(mondays).tolist() == [0, 51, 51]


def test_only_origins_of_hours_have_a_clock() -> None:
    moment = pd.Timestamp("2024-11-29 20:40")
    assert HOUR.origin(moment) == datetime(2024, 11, 29, 20)
    assert HOUR.text(moment) == "2024-11-29T20:00"
    for step in (DAY, WEEK, MONTH):
        assert not isinstance(step.origin(moment), datetime)
    assert WEEK.text(moment) == "2024-11-25"


def test_hours_know_holidays_and_weeks_do_not() -> None:
    christmas = pd.date_range("2024-12-25", periods=24, freq="h")
    features = calendar_features(christmas, HOUR, "DE")
    assert (features[:, 2] == 1).all()
    assert features[:, 0].max() > 0.9
    assert (calendar_features(WEEK.range(FIRST, 0, 52), WEEK, "DE")[:, 2:] == 0).all()


def test_traffic_of_hours_learns_nights_and_weekends() -> None:
    history = history_by(HOUR)
    weekend = history.activity["ds"].dt.day_of_week >= 5
    keep = ~weekend | (np.random.default_rng(1).random(len(weekend)) < 0.4)
    traffic = traffic_of(replace(history, activity=history.activity[keep]), None)
    calendar = HOUR.range(FIRST, 0, traffic.expected.shape[0] - 1)
    ahead = pd.Series(traffic.expected[:-1, 0], calendar)[14 * 24 :]
    by_day = ahead[ahead.index.hour.isin(range(9, 21))]
    assert by_day[by_day.index.day_of_week < 5].mean() > 1.6 * by_day[by_day.index.day_of_week >= 5].mean()
    assert ahead[ahead.index.hour.isin(range(1, 6))].mean() < by_day.mean() / 4


def test_forecast_is_near_the_actual_numbers_and_follows_the_clock(fitted: tuple[KLSTM, History]) -> None:
    model, history = fitted
    horizon = history.step.default_horizon
    forecast = model.predict(history, horizon)
    assert forecast["unique_id"].unique().tolist() == [history.campaigns["id"].iloc[-1]]
    assert forecast["ds"].tolist() == [*history.step.range(FIRST, history.n_steps, horizon)]
    mean = forecast.set_index("ds")["mean"]
    if history.step == HOUR:  # Four of forty an hour by day.
        assert mean[mean.index.hour.isin(range(10, 20))].mean() == pytest.approx(4.0, rel=0.4)
        assert mean[mean.index.hour.isin(range(1, 6))].mean() < 1.5
    else:
        assert mean.mean() == pytest.approx(4.0, rel=0.4)


def test_users_and_groups_sum_to_the_forecast(fitted: tuple[KLSTM, History]) -> None:
    model, history = fitted
    forecasts = model.forecast(history, history.step.default_horizon)
    total = forecasts.rows["mean"].sum()
    others = forecasts.others_share(forecasts.frames[0].id)
    assert forecasts.users["days"].sum() == pytest.approx(total * (1 - others), rel=1e-4)
    assert forecasts.groups["mean"].sum() == pytest.approx(total, rel=1e-4)
    explanation = model.explain(forecasts, forecasts.frames[0].id)
    assert (explanation.unit, explanation.steps) == (history.step.name, history.step.default_horizon)
    assert explanation.associations.empty  # Traits are defined in days.


def test_back_test_counts_the_steps_ahead(fitted: tuple[KLSTM, History]) -> None:
    model, history = fitted
    first = history.step.origin(history.step.start_of(FIRST, history.n_steps - 12))
    rows, weights = backtest(model, history, first, 3, 2, Silent())
    assert sorted(rows["h"].unique()) == [1, 2, 3]
    ahead = history.step.numbers(FIRST, rows["ds"]) - history.step.numbers(FIRST, rows["cutoff"])
    assert (ahead == rows["h"]).all()
    assert weights.sum() == pytest.approx(1.0)
    errors = score(rows, history).set_index("model")["mae"]
    assert errors[COMBINATION] < 3


def test_forecasts_use_nothing_at_or_after_the_origin(fitted: tuple[KLSTM, History]) -> None:
    model, history = fitted
    origin = history.step.origin(history.step.start_of(FIRST, history.n_steps - 6))
    extra = history.participations.tail(1).assign(ds=pd.Timestamp(origin), user="u00")
    corrupt = replace(
        history,
        steps=history.steps.assign(
            y=history.steps["y"].where(history.steps["ds"] < pd.Timestamp(origin), 99.0)
        ),
        participations=pd.concat([history.participations, extra]),
        activity=history.activity[history.activity["ds"] < pd.Timestamp(origin)],
    )
    before, after = (model.predict(known.before(origin), 3) for known in (history, corrupt))
    assert not before.empty
    pd.testing.assert_frame_equal(before, after)


def test_checkpoint_keeps_step_and_cutoff(fitted: tuple[KLSTM, History], tmp_path: Path) -> None:
    model, history = fitted
    model.save(tmp_path / "model.safetensors")
    loaded = KLSTM.load(tmp_path / "model.safetensors")
    assert (loaded.step, loaded.cutoff) == (model.step, model.cutoff)
    pd.testing.assert_frame_equal(loaded.predict(history, 2), model.predict(history, 2))


def test_horizon_is_limited_in_steps(fitted: tuple[KLSTM, History]) -> None:
    model, history = fitted
    with pytest.raises(InvalidRequest, match=f"{history.step.name}s"):
        model.predict(history, history.step.horizon + 1)


def test_targeted_campaigns_by_hour_count_from_their_launch_on() -> None:
    history = history_by(HOUR, targeted=True)
    model = KLSTM(QUICK).fit(history.before(history.as_of - timedelta(hours=6)), Silent())
    forecasts = model.forecast(history, 6)
    assert len(forecasts.users) == len(USERS)
    assert forecasts.rows["mean"].between(0.01, 12).all()


def test_plan_by_hour_is_forecast_from_the_usual_rate() -> None:
    history = history_by(HOUR)
    plan = history.campaigns.tail(1).assign(
        id="plan", starts=history.as_of + timedelta(hours=9), ends=history.as_of + timedelta(hours=21)
    )
    model = KLSTM(QUICK).fit(history, Silent())
    no_steps = history.steps[history.steps["unique_id"] == "c2"].assign(
        unique_id="plan", y=0.0, in_window=False
    )
    history = replace(history, steps=pd.concat([history.steps, no_steps]))
    planned = model.predict_planned(history.with_campaigns(plan).before(history.as_of, "plan"), "plan")
    assert len(planned.steps) == 12
    assert planned.steps["ds"].iloc[0] == pd.Timestamp(history.as_of) + pd.Timedelta(hours=9)
    assert planned.total.mean == pytest.approx(12 * 4.0, rel=0.5)


def with_flash_sales(history: History, days: list[int]) -> History:
    """The history with flash sales alone, from 18 to 22 o'clock, which themselves bring 30 users an hour."""
    calendar = history.step.range(FIRST, 0, history.n_steps).rename("ds")
    campaigns, drawn, steps = [], [], []
    for number, day in enumerate(days):
        launch = day * 24 + 18
        starts, ends = (history.step.start_of(FIRST, hour) for hour in (launch, launch + 4))
        visitors = [f"v{(number * 31 + visitor) % 90:02}" for visitor in range(30)]
        part = pd.MultiIndex.from_product([visitors, calendar[launch : launch + 4]], names=["user", "ds"])
        drawn.append(part.to_frame(index=False).assign(campaign=f"s{number}"))
        campaigns.append(
            history.campaigns.iloc[0].to_dict() | {"id": f"s{number}", "starts": starts, "ends": ends}
        )
        counts = pd.DataFrame({"ds": calendar[launch : launch + 4], "y": 30.0, "weight": 30.0, "level": 30.0})
        steps.append(fill_steps(counts, f"s{number}", starts, calendar[: launch + 4]))
    participations = pd.concat(drawn, ignore_index=True)
    visits = participations[["user", "ds"]].assign(value=1.0, by_coupon=False)
    return replace(
        history,
        campaigns=pd.DataFrame(campaigns).assign(targeted=130),
        steps=pd.concat(steps, ignore_index=True),
        participations=participations.assign(redeemed=False, purchases=0, redemptions=0, weight=1.0),
        activity=pd.concat([history.activity, visits], ignore_index=True),
    )


def test_plan_of_a_sale_that_brings_its_own_users_is_like_past_sales() -> None:
    history = with_flash_sales(history_by(HOUR), [3, 5, 8, 10, 12, 15, 17])
    model = KLSTM(QUICK).fit(history, Silent())
    starts = pd.Timestamp(history.as_of) + pd.Timedelta(hours=18)
    plan = history.campaigns.tail(1).assign(id="plan", starts=starts, ends=starts + pd.Timedelta(hours=4))
    calendar = HOUR.range(FIRST, 0, history.n_steps).rename("ds")
    none = fill_steps(history.steps.iloc[:0].drop(columns="unique_id"), "plan", starts, calendar)
    history = replace(history, steps=pd.concat([history.steps, none])).with_campaigns(plan)
    planned = model.predict_planned(history.before(history.as_of, "plan"), "plan")
    assert planned.total.mean == pytest.approx(120, rel=0.25)
    assert planned.total.p10 < 120 < planned.total.p90
