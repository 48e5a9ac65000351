"""Users by kind of behaviour: forecast on their own, and inputs of the K-LSTM; nothing later is used."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from forecasting.baseline.baseline import Baseline
from forecasting.behaviours.forecaster import BehaviourForecaster
from forecasting.history.behaviours import behaviour_kinds
from forecasting.history.history import History
from forecasting.history.time_step import HOUR, WEEK, Step
from forecasting.klstm.attributions import attributions
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.samples import BEHAVIOURS, campaign_frames
from graph.errors import NotReady
from graph.importing.mapping.kinds import BehaviourKind, Participation
from graph.importing.runs.rules import Rules
from graph.progress import Silent
from tests.unit.test_hours_and_weeks import history_by
from tests.unit.test_klstm import AS_OF, FIRST, QUICK, make_history
from tests.unit.test_open_campaign_days import open_history

RATES = {"VIEWED": 60.0, "CARTED": 12.0}
LABEL = "recent views, carts, orders, purchases and reviews"


def draw_behaviours(history: History, end: date, seed: int = 0) -> pd.DataFrame:
    """Users of each kind from each launch up to `end`: Poisson, by 50% more at weekends."""
    rng = np.random.default_rng(seed)
    parts = []
    for campaign in history.campaigns.itertuples():
        days = pd.date_range(campaign.starts, end - timedelta(days=1))
        for kind, rate in RATES.items():
            users = rng.poisson(rate * expected_factor(days)).astype(float)
            parts.append(pd.DataFrame({"campaign": campaign.id, "ds": days, "kind": kind, "users": users}))
    return pd.concat(parts, ignore_index=True)


def expected_factor(days: pd.DatetimeIndex) -> np.ndarray:
    return np.where(days.day_of_week >= 5, 1.5, 1.0)


@pytest.fixture(scope="module")
def history() -> History:
    made = make_history()
    return replace(made, behaviours=draw_behaviours(made, AS_OF))


@pytest.fixture(scope="module")
def forecaster(history: History) -> BehaviourForecaster:
    return BehaviourForecaster.fit(history, None, Silent())


def test_known_rates_are_recovered(history: History, forecaster: BehaviourForecaster) -> None:
    forecast = forecaster.predict(history, 14)
    assert forecast["kind"].unique().tolist() == ["VIEWED", "CARTED"]
    # Both campaigns end on the 4th of May: four days are left.
    assert forecast.groupby(["unique_id", "kind"]).size().unique().tolist() == [4]
    expected = forecast["kind"].map(RATES) * expected_factor(pd.DatetimeIndex(forecast["ds"]))
    assert forecast["mean"].to_numpy() == pytest.approx(expected.to_numpy(), rel=0.2)
    assert ((forecast["p10"] < expected) & (expected < forecast["p90"])).all()
    # 80% of Poisson counts lie within 1.3 deviations on either side.
    width = (forecast["p90"] - forecast["p10"]) / np.sqrt(expected)
    assert width.between(2.0, 6.0).all()


def test_fit_and_forecast_use_nothing_at_or_after_the_origin(history: History) -> None:
    origin = AS_OF - timedelta(days=10)
    late = history.behaviours["ds"] >= pd.Timestamp(origin)
    invented = pd.DataFrame(
        {"campaign": "1", "ds": [pd.Timestamp(origin)], "kind": "PRAISED", "users": [1e6]}
    )
    corrupted = replace(
        history,
        behaviours=pd.concat(
            [history.behaviours.assign(users=history.behaviours["users"].mask(late, 1e6)), invented]
        ),
    )
    forecasts = [
        BehaviourForecaster.fit(known, None, Silent()).predict(known, 7)
        for known in (history.before(origin), corrupted.before(origin))
    ]
    pd.testing.assert_frame_equal(*forecasts)
    model = KLSTM(QUICK).fit(history.before(origin), Silent())
    of_participants = [model.forecasts_at(data, [origin], 5) for data in (history, corrupted)]
    pd.testing.assert_frame_equal(*of_participants)
    earlier = origin - timedelta(days=1)  # The test can fail: a day earlier, both see the corruption.
    behaviours = history.behaviours.assign(
        users=history.behaviours["users"].mask(history.behaviours["ds"] >= pd.Timestamp(earlier), 1e6)
    )
    seen = replace(history, behaviours=behaviours)
    assert (model.forecasts_at(seen, [origin], 5)["KLSTM"] != of_participants[0]["KLSTM"]).all()
    known = seen.before(origin)
    assert (BehaviourForecaster.fit(known, None, Silent()).predict(known, 7)["mean"] > 100).any()


def test_users_of_a_kind_are_counted_in_their_steps(history: History) -> None:
    users = history.behaviours.query("kind == 'VIEWED'").set_index(["campaign", "ds"])["users"]
    counted = history.of_kind("VIEWED").steps.set_index(["unique_id", "ds"])["y"]
    assert counted.reindex(users.index).tolist() == users.tolist()
    assert counted.drop(users.index).sum() == 0


def test_kind_that_nobody_has_shown_in_a_campaign_is_not_forecast_there(
    history: History, forecaster: BehaviourForecaster
) -> None:
    """Other campaigns' usual rate would expect it."""
    rows = history.behaviours
    without = replace(history, behaviours=rows[(rows["campaign"] != "2") | (rows["kind"] != "CARTED")])
    forecast = forecaster.predict(without, 4)
    kinds = forecast.groupby("unique_id")["kind"].unique()
    assert [*kinds["1"]] == ["VIEWED", "CARTED"]
    assert [*kinds["2"]] == ["VIEWED"]


def test_saved_models_forecast_the_same(
    history: History, forecaster: BehaviourForecaster, tmp_path: Path
) -> None:
    path = tmp_path / "model.behaviours.safetensors"
    forecaster.save(path)
    loaded = BehaviourForecaster.load(path, "shop")
    pd.testing.assert_frame_equal(loaded.predict(history, 7), forecaster.predict(history, 7))
    BehaviourForecaster({}).save(path)  # A later training found no kinds.
    assert not path.exists()
    path.write_bytes(b"no checkpoint")
    with pytest.raises(NotReady, match="not a checkpoint"):
        BehaviourForecaster.load(path, "shop")


def test_kinds_shown_too_early_are_not_forecast(history: History) -> None:
    early = history.behaviours["ds"] < pd.Timestamp(FIRST) + pd.Timedelta(days=61)
    rare = history.behaviours[early | (history.behaviours["kind"] == "VIEWED")]
    assert replace(history, first_day=date(2017, 1, 6), behaviours=rare).forecast_kinds == ["VIEWED"]


def test_data_without_other_kinds_trains_and_forecasts_the_same() -> None:
    history = make_history()
    assert BehaviourForecaster.fit(history, None, Silent()).models == {}
    model = KLSTM(QUICK).fit(history, Silent())
    (network,) = model._members
    assert not network.behaviours.any()
    frame = campaign_frames(history, model._baseline)[0]
    example = frame.sample(len(frame.y))
    assert not example.past[:, -len(BEHAVIOURS) :].any()
    assert LABEL not in attributions([network], example, 4)["feature"].tolist()


def test_kinds_are_inputs_of_the_network_with_an_attribution(history: History) -> None:
    model = KLSTM(replace(QUICK, epochs=3)).fit(history, Silent())
    (network,) = model._members
    assert network.behaviours[:2].any(dim=1).all()  # VIEWED and CARTED.
    assert not network.behaviours[2:].any()
    frame = campaign_frames(history, model._baseline)[0]
    example = frame.sample(len(frame.y))
    last = history.behaviours.query("campaign == @frame.id").sort_values("ds").groupby("kind")["users"].last()
    viewed, carted = torch.expm1(5 * example.past[-1, -len(BEHAVIOURS) :][:2]).tolist()
    assert (viewed, carted) == pytest.approx((last["VIEWED"], last["CARTED"]), rel=1e-4)
    table = attributions([network], example, 4).set_index("feature")["ratio"]
    assert abs(np.log(table[LABEL])) > 0


def test_campaign_that_began_before_the_data_is_counted_from_its_first_step_on() -> None:
    """Its statistical members would read the end of the series, where its start is a negative number."""
    history = open_history()
    campaigns = history.campaigns.assign(starts=pd.Timestamp(FIRST) - pd.Timedelta(days=5))
    early = replace(history, campaigns=campaigns)
    for frame in campaign_frames(early, Baseline.fit(early, None)):
        assert (frame.start, frame.first_counted) == (-5, 0)


def test_kinds_beside_participants_and_redeemers_are_counted() -> None:
    def kinds(**counts: str) -> tuple[list[str], list[str]]:
        types = {
            kind: BehaviourKind(type=kind, object="campaign", counts=rule) for kind, rule in counts.items()
        }
        returned = BehaviourKind(type="RETURNED", object="campaign", returns="x")
        return behaviour_kinds(Rules({**types, "RETURNED": returned}, Participation(), {}, {}))

    assert kinds(PURCHASED="named", REDEEMED="named") == ([], [])
    assert kinds(PURCHASED="named", VIEWED="never") == ([], ["VIEWED"])
    assert kinds(ORDERED="named", PRAISED="any", VIEWED="never") == (["ORDERED", "PRAISED"], ["VIEWED"])
    assert kinds(ORDERED="named", REDEEMED="named", VIEWED="never") == (["ORDERED"], ["VIEWED"])
    assert kinds(ORDERED="named", REDEEMED="never") == ([], ["REDEEMED"])


@pytest.mark.parametrize("step", [HOUR, WEEK], ids=lambda step: step.name)
def test_kinds_are_forecast_by_hour_and_week(step: Step) -> None:
    made = history_by(step)
    steps = made.steps[made.steps["in_window"].astype(bool)]
    users = np.random.default_rng(3).poisson(30.0, len(steps)).astype(float)
    behaviours = pd.DataFrame(
        {"campaign": steps["unique_id"], "ds": steps["ds"], "kind": "VIEWED", "users": users}
    )
    history = replace(made, behaviours=behaviours)
    forecast = BehaviourForecaster.fit(history, None, Silent()).predict(history, step.horizon)
    assert len(forecast) > 0
    assert forecast["mean"].mean() == pytest.approx(30.0, rel=0.2)
    assert forecast["ds"].min() == pd.Timestamp(history.as_of)
