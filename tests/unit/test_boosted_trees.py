"""Boosted trees learn what campaigns have in common, from the past alone."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forecasting.baseline.rate_model import Traffic
from forecasting.baseline.traffic import CalendarEffects
from forecasting.combination import boosted_trees
from forecasting.combination.boosted_trees import BoostedTrees, features
from forecasting.combination.lead_groups import lead_groups
from forecasting.history.time_step import HOUR, MONTH, Step

Floats = NDArray[np.float64]

N_STEPS, UNTIL, DECAY = 400, 300, 0.8


@dataclass(frozen=True)
class Series:
    """A campaign as arrays."""

    y: Floats
    start: int
    end: int
    traffic: Traffic
    baseline: Floats
    step: Step = HOUR


def fading_campaigns(count: int = 40) -> list[Series]:
    """Campaigns that lose a fifth of their participants with each step, under a baseline that stays."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(50, N_STEPS).astype(float)
    effects = CalendarEffects(*(np.ones(1) for _ in CalendarEffects.__dataclass_fields__))
    traffic = Traffic(counts, np.full((N_STEPS + 1, HOUR.horizon), 50.0), effects, 0, HOUR)
    campaigns = []
    for start in rng.integers(30, N_STEPS - 60, count):
        expected = np.zeros(N_STEPS)
        expected[start:] = rng.uniform(20, 90) * DECAY ** np.arange(N_STEPS - start)
        y = rng.poisson(expected).astype(float)
        baseline = np.repeat(np.append(1.0, y)[:, np.newaxis], HOUR.horizon, axis=1) + 0.01
        campaigns.append(Series(y, int(start), N_STEPS, traffic, baseline))
    return campaigns


@pytest.fixture(scope="module")
def campaigns() -> list[Series]:
    return fading_campaigns()


@pytest.fixture(scope="module")
def trees(campaigns: list[Series]) -> BoostedTrees:
    return BoostedTrees.fit(campaigns, UNTIL)


def test_trees_learn_how_campaigns_fade(campaigns: list[Series], trees: BoostedTrees) -> None:
    later = [campaign for campaign in campaigns if campaign.start > UNTIL]
    assert later
    errors, of_baseline = [], []
    for campaign in later:
        origin = campaign.start + 4
        y, means = campaign.y[origin : origin + 3], trees.means(campaign, origin, 3)
        errors.append(np.abs(means - y).mean())
        of_baseline.append(np.abs(campaign.baseline[origin, :3] - y).mean())
    assert np.mean(errors) < 0.7 * np.mean(of_baseline)


def test_arrays_predict_what_the_fitted_model_predicts(
    campaigns: list[Series], monkeypatch: pytest.MonkeyPatch
) -> None:
    models, fitted = [], boosted_trees._fitted
    monkeypatch.setattr(boosted_trees, "_fitted", lambda *rows: models.append(fitted(*rows)) or models[-1])
    trees = BoostedTrees.fit(campaigns, UNTIL)
    groups = lead_groups(HOUR.horizon)
    assert len(models) == len(groups) == 3
    campaign = campaigns[0]
    origin = campaign.start + 5
    expected = []
    for model, leads in zip(models, groups, strict=True):
        x, scale = features(campaign, origin, leads)
        expected.append(scale * model.predict(x))
    assert trees.means(campaign, origin, HOUR.horizon) == pytest.approx(np.concatenate(expected))
    again = BoostedTrees.of_tensors(trees.tensors())
    assert again.means(campaign, origin, 5).tolist() == trees.means(campaign, origin, 5).tolist()


def test_nothing_at_or_after_the_origin_is_seen(campaigns: list[Series], trees: BoostedTrees) -> None:
    def corrupted(campaign: Series, since: int) -> Series:
        y, baseline, counts = campaign.y.copy(), campaign.baseline.copy(), campaign.traffic.counts.copy()
        expected = campaign.traffic.expected.copy()
        y[since:], counts[since:] = 999, 999
        baseline[since + 1 :], expected[since + 1 :] = 999, 999
        traffic = replace(campaign.traffic, counts=counts, expected=expected)
        return replace(campaign, y=y, baseline=baseline, traffic=traffic)

    again = BoostedTrees.fit([corrupted(campaign, UNTIL) for campaign in campaigns], UNTIL)
    assert np.array_equal(again.nodes, trees.nodes)
    for campaign in campaigns[:5]:
        origin = campaign.start + 7
        means = trees.means(corrupted(campaign, origin), origin, HOUR.horizon)
        assert means.tolist() == trees.means(campaign, origin, HOUR.horizon).tolist()


def test_what_small_campaigns_show_holds_for_large_ones(campaigns: list[Series], trees: BoostedTrees) -> None:
    campaign = campaigns[0]
    origin = campaign.start + 4
    large = replace(campaign, y=100 * campaign.y, baseline=100 * campaign.baseline)
    ratio = trees.means(large, origin, 6) / trees.means(campaign, origin, 6)
    assert (ratio > 30).all()


def test_no_forecast_without_anything_learned(campaigns: list[Series], trees: BoostedTrees) -> None:
    campaign = campaigns[0]
    silent = replace(campaign, y=np.zeros(N_STEPS))
    for means in (
        trees.means(campaign, campaign.start, 3),  # Not begun.
        trees.means(silent, campaign.start + 9, 3),  # Nobody took part.
        BoostedTrees.none().means(campaign, campaign.start + 9, 3),
        BoostedTrees.fit([], UNTIL).means(campaign, campaign.start + 9, 3),
        BoostedTrees.fit(campaigns[:1], UNTIL).means(campaign, campaign.start + 9, 3),  # Too few steps.
    ):
        assert np.isnan(means).all()


def test_groups_of_leads_end_with_the_horizon() -> None:
    assert [group.tolist() for group in lead_groups(MONTH.horizon)] == [[1, 2, 3]]
    assert [len(group) for group in lead_groups(8)] == [3, 4, 1]
