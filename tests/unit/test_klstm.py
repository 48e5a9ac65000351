"""The K-LSTM on made-up histories: contract, checkpoints, and no look at the future."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.baseline.baseline import Baseline
from forecasting.evaluation.backtest import backtest, score
from forecasting.history.series import History
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.samples import campaign_frames
from forecasting.klstm.trainer import Configuration
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
    """Two campaigns with a weekly rhythm; the second begins on the 1st of April."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(FIRST, as_of - timedelta(days=1))
    starts = {"1": pd.Timestamp("2017-03-01"), "2": pd.Timestamp("2017-04-01")}
    parts = []
    for campaign, start in starts.items():
        y = rng.poisson(20 + 8 * np.sin(2 * np.pi * days.day_of_week / 7)).astype(float)
        part = pd.DataFrame({"unique_id": campaign, "ds": days, "y": y, "in_window": days >= start})
        for column in ("redeemers", "purchases", "redemptions", "key_users", "exposed", "reach"):
            part[column] = rng.poisson(2, len(days)).astype(float)
        part["weight"] = y
        part["level"] = (y + part["reach"]).where(part["in_window"], 0.0)
        parts.append(part)
    users = [f"u{i}" for i in range(6)]
    roles = pd.DataFrame(
        [(c, u, float(i < 2), "g1" if i < 4 else None) for c in starts for i, u in enumerate(users)],
        columns=["campaign", "user", "score", "group"],
    )
    edges = pd.DataFrame(
        [("u0", "u2", 0.3), ("u1", "u3", 0.2), ("u2", "u4", 0.1), ("u5", "u0", 0.4)],
        columns=["source", "target", "probability"],
    )
    acts = pd.DataFrame(
        {"user": rng.choice(users, 200), "ds": rng.choice(days, 200)}
    ).drop_duplicates()  # fmt: skip
    acts = acts.assign(value=rng.exponential(5.0, len(acts)), by_coupon=rng.random(len(acts)) < 0.2)
    campaigns = pd.DataFrame(
        {
            "id": list(starts), "name": ["Campaign 1", "Campaign 2"], "kind": "Type A",
            "starts": list(starts.values()), "ends": pd.Timestamp("2017-05-05"), "targeted": 6,
        }
    )  # fmt: skip
    took_part = acts.assign(campaign="1", redeemed=acts.index % 4 == 0)[acts["ds"] >= starts["1"]]
    took_part = took_part[["campaign", "user", "ds", "redeemed"]]
    bought = acts.assign(campaign="2")
    return History(
        "made-up", RUN, as_of, FIRST, pd.concat(parts, ignore_index=True), campaigns, roles, edges,
        took_part, bought, acts,
    )  # fmt: skip


@pytest.fixture(scope="module")
def fitted() -> KLSTM:
    return KLSTM(QUICK).fit(make_history(), Silent())


def test_forecast_frame(fitted: KLSTM) -> None:
    frame = fitted.predict(make_history(), 7)
    # Both campaigns end on the 4th of May: four days are left, not seven.
    assert frame.groupby("unique_id").size().to_dict() == {"1": 4, "2": 4}
    assert frame["ds"].min() == pd.Timestamp(AS_OF)
    for what in ("participants", "level"):
        assert (frame[f"{what}_p10"] <= frame[f"{what}_p50"]).all()
        assert (frame[f"{what}_p50"] <= frame[f"{what}_p90"]).all()
        assert (frame[f"{what}_p10"] >= 0).all()
    assert (frame["mean"] > 0).all()


def test_an_untrained_network_forecasts_what_is_expected_of_its_pace() -> None:
    history = make_history()
    frame = KLSTM(replace(QUICK, epochs=1, learning_rate=1e-9)).fit(history, Silent()).predict(history, 3)
    own = campaign_frames(history, Baseline.fit(history, None))[0]
    assert frame["mean"][:3].to_list() == pytest.approx(own.base[-1, :3].tolist(), rel=1e-4)


def test_training_is_reproducible(fitted: KLSTM) -> None:
    again = KLSTM(QUICK).fit(make_history(), Silent())
    pd.testing.assert_frame_equal(
        fitted.predict(make_history(), 4), again.predict(make_history(), 4), rtol=1e-5
    )


def test_checkpoint_round_trip(fitted: KLSTM, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "model.safetensors"
    fitted.save(path)
    loaded = KLSTM.load(path)
    assert (loaded.cutoff, loaded.network, loaded.configuration) == (AS_OF, RUN.id, QUICK)
    pd.testing.assert_frame_equal(fitted.predict(make_history(), 4), loaded.predict(make_history(), 4))


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with pytest.raises(NotReady, match="not a checkpoint"):
        KLSTM.load(path)
    path.write_bytes(b"something else")
    with pytest.raises(NotReady, match="not a checkpoint"):
        KLSTM.load(path)


@pytest.mark.parametrize("horizon", [0, 15])
def test_horizon_must_fit(fitted: KLSTM, horizon: int) -> None:
    with pytest.raises(InvalidRequest, match="horizon"):
        fitted.predict(make_history(), horizon)


def test_a_model_does_not_forecast_its_own_past(fitted: KLSTM) -> None:
    with pytest.raises(InvalidRequest, match="end of the model.s training data"):
        fitted.predict(make_history().before(AS_OF - timedelta(days=1)), 3)


def test_an_untrained_model_says_so() -> None:
    with pytest.raises(NotReady, match="not been trained"):
        KLSTM().predict(make_history(), 3)


def corrupted(history: History, origin: date) -> History:
    """Everything at or after `origin` replaced by nonsense."""
    moment = pd.Timestamp(origin)
    steps = history.steps.copy()
    later = steps["ds"] >= moment
    numbers = steps.select_dtypes("number").columns
    steps.loc[later, numbers] = steps.loc[later, numbers] * 97 + 1000
    future = {"user": ["u0"] * 50, "ds": pd.date_range(moment, periods=50)}
    spent = pd.DataFrame({**future, "value": 1e6, "by_coupon": True})
    return replace(
        history,
        steps=steps,
        participations=pd.concat(
            [history.participations, pd.DataFrame({**future, "campaign": "1", "redeemed": True})]
        ),
        bought=pd.concat([history.bought, spent.assign(campaign="2")]),
        activity=pd.concat([history.activity, spent]),
    )


def test_nothing_at_or_after_the_origin_moves_a_forecast() -> None:
    origin = AS_OF - timedelta(days=10)
    forecasts = []
    for history in (make_history(), corrupted(make_history(), origin)):
        known = history.before(origin)
        forecasts.append(KLSTM(QUICK).fit(known, Silent()).predict(known, 7))
    pd.testing.assert_frame_equal(*forecasts)


def test_what_lies_before_the_origin_does_move_it() -> None:
    origin = AS_OF - timedelta(days=10)
    one, other = (
        KLSTM(QUICK).fit(history.before(origin), Silent()).predict(history.before(origin), 7)
        for history in (make_history(), corrupted(make_history(), origin - timedelta(days=1)))
    )
    assert not np.allclose(one["mean"], other["mean"])


def test_cross_validation_forecasts_as_if_nothing_later_were_known() -> None:
    """At 20 random origins: like a forecast that was given only what came before, and unmoved by nonsense."""
    history = make_history()
    model = KLSTM(QUICK).fit(history.before(AS_OF - timedelta(days=25)), Silent())
    drawn = np.random.default_rng(7).choice(25, 20, replace=False)
    origins = [AS_OF - timedelta(days=int(back) + 1) for back in sorted(drawn, reverse=True)]
    found = model.forecasts_at(history, origins, 5, level=(80,))
    assert len(set(found["cutoff"])) == 20
    for origin in origins:
        own = found[found["cutoff"] == pd.Timestamp(origin - timedelta(days=1))].reset_index(drop=True)
        spoilt = model.forecasts_at(corrupted(history, origin).before(AS_OF), [origin], 5, level=(80,))
        pd.testing.assert_frame_equal(own.drop(columns="y"), spoilt.drop(columns="y"), rtol=1e-5)
        alone = model.predict(history.before(origin), 5).merge(own[["unique_id", "ds"]])
        for name, other in (("mean", "mean"), ("KLSTM", "participants_p50"), ("level_p90", "level_p90")):
            assert own[name].to_list() == pytest.approx(alone[other].to_list(), rel=1e-5)


def test_cross_validation_keeps_the_contract_of_forecasters() -> None:
    found = KLSTM(QUICK).cross_validation(make_history(), h=3, n_windows=4, step_size=2, level=(80, 95))
    bands = ["KLSTM-lo-95", "KLSTM-lo-80", "KLSTM", "KLSTM-hi-80", "KLSTM-hi-95"]
    assert {"unique_id", "ds", "cutoff", "y", *bands} <= set(found.columns)
    assert found["cutoff"].dt.strftime("%m-%d").unique().tolist() == ["04-22", "04-24", "04-26", "04-28"]
    assert ((found["ds"] - found["cutoff"]).dt.days.between(1, 3)).all()
    assert (found[bands].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_training_stops_when_the_latest_days_are_told_no_better() -> None:
    advanced: list[int] = []

    class Counting(Silent):
        def stage(self, what: str, total: int | None = None) -> Callable[[int], None]:
            done = super().stage(what, total)
            return advanced.append if what.startswith("Training the K-LSTM") else done

    KLSTM(replace(QUICK, epochs=60, learning_rate=0.3, patience=2)).fit(make_history(), Counting())
    assert sum(advanced) < 60


class Ended(Exception):
    """The training was killed."""


class EndsAfter(Silent):
    """Counts epochs, and ends the training after so many."""

    def __init__(self, most: int) -> None:
        self.epochs, self._most = 0, most

    def stage(self, what: str, total: int | None = None) -> Callable[[int], None]:
        super().stage(what, total)

        def advance(done: int) -> None:
            self.epochs += done
            if self.epochs >= self._most:
                raise Ended

        return advance


def test_a_training_ended_at_random_goes_on_to_the_same_result(tmp_path: Path) -> None:
    history, settings = make_history(), replace(QUICK, members=3, epochs=3)
    watched = EndsAfter(10_000)
    whole = KLSTM(settings).fit(history, watched).predict(history, 4)
    rng = np.random.default_rng(4)
    for turn in range(3):
        draft, done = tmp_path / f"{turn}.draft", 0
        for _ in range(3):
            ended = EndsAfter(int(rng.integers(1, watched.epochs)))
            with contextlib.suppress(Ended):
                KLSTM(settings).fit(history, ended, draft)
        last = EndsAfter(10_000)
        resumed = KLSTM(settings).fit(history, last, draft)
        done = last.epochs
        pd.testing.assert_frame_equal(resumed.predict(history, 4), whole)
        assert done <= watched.epochs
        assert not draft.exists()


def test_a_draft_of_something_else_is_not_used(tmp_path: Path) -> None:
    history, draft = make_history(), tmp_path / "model.draft"
    settings = replace(QUICK, members=2)
    whole = EndsAfter(10_000)
    KLSTM(settings).fit(history, whole)
    with pytest.raises(Ended):
        KLSTM(settings).fit(history, EndsAfter(whole.epochs - 1), draft)
    again = EndsAfter(10_000)
    KLSTM(replace(settings, seed=5)).fit(history, again, draft)
    assert again.epochs > whole.epochs / 2
    with pytest.raises(Ended):
        KLSTM(settings).fit(history, EndsAfter(whole.epochs - 1), draft)
    rest = EndsAfter(10_000)
    KLSTM(settings).fit(history, rest, draft)
    assert 0 < rest.epochs < whole.epochs
    draft.write_bytes(b"something else")
    KLSTM(settings).fit(history, Silent(), draft)


def test_backtest_scores_every_model_on_the_same_points() -> None:
    history, first = make_history(), AS_OF - timedelta(days=6)
    model = KLSTM(QUICK).fit(history.before(first), Silent())
    rows = backtest(model, history, first, horizon=3, every=3, progress=Silent())
    assert set(rows["cutoff"]) == {pd.Timestamp("2017-04-24"), pd.Timestamp("2017-04-27")}
    assert rows.groupby("cutoff").size().tolist() == [6, 6]
    own = history.steps.set_index(["unique_id", "ds"])["y"]
    week_before = [own[row.unique_id, row.ds - pd.Timedelta(days=7)] for row in rows.itertuples()]
    assert rows["SeasonalNaive"].tolist() == week_before
    scores = score(rows, history).set_index("model")
    error = (rows["SeasonalNaive"] - rows["y"]).abs().mean()
    assert scores.loc["SeasonalNaive", "mae"] == pytest.approx(error)
    assert (scores["points"] == 12).all()


def test_exposure_is_the_sum_of_active_influencers_of_who_waits() -> None:
    history = make_history()
    took_part = pd.DataFrame(
        {"campaign": "1", "user": ["u0"], "ds": [pd.Timestamp("2017-04-28")], "redeemed": False}
    )
    frame = campaign_frames(replace(history, participations=took_part), Baseline.fit(history, None))[0]
    features, mean = frame.reached.node_features(len(frame.y))
    assert features[:, -1] == pytest.approx([0, 0, 0.3, 0, 0, 0])
    assert mean == pytest.approx(0.3 / 5)
