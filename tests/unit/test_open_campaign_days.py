"""Days of campaigns that are open to all: their users, their baseline, their training examples."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.baseline.baseline import Baseline, traffic_of
from forecasting.evaluation.backtest import seasonal_naive_error
from forecasting.history import campaign_users as module
from forecasting.history.campaign_users import campaign_users, open_candidates, others_share
from forecasting.history.history import History
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.samples import campaign_frames, training_samples
from forecasting.klstm.share_origins import share_origins
from graph.progress import Silent
from tests.unit.test_klstm import FIRST, QUICK, RUN, make_history

AS_OF = date(2017, 5, 1)
LAUNCHES = {"1": 60, "2": 80, "3": 110}
USERS = [f"u{number:02}" for number in range(40)]


def open_history(seed: int = 0) -> History:
    """Three open campaigns, each of which draws a fifth of the active users a day; the last user is new."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(FIRST, AS_OF - timedelta(days=1), name="ds")
    activity = pd.MultiIndex.from_product([USERS, days], names=["user", "ds"]).to_frame(index=False)
    activity = activity[rng.random(len(activity)) < 0.5]
    activity = activity[(activity["user"] != USERS[-1]) | (activity["ds"] >= days[-5])]
    activity = activity.assign(value=1.0, by_coupon=False)
    starts = {campaign: days[launch] for campaign, launch in LAUNCHES.items()}
    drawn = [
        activity[(activity["ds"] >= start) & (rng.random(len(activity)) < 0.2)].assign(campaign=campaign)
        for campaign, start in starts.items()
    ]
    participations = pd.concat(drawn, ignore_index=True)[["campaign", "user", "ds"]]
    participations = participations.assign(redeemed=False, purchases=0, redemptions=0, weight=1.0)
    y = participations.groupby(["campaign", "ds"]).size().unstack(fill_value=0).reindex(columns=days)
    steps = y.fillna(0.0).stack().rename("y").reset_index().rename(columns={"campaign": "unique_id"})
    steps = steps.assign(in_window=steps["ds"] >= steps["unique_id"].map(starts))
    steps = steps.assign(level=steps["y"], weight=steps["y"])
    for column in ("redeemers", "purchases", "redemptions", "key_users", "exposed", "reach"):
        steps[column] = 0.0
    campaigns = pd.DataFrame(
        {"id": list(starts), "name": "A campaign", "kind": "Type A", "starts": list(starts.values()),
         "ends": pd.Timestamp("2017-05-10"), "open": True, "targeted": 40}
    )  # fmt: skip
    targeted = make_history()
    return replace(
        targeted, network=replace(RUN, cutoff=AS_OF), steps=steps, campaigns=campaigns,
        roles=targeted.roles.iloc[:0], participations=participations, bought=targeted.bought.iloc[:0],
        edges=pd.DataFrame({"source": ["u00", "u01"], "target": ["u02", "u03"], "probability": [0.3, 0.2]}),
        activity=activity, opens_untargeted=True,
        open_roles=pd.DataFrame({"user": USERS[:6], "score": [2.0, 1.0, 0, 0, 0, 0], "group": "g"}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def fitted() -> KLSTM:
    return KLSTM(QUICK).fit(open_history(), Silent())


def test_key_users_and_members_of_groups_are_candidates_before_the_users_active_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    history = open_history()
    recent = history.activity["user"].isin(["u30", *USERS[:6]])
    history = replace(
        history, activity=history.activity[recent | (history.activity["ds"] < pd.Timestamp("2017-03-01"))]
    )
    monkeypatch.setattr(module, "MAX_CANDIDATES", 7)
    users = open_candidates(history.activity, history.open_roles)["user"].tolist()
    assert set(users[:2]) == {"u00", "u01"}
    assert set(users[2:6]) == {"u02", "u03", "u04", "u05"}
    assert users[6] == "u30"


def test_users_beyond_the_candidates_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    history = open_history()
    latest = history.participations[history.participations["ds"] >= pd.Timestamp(AS_OF) - pd.Timedelta("14D")]
    new = (latest["user"] == USERS[-1]).sum()
    assert new > 0
    assert others_share(history) == pytest.approx(new / (len(latest) + 1))
    monkeypatch.setattr(module, "MAX_CANDIDATES", 10)
    assert others_share(history) > 0.5


def test_an_open_campaign_has_training_examples_from_its_launch_on() -> None:
    history = open_history()
    frames = campaign_frames(history, Baseline.fit(history, None))
    origins = {frame.id: [sample.origin for sample in training_samples([frame])] for frame in frames}
    assert origins == {campaign: list(range(launch, 120)) for campaign, launch in LAUNCHES.items()}
    assert {sample.example.num_nodes for sample in training_samples(frames)} == {6}


def test_many_examples_are_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    history = open_history()
    frames = campaign_frames(history, Baseline.fit(history, None))
    monkeypatch.setattr("forecasting.klstm.samples._MAX_NODE_ROWS", 300)
    samples = list(training_samples(frames))
    assert sum(sample.example.num_nodes for sample in samples) <= 300
    assert {sample.origin for sample in samples} >= {60}


def test_baseline_of_an_open_campaign_begins_at_the_usual_rate() -> None:
    history = open_history()
    baseline = Baseline.fit(history, None)
    expected = baseline.expected(history, traffic_of(history, None))
    steps = dict(iter(history.steps.groupby("unique_id")))
    launch = LAUNCHES["3"]
    actual = steps["3"]["y"].to_numpy()[launch : launch + 7].mean()
    for origin in (launch, launch + 1):  # On its first day, and after it.
        assert expected["3"][origin][:7].mean() == pytest.approx(actual, rel=0.3)


def test_shares_are_fitted_to_weeks_since_the_launch() -> None:
    history = open_history()
    frames = campaign_frames(history, Baseline.fit(history, None))
    origins = {
        frame.id: list(each) for frame, (_, each) in zip(frames, share_origins(frames, 120), strict=True)
    }
    assert origins == {"1": [*range(60, 114, 7)], "2": [*range(80, 114, 7)], "3": [110]}


def test_shares_of_a_short_campaign_are_also_fitted_after_its_launch() -> None:
    history = open_history()
    (frame, *_) = campaign_frames(history, Baseline.fit(history, None))
    ((_, origins),) = share_origins([replace(frame, end=frame.start + 6)], 120)
    assert list(origins) == [60, 61, 62, 63, 64, 65]


def test_users_are_known_from_their_first_activity_on() -> None:
    users = campaign_users(open_history())["1"]
    new = users.ids.get_loc(USERS[-1])
    assert [users.can_take_part(origin)[new] for origin in (60, 120)] == [False, True]


def test_users_and_groups_sum_to_the_forecast(fitted: KLSTM) -> None:
    history = open_history()
    forecasts = fitted.forecast(history, 5)
    forecast, users, groups = forecasts.steps, forecasts.users, forecasts.groups
    total = forecast.groupby("unique_id")["mean"].sum()
    others = others_share(history)
    assert users.groupby("unique_id")["days"].sum().to_dict() == pytest.approx(
        (total * (1 - others)).to_dict()
    )
    assert groups.groupby("unique_id")["mean"].sum().to_dict() == pytest.approx(total.to_dict())
    assert forecast["mean"].between(2, 8).all()  # 40 x 0.5 x 0.2 = 4 a day.


def test_open_forecasts_use_nothing_after_the_origin(fitted: KLSTM) -> None:
    history, origin = open_history(), pd.Timestamp(AS_OF)
    later = replace(history, as_of=AS_OF + timedelta(days=2))
    days = pd.DataFrame({"ds": [origin, origin + pd.Timedelta(days=1)]})
    steps = pd.concat(
        [history.steps, days.merge(pd.DataFrame({"unique_id": list(LAUNCHES)}), how="cross").assign(
            y=99.0, level=99.0, weight=99.0, in_window=True, redeemers=9.0, purchases=9.0, redemptions=9.0,
            key_users=9.0, exposed=9.0, reach=9.0)]
    ).sort_values(["unique_id", "ds"], ignore_index=True)  # fmt: skip
    active = days.assign(user="u10", value=9.0, by_coupon=True)
    part = days.assign(user="new", campaign="1", redeemed=True, purchases=9, redemptions=9, weight=9.0)
    later = replace(
        later,
        steps=steps,
        activity=pd.concat([history.activity, active]),
        participations=pd.concat([history.participations, part]),
        roles=pd.DataFrame(
            {"campaign": ["1"], "user": ["u00"], "targeted": [origin], "score": [1.0], "group": ["g"]}
        ),
    ).before(AS_OF)
    of_later, of_earlier = fitted.forecast(later, 5), fitted.forecast(history, 5)
    for table in ("steps", "users", "groups"):
        pd.testing.assert_frame_equal(getattr(of_later, table), getattr(of_earlier, table), check_dtype=False)


def test_errors_are_scaled_by_the_days_since_the_launch() -> None:
    history = open_history()
    until = history.steps["ds"].iloc[100]
    scale = seasonal_naive_error(history, until)
    y = history.steps[history.steps["unique_id"] == "1"]["y"].to_numpy()[LAUNCHES["1"] : 101]
    assert scale["1"] == pytest.approx(np.abs(y[7:] - y[:-7]).mean())
    assert np.isnan(scale.get("3", np.nan))  # It begins later.


@pytest.mark.parametrize("days", [20, 40])
def test_too_few_days_are_forecast_by_the_baseline(days: int, tmp_path: Path) -> None:
    history, first = open_history(), FIRST + timedelta(days=55)  # Five days before the first launch.
    cut = {
        name: frame[frame["ds"] >= pd.Timestamp(first)].reset_index(drop=True)
        for name in ("steps", "activity", "participations")
        for frame in [getattr(history, name)]
    }
    short = replace(history, first_day=first, **cut).before(first + timedelta(days=days))
    model = KLSTM(replace(QUICK, members=2)).fit(short, Silent())
    assert not model.is_trained
    forecast = model.predict(short, 3)
    frame = campaign_frames(short, Baseline.fit(short, None))[0]
    assert forecast["mean"][:3].tolist() == pytest.approx(frame.baseline[-1, :3].tolist(), rel=1e-4)
    assert (forecast["participants_p90"] > forecast["participants_p10"]).all()
    model.save(tmp_path / "model.safetensors")
    loaded = KLSTM.load(tmp_path / "model.safetensors")
    assert not loaded.is_trained
    pd.testing.assert_frame_equal(loaded.predict(short, 3), forecast)
    explanation = model.explain(model.forecast(short, 3), "1")
    assert explanation.attributions["ratio"].tolist() == pytest.approx([1.0] * len(explanation.attributions))
