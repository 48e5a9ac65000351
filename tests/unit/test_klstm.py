"""The K-LSTM on simulated histories: forecasts, checkpoints, training, and no use of later data."""

import contextlib
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.baseline.baseline import Baseline
from forecasting.combination.members import MEMBERS
from forecasting.evaluation.backtest import backtest, score
from forecasting.history.history import History
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.samples import campaign_frames
from forecasting.klstm.trainer import Configuration, stop_early
from graph.errors import InvalidRequest, NotReady
from graph.progress import Silent
from network.runs import NetworkRun
from network.statistics import InfluenceTest, RiskRatio

FIRST = date(2017, 1, 1)
AS_OF = date(2017, 5, 1)
NONE = RiskRatio(1.0, 1.0, 1.0)
RUN = NetworkRun(
    "network/2017-05-01", AS_OF, AS_OF, "f", 6, 0, 0, 4, 2, 1, [1.0], {}, False, None,
    InfluenceTest(7, 0, 0, 0.0, NONE, NONE, NONE, NONE),
)  # fmt: skip
QUICK = Configuration(hidden=8, context=4, epochs=2, members=1)


def make_history(seed: int = 0, as_of: date = AS_OF) -> History:
    """Two campaigns with a weekly season, launched on 1 March and 1 April."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(FIRST, as_of - timedelta(days=1))
    starts = {"1": pd.Timestamp("2017-03-01"), "2": pd.Timestamp("2017-04-01")}
    steps = []
    for campaign, start in starts.items():
        y = rng.poisson(20 + 8 * np.sin(2 * np.pi * days.day_of_week / 7)).astype(float)
        rows = pd.DataFrame({"unique_id": campaign, "ds": days, "y": y, "in_window": days >= start})
        for column in ("redeemers", "purchases", "redemptions", "key_users", "exposed", "reach"):
            rows[column] = rng.poisson(2, len(days)).astype(float)
        rows["weight"] = y
        rows["level"] = (y + rows["reach"]).where(rows["in_window"], 0.0)
        steps.append(rows)
    users = [f"u{i}" for i in range(6)]
    roles = pd.DataFrame(
        [
            (campaign, user, start, float(number < 2), "g1" if number < 4 else None)
            for campaign, start in starts.items()
            for number, user in enumerate(users)
        ],
        columns=["campaign", "user", "targeted", "score", "group"],
    )
    edges = pd.DataFrame(
        [("u0", "u2", 0.3), ("u1", "u3", 0.2), ("u2", "u4", 0.1), ("u5", "u0", 0.4)],
        columns=["source", "target", "probability"],
    )
    activity = pd.DataFrame({"user": rng.choice(users, 200), "ds": rng.choice(days, 200)})
    activity = activity.drop_duplicates()
    activity = activity.assign(
        value=rng.exponential(5.0, len(activity)), by_coupon=rng.random(len(activity)) < 0.2
    )
    campaigns = pd.DataFrame(
        {
            "id": list(starts), "name": ["Campaign 1", "Campaign 2"], "kind": "Type A",
            "starts": list(starts.values()), "ends": pd.Timestamp("2017-05-05"), "open": False,
            "targeted": 6,
        }
    )  # fmt: skip
    participations = activity.assign(campaign="1", redeemed=activity.index % 4 == 0)
    participations = participations[activity["ds"] >= starts["1"]]
    participations = participations[["campaign", "user", "ds", "redeemed"]]
    bought = activity.assign(campaign="2", purchases=1)
    return History(
        "made-up", RUN, as_of, FIRST, pd.concat(steps, ignore_index=True), campaigns, roles, edges,
        participations, bought, activity,
    )  # fmt: skip


ORIGIN = AS_OF - timedelta(days=4)


@pytest.fixture(scope="module")
def fitted() -> KLSTM:
    return KLSTM(QUICK).fit(make_history(), Silent())


def test_forecast_ends_with_the_campaign_and_has_ordered_quantiles(fitted: KLSTM) -> None:
    frame = fitted.predict(make_history(), 7)
    # Both campaigns end on the 4th of May: four days are left, not seven.
    assert frame.groupby("unique_id").size().to_dict() == {"1": 4, "2": 4}
    assert frame["ds"].min() == pd.Timestamp(AS_OF)
    for name in ("participants", "level"):
        assert (frame[f"{name}_p10"] <= frame[f"{name}_p50"]).all()
        assert (frame[f"{name}_p50"] <= frame[f"{name}_p90"]).all()
        assert (frame[f"{name}_p10"] >= 0).all()
    assert (frame["mean"] > 0).all()


def test_untrained_network_forecasts_the_baseline() -> None:
    history = make_history()
    model = KLSTM(replace(QUICK, epochs=1, learning_rate=1e-9)).fit(history.before(ORIGIN), Silent())
    forecast = model.forecasts_at(history, [ORIGIN], 3)
    frame = campaign_frames(history.before(ORIGIN), Baseline.fit(history.before(ORIGIN), None))[0]
    assert forecast["KLSTM"][:3].to_list() == pytest.approx(frame.baseline[-1, :3].tolist(), rel=1e-4)


def test_training_is_reproducible(fitted: KLSTM) -> None:
    refitted = KLSTM(QUICK).fit(make_history(), Silent())
    pd.testing.assert_frame_equal(
        fitted.predict(make_history(), 4), refitted.predict(make_history(), 4), rtol=1e-5
    )


def test_loaded_checkpoint_gives_the_same_forecast(fitted: KLSTM, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "model.safetensors"
    fitted.save(path)
    loaded = KLSTM.load(path)
    assert (loaded.cutoff, loaded.network, loaded.configuration) == (AS_OF, RUN.id, QUICK)
    pd.testing.assert_frame_equal(fitted.predict(make_history(), 4), loaded.predict(make_history(), 4))


def test_missing_or_invalid_checkpoint_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with pytest.raises(NotReady, match="not a checkpoint"):
        KLSTM.load(path)
    path.write_bytes(b"something else")
    with pytest.raises(NotReady, match="not a checkpoint"):
        KLSTM.load(path)


@pytest.mark.parametrize("horizon", [0, 15])
def test_horizon_out_of_range_is_rejected(fitted: KLSTM, horizon: int) -> None:
    with pytest.raises(InvalidRequest, match="horizon"):
        fitted.predict(make_history(), horizon)


def test_origin_before_the_cutoff_is_rejected(fitted: KLSTM) -> None:
    with pytest.raises(InvalidRequest, match="end of the model.s training data"):
        fitted.predict(make_history().before(AS_OF - timedelta(days=1)), 3)


def test_predict_before_fit_is_rejected() -> None:
    with pytest.raises(NotReady, match="not been trained"):
        KLSTM().predict(make_history(), 3)


def corrupt_from(history: History, origin: date) -> History:
    """The history with false values at and after `origin`, and two users targeted then, who bought before."""
    moment = pd.Timestamp(origin)
    steps = history.steps.copy()
    later = steps["ds"] >= moment
    numbers = steps.select_dtypes("number").columns
    steps.loc[later, numbers] = steps.loc[later, numbers] * 97 + 1000
    false_participants = {"user": ["u0"] * 50, "ds": pd.date_range(moment, periods=50)}
    false_purchases = pd.DataFrame({**false_participants, "purchases": 1, "value": 1e6, "by_coupon": True})
    false_participations = pd.DataFrame({**false_participants, "campaign": "1", "redeemed": True})
    false_roles = pd.DataFrame(
        [(campaign, user, moment, 9.0, "g2") for campaign in "12" for user in ("u8", "u9")],
        columns=history.roles.columns,
    )
    earlier_purchases = false_purchases.assign(user="u8", ds=pd.date_range(FIRST, periods=50))
    return replace(
        history,
        steps=steps,
        campaigns=history.campaigns.assign(targeted=8),
        roles=pd.concat([history.roles, false_roles]),
        participations=pd.concat([history.participations, false_participations]),
        bought=pd.concat(
            [history.bought, *(rows.assign(campaign="2") for rows in (false_purchases, earlier_purchases))]
        ),
        activity=pd.concat([history.activity, false_purchases]),
    )


def test_forecast_uses_nothing_at_or_after_the_origin() -> None:
    origin = AS_OF - timedelta(days=10)
    forecasts = []
    for history in (make_history(), corrupt_from(make_history(), origin)):
        known = history.before(origin)
        forecasts.append(KLSTM(QUICK).fit(known, Silent()).predict(known, 7))
    pd.testing.assert_frame_equal(*forecasts)


def test_forecast_depends_on_the_day_before_the_origin() -> None:
    origin = AS_OF - timedelta(days=10)
    clean, corrupted = (
        KLSTM(QUICK).fit(history.before(origin), Silent()).predict(history.before(origin), 7)
        for history in (make_history(), corrupt_from(make_history(), origin - timedelta(days=1)))
    )
    assert not np.allclose(clean["mean"], corrupted["mean"])


def test_forecasts_at_past_origins_use_nothing_later() -> None:
    """At 20 random origins, the forecast equals that of ``predict`` and ignores false later values."""
    history = make_history()
    model = KLSTM(QUICK).fit(history.before(AS_OF - timedelta(days=25)), Silent())
    days_ago = np.random.default_rng(7).choice(25, 20, replace=False)
    origins = [AS_OF - timedelta(days=int(days) + 1) for days in sorted(days_ago, reverse=True)]
    forecasts = model.forecasts_at(history, origins, 5, level=(80,))
    assert len(set(forecasts["cutoff"])) == 20
    for origin in origins:
        cutoff = pd.Timestamp(origin - timedelta(days=1))
        forecast = forecasts[forecasts["cutoff"] == cutoff].reset_index(drop=True)
        corrupted_history = corrupt_from(history, origin).before(AS_OF)
        corrupted = model.forecasts_at(corrupted_history, [origin], 5, level=(80,))
        pd.testing.assert_frame_equal(forecast.drop(columns="y"), corrupted.drop(columns="y"), rtol=1e-5)
        predicted = model.predict(history.before(origin), 5).merge(forecast[["unique_id", "ds"]])
        for column, predicted_column in (
            ("mean", "mean"),
            ("Combination", "participants_p50"),
            ("level_p90", "level_p90"),
        ):
            expected = predicted[predicted_column].to_list()
            assert forecast[column].to_list() == pytest.approx(expected, rel=1e-5)


def test_cross_validation_returns_the_columns_and_origins_requested() -> None:
    forecasts = KLSTM(QUICK).cross_validation(make_history(), h=3, n_windows=4, step_size=2, level=(80, 95))
    bands = [
        "Combination-lo-95",
        "Combination-lo-80",
        "Combination",
        "Combination-hi-80",
        "Combination-hi-95",
    ]
    assert {"unique_id", "ds", "cutoff", "y", *bands} <= set(forecasts.columns)
    assert forecasts["cutoff"].dt.strftime("%m-%d").unique().tolist() == ["04-22", "04-24", "04-26", "04-28"]
    assert ((forecasts["ds"] - forecasts["cutoff"]).dt.days.between(1, 3)).all()
    assert (forecasts[bands].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_training_stops_early_without_improvement() -> None:
    advances: list[int] = []

    class EpochCounter(Silent):
        def stage(self, name: str, total: int | None = None) -> Callable[[int], None]:
            advance = super().stage(name, total)
            return advances.append if name.startswith("Training the K-LSTM") else advance

    KLSTM(replace(QUICK, epochs=60, learning_rate=0.3, patience=2)).fit(make_history(), EpochCounter())
    assert sum(advances) < 60


class Interrupted(Exception):
    """Stands for a kill of the training process."""


class InterruptAfter(Silent):
    """Counts epochs; raises Interrupted after `limit` of them."""

    def __init__(self, limit: float = math.inf) -> None:
        self.epochs, self._limit = 0, limit

    def stage(self, name: str, total: int | None = None) -> Callable[[int], None]:
        super().stage(name, total)

        def advance(epochs: int) -> None:
            self.epochs += epochs
            if self.epochs >= self._limit:
                raise Interrupted

        return advance


def test_interrupted_training_resumes_to_the_same_result(tmp_path: Path) -> None:
    history, configuration = make_history(), replace(QUICK, members=3, epochs=3)
    uninterrupted = InterruptAfter()
    expected = KLSTM(configuration).fit(history, uninterrupted).predict(history, 4)
    rng = np.random.default_rng(4)
    for attempt in range(3):
        checkpoint = tmp_path / f"{attempt}.checkpoint"
        for _ in range(3):
            progress = InterruptAfter(int(rng.integers(1, uninterrupted.epochs)))
            with contextlib.suppress(Interrupted):
                KLSTM(configuration).fit(history, progress, checkpoint)
        resumed = InterruptAfter()
        model = KLSTM(configuration).fit(history, resumed, checkpoint)
        pd.testing.assert_frame_equal(model.predict(history, 4), expected)
        assert resumed.epochs <= uninterrupted.epochs
        assert not checkpoint.exists()


def test_training_checkpoint_of_another_configuration_is_ignored(tmp_path: Path) -> None:
    history, checkpoint = make_history(), tmp_path / "model.checkpoint"
    configuration = replace(QUICK, members=2)
    uninterrupted = InterruptAfter()
    KLSTM(configuration).fit(history, uninterrupted)
    with pytest.raises(Interrupted):
        KLSTM(configuration).fit(history, InterruptAfter(uninterrupted.epochs - 1), checkpoint)
    restarted = InterruptAfter()
    KLSTM(replace(configuration, seed=5)).fit(history, restarted, checkpoint)
    assert restarted.epochs > uninterrupted.epochs / 2
    # With the same configuration, the training resumes.
    with pytest.raises(Interrupted):
        KLSTM(configuration).fit(history, InterruptAfter(uninterrupted.epochs - 1), checkpoint)
    resumed = InterruptAfter()
    KLSTM(configuration).fit(history, resumed, checkpoint)
    assert 0 < resumed.epochs < uninterrupted.epochs
    # An unreadable file is ignored.
    checkpoint.write_bytes(b"something else")
    KLSTM(configuration).fit(history, Silent(), checkpoint)


def test_backtest_scores_every_model_on_the_same_points() -> None:
    history, first = make_history(), AS_OF - timedelta(days=6)
    model = KLSTM(QUICK).fit(history.before(first), Silent())
    rows, weights = backtest(model, history, first, horizon=3, every=3, progress=Silent())
    assert weights.sum() == pytest.approx(1)
    assert list(weights.index) == [*MEMBERS]
    assert set(rows["cutoff"]) == {pd.Timestamp("2017-04-24"), pd.Timestamp("2017-04-27")}
    assert rows.groupby("cutoff").size().tolist() == [6, 6]
    y = history.steps.set_index(["unique_id", "ds"])["y"]
    week_before = [y[row.unique_id, row.ds - pd.Timedelta(days=7)] for row in rows.itertuples()]
    assert rows["SeasonalNaive"].tolist() == week_before
    scores = score(rows, history).set_index("model")
    error = (rows["SeasonalNaive"].round() - rows["y"]).abs().mean()
    assert scores.loc["SeasonalNaive", "mae"] == pytest.approx(error)
    assert (scores["points"] == 12).all()


def test_exposure_sums_the_influence_of_recent_participants_on_users_at_risk() -> None:
    history = make_history()
    participations = pd.DataFrame(
        {"campaign": "1", "user": ["u0"], "ds": [pd.Timestamp("2017-04-28")], "redeemed": False}
    )
    frame = campaign_frames(replace(history, participations=participations), Baseline.fit(history, None))[0]
    features, mean_exposure = frame.users.node_features(len(frame.y))
    assert features[:, -1] == pytest.approx([0, 0, 0.3, 0, 0, 0])
    assert mean_exposure == pytest.approx(0.3 / 5)


def test_epochs_without_validation_examples_keep_the_maximum() -> None:
    assert stop_early([], [], Configuration(epochs=3), lambda _: None) == (3, None)
