"""Likely users: the users' shares, probabilities that agree with the campaign's forecast, traits."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.history.campaign_users import CampaignUsers, UserGraph
from forecasting.history.daily_values import DailyEvents, DailyMatrix
from forecasting.history.time_step import DAY
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.samples import campaign_frames
from forecasting.user_shares.conditional_logit import ConditionalLogit
from forecasting.user_shares.features import FEATURES, features
from forecasting.user_shares.shares import UserShares, step_probabilities
from forecasting.user_shares.traits import TRAITS
from graph.errors import InvalidRequest
from graph.progress import Silent
from tests.unit.test_klstm import AS_OF, QUICK, corrupt_from, make_history


def simulated_users(n_users: int, days: int, seed: int) -> tuple[CampaignUsers, np.ndarray]:
    """The users of a campaign, launched on the first day, and each user's daily probability of taking part.

    The third of the users who were active on the first ten days is three times as likely as the others.
    """
    rng = np.random.default_rng(seed)
    active = np.zeros((n_users, days), dtype=np.float32)
    active[: n_users // 3, :10] = 1.0
    probability = np.where(np.arange(n_users) < n_users // 3, 0.09, 0.03)
    took_part = (rng.random((n_users, days)) < probability[:, np.newaxis]).astype(np.float32)
    participation = dict.fromkeys(("y", "took_part", "engaged", "any_campaign"), took_part)
    purchases = dict.fromkeys(
        ("campaign_coupon", "any_coupon", "campaign_spending", "spending"), np.zeros_like(took_part)
    )
    return users_of(active=active, **participation, **purchases), probability


def users_of(**values: np.ndarray) -> CampaignUsers:
    """The users of a campaign, launched on the first day, without a network."""
    ids = [f"u{i}" for i in range(len(values["active"]))]
    roles = pd.DataFrame({"user": ids, "score": 0.0, "group": None})
    edges = pd.DataFrame({"source": [], "target": [], "probability": []})
    daily = {name: DailyMatrix(matrix) for name, matrix in values.items()}
    return CampaignUsers(graph=UserGraph.of(roles, edges), start=0, **daily)


def test_daily_matrix_counts_only_days_before_the_origin() -> None:
    matrix = DailyMatrix(np.array([[1, 0, 1, 1], [0, 0, 0, 0]], dtype=np.float32))
    assert matrix.sum_before(3).tolist() == [2, 0]
    assert matrix.sum_before(4, 2).tolist() == [2, 0]
    assert matrix.recency(2)[0] == 2
    assert matrix.recency(0)[0] == matrix.recency(4)[1] > 50
    assert matrix.rate(4)[0] > matrix.rate(4)[1] > 0


@pytest.mark.parametrize("origin", [0, 1, 20, 60])
def test_events_have_the_sums_of_a_matrix(origin: int) -> None:
    rng = np.random.default_rng(8)
    values = np.where(rng.random((30, 60)) < 0.1, rng.normal(2, 3, (30, 60)), 0.0).astype(np.float32)
    user, step = np.nonzero(values)
    matrix, events = DailyMatrix(values), DailyEvents(user, step, values[user, step], len(values))
    for days in (None, 1, 7, 100):
        np.testing.assert_allclose(
            events.sum_before(origin, days), matrix.sum_before(origin, days), atol=1e-4
        )
    np.testing.assert_array_equal(events.recency(origin), matrix.recency(origin))
    np.testing.assert_allclose(events.rate(origin), matrix.rate(origin), rtol=1e-4, atol=1e-6)


def test_shares_fitted_to_a_sample_are_close_to_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    users, probability = simulated_users(300, 120, seed=2)
    campaigns = [(users, range(20, 120 - DAY.recent, 2))]
    exact = UserShares.fit(campaigns).of(users, 119)
    monkeypatch.setattr("forecasting.user_shares.shares._MAX_ABSENT", 100)
    sampled = UserShares.fit(campaigns).of(users, 119)
    assert not np.array_equal(sampled, exact)
    likely = probability > probability.min()
    ratios = [share[likely].mean() / share[~likely].mean() for share in (sampled, exact)]
    assert ratios[0] == pytest.approx(ratios[1], rel=0.15)


def test_shares_recover_users_three_times_as_likely() -> None:
    users, probability = simulated_users(300, 120, seed=2)
    fitted = UserShares.fit([(users, range(20, 120 - DAY.recent, 2))]).of(users, 119)
    assert fitted.sum() == pytest.approx(1)
    likely = probability > probability.min()
    assert fitted[likely].mean() / fitted[~likely].mean() == pytest.approx(3, rel=0.35)
    usual = UserShares.usual().of(users, 119)
    fitted_error, usual_error = (
        np.abs(np.log(shares * probability.sum() / probability)).mean() for shares in (fitted, usual)
    )
    assert fitted_error < 0.8 * usual_error


def test_refunds_do_not_count_as_spending() -> None:
    users, _ = simulated_users(30, 60, seed=3)
    refunds = DailyMatrix(np.full((30, 60), -5.0, dtype=np.float32))
    matrix = features(replace(users, spending=refunds, campaign_spending=refunds), 40)
    assert np.isfinite(matrix).all()
    assert (matrix[:, FEATURES.index("spent ever")] == 0).all()


def test_step_probabilities_sum_to_expected_participants() -> None:
    share = np.random.default_rng(0).dirichlet(np.full(50, 0.3))
    expected = np.array([0.01, 3.0, 20.0, 45.0])
    daily = step_probabilities(expected, share)
    assert daily.sum(axis=1) == pytest.approx(expected, rel=1e-6)
    assert ((daily >= 0) & (daily <= 1)).all()
    # At most 98% of the users take part on one day.
    assert step_probabilities(np.array([80.0]), np.full(50, 0.02)).sum() == pytest.approx(49)


@pytest.mark.parametrize("redeemers", [False, True])
def test_forecasts_of_users_and_groups_sum_to_that_of_the_campaign(redeemers: bool) -> None:
    history = make_history().redeemers() if redeemers else make_history()
    model = KLSTM(QUICK).fit(history, Silent())
    forecasts = model.forecast(history, 4)
    forecast, users, groups = forecasts.steps, forecasts.users, forecasts.groups
    # About twenty participants are expected of the six users, of whom at most 98% take part on one day.
    total = forecast["mean"].clip(upper=0.98 * 6).groupby(forecast["unique_id"]).sum()
    assert users.groupby("unique_id")["days"].sum().to_dict() == pytest.approx(total.to_dict(), rel=1e-4)
    assert groups.groupby("unique_id")["mean"].sum().to_dict() == pytest.approx(total.to_dict(), rel=1e-4)
    assert set(groups["group"].dropna()) == {"g1"}
    assert users["probability"].between(0, 1).all()
    assert users.groupby("unique_id")["probability"].is_monotonic_decreasing.all()
    assert users[users["unique_id"] == "1"]["took_part"].any()


def test_likely_users_use_nothing_at_or_after_the_origin() -> None:
    history = make_history()
    model = KLSTM(QUICK).fit(history.before(AS_OF - timedelta(days=25)), Silent())
    for back in np.random.default_rng(9).choice(25, 20, replace=False):
        origin = AS_OF - timedelta(days=int(back))
        clean, corrupted = (
            model.forecast(known.before(origin), 5).users
            for known in (history, corrupt_from(history, origin))
        )
        pd.testing.assert_frame_equal(clean, corrupted)
    # Rows before the origin do count.
    last_day = AS_OF - timedelta(days=1)
    clean, corrupted = (
        model.forecast(known, 5).users for known in (history, corrupt_from(history, last_day).before(AS_OF))
    )
    assert not clean["probability"].equals(corrupted["probability"])


def test_user_features_use_nothing_at_or_after_the_origin() -> None:
    users, _ = simulated_users(30, 60, seed=3)
    matrices = {name: getattr(users, name).values for name in ("took_part", "active")}
    took_part, active = (np.array(matrix) for matrix in matrices.values())
    took_part[:, 40:] = active[:, 40:] = 1.0
    participation = dict.fromkeys(("y", "took_part", "engaged", "any_campaign"), took_part)
    purchases = {
        name: np.where(np.arange(60) < 40, getattr(users, name).values, 1.0)
        for name in ("campaign_coupon", "any_coupon", "campaign_spending", "spending")
    }
    corrupted = users_of(active=active, **participation, **purchases)
    for origin in (10, 25, 40):
        np.testing.assert_array_equal(features(users, origin), features(corrupted, origin))
    assert not np.array_equal(features(users, 41), features(corrupted, 41))
    assert features(users, 40).shape == (30, len(FEATURES))


def test_checkpoint_stores_the_user_shares(tmp_path: Path) -> None:
    history = make_history()
    model = KLSTM(replace(QUICK, seed=4)).fit(history, Silent())
    model.save(tmp_path / "model.safetensors")
    loaded = KLSTM.load(tmp_path / "model.safetensors")
    pd.testing.assert_frame_equal(model.forecast(history, 3).users, loaded.forecast(history, 3).users)


def test_history_of_redeemers_counts_only_redemptions() -> None:
    history = make_history()
    redeemers = history.redeemers()
    assert redeemers.steps["y"].tolist() == history.steps["redeemers"].tolist()
    assert redeemers.outcomes["redeemed"].all()
    assert 0 < len(redeemers.outcomes) < len(history.outcomes)


def test_traits_have_rates_and_intervals_over_campaigns() -> None:
    campaigns = [(simulated_users(200, 120, seed)[0], range(20, 110, 2)) for seed in range(8)]
    table = UserShares.fit(campaigns).associations.table().set_index("trait")
    assert ((table["low"] <= table["ratio"]) & (table["ratio"] <= table["high"])).all()
    # Users who are ever active are three times as likely.
    active = table.loc["were active on more days of the last four weeks than half of the users"]
    assert active["took_part_with"] > active["took_part_without"]
    # There are no key users, and so no users with the trait.
    assert "are key users" not in table.index


def test_half_of_the_users_are_half_of_those_whom_the_rows_stand_for() -> None:
    (trait,) = (trait for trait in TRAITS if trait.name.startswith("spent more"))
    x = np.zeros((5, len(FEATURES)))
    x[:, FEATURES.index(trait.decided_by)] = [1, 2, 3, 4, 5]
    assert trait.users(x, np.ones(5)).tolist() == [False, False, False, True, True]
    assert trait.users(x, np.array([9, 1, 1, 1, 1])).tolist() == [False, True, True, True, True]


def test_few_campaigns_give_no_interval() -> None:
    campaigns = [(simulated_users(200, 120, seed)[0], range(20, 110, 2)) for seed in range(4)]
    table = UserShares.fit(campaigns).associations.table()
    assert len(table) and table[["low", "high"]].isna().all(axis=None)
    assert UserShares.usual().associations.table().empty


def test_weights_without_a_cluster_are_those_of_a_new_fit() -> None:
    rng = np.random.default_rng(4)
    n_sets, size = 30, 50
    x = rng.normal(size=(n_sets * size, 3))
    rate = np.exp(x @ [1.0, -0.5, 0.0]) / 10
    y, offset = rng.poisson(rate).astype(float), np.zeros(len(x))
    sizes, clusters = np.full(n_sets, size), np.arange(n_sets) // 3
    logit = ConditionalLogit(x, offset, y, sizes)
    for cluster, weights in logit.leave_out(logit.fit(), clusters):
        sets = clusters != cluster
        rows = np.repeat(sets, size)
        exact = ConditionalLogit(x[rows], offset[rows], y[rows], sizes[sets]).fit()
        np.testing.assert_allclose(weights, exact, atol=5e-3)


def test_attributions_multiply_to_the_ratio_of_forecast_and_baseline() -> None:
    history = make_history()
    model = KLSTM(replace(QUICK, epochs=6, learning_rate=0.02, members=2)).fit(history, Silent())
    explanation = model.explain(model.forecast(history, 4), "1")
    frame = next(frame for frame in campaign_frames(history, model._baseline) if frame.id == "1")
    mean = model.predict(history, 4).query("unique_id == '1'")["mean"].to_numpy()
    ratio = np.exp(np.log(mean / frame.baseline[len(frame.y), :4]).mean())
    assert explanation.attributions["ratio"].prod() == pytest.approx(ratio, rel=0.02)
    assert not np.allclose(explanation.attributions["ratio"], 1, atol=1e-3)
    assert explanation.groups["share"].sum() == pytest.approx(1)


def test_updated_model_uses_the_new_data() -> None:
    history, early = make_history(), AS_OF - timedelta(days=20)
    model = KLSTM(QUICK).fit(history.before(early), Silent())
    before = model.predict(history, 3)
    updated = model.update(history).predict(history, 3)
    assert model.cutoff == AS_OF
    assert not np.allclose(before["mean"], updated["mean"], rtol=1e-6)
    with pytest.raises(InvalidRequest, match="end of the model.s training data"):
        model.predict(history.before(AS_OF - timedelta(days=1)), 3)


def test_redemptions_only_before_the_first_training_origin_do_not_count() -> None:
    history = make_history()
    assert history.has_redemptions
    steps = history.steps
    late = steps["ds"] >= pd.Timestamp(history.first_day) + pd.Timedelta(days=56)
    early_only = replace(history, steps=steps.assign(redeemers=steps["redeemers"].where(~late, 0.0)))
    assert not early_only.has_redemptions
