"""Who is likely next: probabilities that agree with the campaign's forecast, and what they rest on."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.history.campaign_users import CampaignUsers, DailyMatrix
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.samples import campaign_frames
from forecasting.user_shares import AHEAD, FEATURES, UserShares, daily_probabilities, features
from graph.errors import InvalidRequest
from graph.progress import Silent
from tests.unit.test_klstm import AS_OF, QUICK, corrupted, make_history


def reached_users(users: int, days: int, seed: int) -> tuple[CampaignUsers, np.ndarray]:
    """A campaign since its first day, and how likely each user is on any day: the third of them who were
    active on the first ten days, three times as likely as the others.
    """
    rng = np.random.default_rng(seed)
    active = np.zeros((users, days), dtype=np.float32)
    active[: users // 3, :10] = 1.0
    chance = np.where(np.arange(users) < users // 3, 0.09, 0.03)
    took_part = (rng.random((users, days)) < chance[:, np.newaxis]).astype(np.float32)
    roles = pd.DataFrame({"user": [f"u{i}" for i in range(users)], "score": 0.0, "group": None})
    edges = pd.DataFrame({"source": [], "target": [], "probability": []})
    told = dict.fromkeys(("counted", "took_part", "related", "anywhere"), took_part)
    nothing = dict.fromkeys(("own_coupon", "coupon", "own_spent", "spent"), np.zeros_like(took_part))
    return CampaignUsers(roles, edges, 0, **told, **nothing, active=active), chance


def test_days_are_counted_before_the_origin() -> None:
    did = DailyMatrix(np.array([[1, 0, 1, 1], [0, 0, 0, 0]], dtype=np.float32))
    assert did.before(3).tolist() == [2, 0]
    assert did.before(4, 2).tolist() == [2, 0]
    assert did.since(2)[0] == 2
    assert did.since(0)[0] == did.since(4)[1] > 50
    assert did.rate(4)[0] > did.rate(4)[1] > 0


def test_who_is_three_times_as_likely_is_found() -> None:
    reached, chance = reached_users(300, 120, seed=2)
    shares = UserShares.fit([(reached, range(20, 120 - AHEAD, 2))])
    found = shares.of(reached, 119)
    assert found.sum() == pytest.approx(1)
    more = chance > chance.min()
    assert found[more].mean() / found[~more].mean() == pytest.approx(3, rel=0.35)
    usual = UserShares.usual().of(reached, 119)
    error, without = (np.abs(np.log(one * chance.sum() / chance)).mean() for one in (found, usual))
    assert error < 0.8 * without


def test_money_given_back_is_no_money_spent() -> None:
    reached, _ = reached_users(30, 60, seed=3)
    reached.spent, reached.own_spent = (
        DailyMatrix(np.full((30, 60), -5.0, dtype=np.float32)) for _ in range(2)
    )
    told = features(reached, 40)
    assert np.isfinite(told).all()
    assert (told[:, FEATURES.index("spent ever")] == 0).all()


def test_a_days_probabilities_sum_to_what_is_expected() -> None:
    share = np.random.default_rng(0).dirichlet(np.full(50, 0.3))
    expected = np.array([0.01, 3.0, 20.0, 45.0])
    daily = daily_probabilities(expected, share)
    assert daily.sum(axis=1) == pytest.approx(expected, rel=1e-6)
    assert ((daily >= 0) & (daily <= 1)).all()
    # More than there are users cannot come.
    assert daily_probabilities(np.array([80.0]), np.full(50, 0.02)).sum() == pytest.approx(49)


@pytest.mark.parametrize("redeemers", [False, True])
def test_users_groups_and_the_campaign_agree(redeemers: bool) -> None:
    history = make_history().redeemers() if redeemers else make_history()
    model = KLSTM(QUICK).fit(history, Silent())
    whole, users, groups = (
        one(history, 4) for one in (model.predict, model.predict_users, model.predict_groups)
    )
    # Six users can hardly be twenty participants: they are all but certain.
    most = 0.98 * 6
    told = whole["mean"].clip(upper=most).groupby(whole["unique_id"]).sum()
    assert users.groupby("unique_id")["days"].sum().to_dict() == pytest.approx(told.to_dict(), rel=1e-4)
    assert groups.groupby("unique_id")["mean"].sum().to_dict() == pytest.approx(told.to_dict(), rel=1e-4)
    assert set(groups["group"].dropna()) == {"g1"}
    assert users["probability"].between(0, 1).all()
    assert users.groupby("unique_id")["probability"].is_monotonic_decreasing.all()
    assert users[users["unique_id"] == "1"]["took_part"].any()


def test_nothing_at_or_after_the_origin_moves_who_is_likely() -> None:
    """At 20 random origins, of all that is known of users."""
    history = make_history()
    model = KLSTM(QUICK).fit(history.before(AS_OF - timedelta(days=25)), Silent())
    for back in np.random.default_rng(9).choice(25, 20, replace=False):
        origin = AS_OF - timedelta(days=int(back))
        clean, spoilt = (
            model.predict_users(one.before(origin), 5) for one in (history, corrupted(history, origin))
        )
        pd.testing.assert_frame_equal(clean, spoilt)
    day = AS_OF - timedelta(days=1)
    clean, spoilt = (model.predict_users(one, 5) for one in (history, corrupted(history, day).before(AS_OF)))
    assert not clean["probability"].equals(spoilt["probability"])


def test_what_is_known_of_users_is_from_before_the_origin() -> None:
    reached, _ = reached_users(30, 60, seed=3)
    later, active = (np.array(matrix.values) for matrix in (reached.took_part, reached.active))
    later[:, 40:] = active[:, 40:] = 1.0
    acts = ("counted", "took_part", "related", "anywhere", "own_coupon", "coupon", "own_spent", "spent")
    told = dict.fromkeys(acts[:4], later) | {
        name: np.where(np.arange(60) < 40, getattr(reached, name).values, 1.0) for name in acts[4:]
    }
    roles = pd.DataFrame({"user": reached.users, "score": 0.0, "group": None})
    edges = pd.DataFrame({"source": [], "target": [], "probability": []})
    spoilt = CampaignUsers(roles, edges, 0, **told, active=active)
    for origin in (10, 25, 40):
        np.testing.assert_array_equal(features(reached, origin), features(spoilt, origin))
    assert not np.array_equal(features(reached, 41), features(spoilt, 41))
    assert features(reached, 40).shape == (30, len(FEATURES))


def test_shares_survive_the_checkpoint(tmp_path: Path) -> None:
    history = make_history()
    model = KLSTM(replace(QUICK, seed=4)).fit(history, Silent())
    model.save(tmp_path / "model.safetensors")
    again = KLSTM.load(tmp_path / "model.safetensors")
    pd.testing.assert_frame_equal(model.predict_users(history, 3), again.predict_users(history, 3))


def test_redeemers_are_counted_by_themselves() -> None:
    history = make_history()
    own = history.redeemers()
    assert own.steps["y"].tolist() == history.steps["redeemers"].tolist()
    assert own.counted["redeemed"].all()
    assert 0 < len(own.counted) < len(history.counted)


def test_what_a_factor_is_worth_has_an_interval() -> None:
    campaigns = [(reached_users(200, 120, seed)[0], range(20, 110, 2)) for seed in range(8)]
    odds_ratios = UserShares.fit(campaigns).odds_ratios().set_index("feature")
    assert set(odds_ratios.index) == set(FEATURES)
    assert (
        (odds_ratios["low"] <= odds_ratios["ratio"]) & (odds_ratios["ratio"] <= odds_ratios["high"])
    ).all()
    # Who was active at all is three times as likely: planted, and found.
    assert odds_ratios.loc["active days ever", "low"] > 1
    # Of key users nothing can be learned where there are none.
    assert odds_ratios.loc["key user", ["ratio", "low", "high"]].tolist() == [1, 1, 1]


def test_the_moves_of_a_forecast_multiply_to_what_it_is() -> None:
    history = make_history()
    model = KLSTM(replace(QUICK, epochs=6, learning_rate=0.02, members=2)).fit(history, Silent())
    told = model.explain(history, "1", 4)
    frame = next(one for one in campaign_frames(history, model._baseline) if one.id == "1")
    whole = model.predict(history, 4).query("unique_id == '1'")["mean"].to_numpy()
    ratio = np.exp(np.log(whole / frame.base[len(frame.y), :4]).mean())
    assert told.attributions["ratio"].prod() == pytest.approx(ratio, rel=0.02)
    assert not np.allclose(told.attributions["ratio"], 1, atol=1e-3)
    assert told.groups["share"].sum() == pytest.approx(1)


def test_a_model_brought_up_to_date_knows_what_came_since() -> None:
    history, early = make_history(), AS_OF - timedelta(days=20)
    model = KLSTM(QUICK).fit(history.before(early), Silent())
    before = model.predict(history, 3)
    updated = model.update(history).predict(history, 3)
    assert model.cutoff == AS_OF
    assert not np.allclose(before["mean"], updated["mean"], rtol=1e-6)
    with pytest.raises(InvalidRequest, match="end of the model.s training data"):
        model.predict(history.before(AS_OF - timedelta(days=1)), 3)


def test_redemptions_that_leave_nothing_to_learn_from_are_none() -> None:
    history = make_history()
    assert history.has_redemptions
    late = history.steps["ds"] >= pd.Timestamp(history.first_day) + pd.Timedelta(days=56)
    early = replace(
        history, steps=history.steps.assign(redeemers=history.steps["redeemers"].where(~late, 0.0))
    )
    assert not early.has_redemptions
