"""Gradient-boosted trees, learned from all campaigns together: a member of the combination.

Campaigns rise and fade alike. Trees of all of them learn how many participants follow the recent ones at a
campaign's age, which no single series shows (Montero-Manso and Hyndman, "Principles and algorithms for
forecasting groups of time series", International Journal of Forecasting 2021). There is one model for each
group of leads:

    y ~ Poisson(scale * f(features / scale))

where the scale is a mean of the latest participants, so that what small campaigns show holds for large ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol, Self

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from forecasting.baseline.rate_model import Traffic
from forecasting.combination.lead_groups import lead_groups
from forecasting.history.time_step import Step
from forecasting.weights import Weights

Floats = NDArray[np.float64]

# Chosen on the first 40% of the hours of the hashtags, and on the Complete Journey before July 2017.
_TREES, _LEARNING_RATE, _LEAVES, _MIN_LEAF, _L2, _BINS = 150, 0.05, 15, 100, 5.0, 63
_MIN_ROWS, _MAX_ROWS = 5_000, 100_000
"""Rows of one model: fewer show too little of what campaigns share, and more take too long to fit."""
_MIN_MEAN = 0.01


class Campaign(Protocol):
    """What the members read of a campaign: see ``CampaignFrame``."""

    @property
    def step(self) -> Step: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def first_counted(self) -> int: ...
    @property
    def y(self) -> Floats: ...
    @property
    def traffic(self) -> Traffic: ...
    @property
    def baseline(self) -> Floats: ...


@dataclass(frozen=True)
class BoostedTrees:
    """Fitted trees as arrays, so that a checkpoint holds no code.

    Attributes
    ----------
    nodes
        Of each node of all trees: feature, threshold, number of the node where the feature is at most the
        threshold, number of the other node, value; shape (n_nodes, 5). A leaf leads to itself.
    roots
        Number of the first node of each tree, shape (number of groups of leads, n_trees).
    intercepts
        Log of the mean before the first tree; NaN for groups of leads without a model.
    """

    nodes: Floats
    roots: NDArray[np.int64]
    intercepts: Floats

    @classmethod
    def none(cls) -> Self:
        """No model: all forecasts are NaN."""
        return cls(np.empty((0, 5)), np.empty((0, _TREES), dtype=np.int64), np.empty(0))

    @classmethod
    def fit(cls, campaigns: Sequence[Campaign], until: int) -> Self:
        """Learn from the steps before `until` of all `campaigns`.

        Parameters
        ----------
        campaigns
            Campaigns of one time step.
        until
            Number of the first step that is not seen.

        Returns
        -------
        Trees with a model for each group of leads that has enough steps.
        """
        if not campaigns:
            return cls.none()
        models = []
        for leads in lead_groups(campaigns[0].step.horizon):
            x, y, scale = _table(campaigns, leads, until)
            models.append(_fitted(x, y, scale) if len(y) >= _MIN_ROWS and y.any() else None)
        return cls._of_models(models)

    @classmethod
    def _of_models(cls, models: Iterable[Any]) -> Self:
        nodes, roots, intercepts = [np.empty((0, 5))], [], []
        for model in models:
            firsts = np.zeros(_TREES, dtype=np.int64)
            for number in range(_TREES if model else 0):
                firsts[number] = sum(map(len, nodes))
                nodes.append(_nodes(model, number, firsts[number]))
            roots.append(firsts)
            intercepts.append(float(model._baseline_prediction.item()) if model else np.nan)
        return cls(np.concatenate(nodes), np.stack(roots), np.array(intercepts))

    def means(self, campaign: Campaign, origin: int, horizon: int) -> Floats:
        """Forecast `horizon` steps from `origin` on.

        Returns
        -------
        Shape (horizon,); NaN where there is no model for the lead, before the launch, and after as many steps
        without participants as a forecast reads.
        """
        means = np.full(horizon, np.nan)
        if not _can_learn(campaign, origin):
            return means
        for intercept, roots, leads in zip(
            self.intercepts, self.roots, lead_groups(campaign.step.horizon), strict=False
        ):
            leads = leads[leads <= horizon]
            if np.isfinite(intercept) and len(leads):
                x, scale = features(campaign, origin, leads)
                means[leads - 1] = scale * np.exp(intercept + self._sums(x, roots))
        return np.maximum(means, _MIN_MEAN)

    def _sums(self, x: Floats, roots: NDArray[np.int64]) -> Floats:
        """The sum of the trees' values for each row of `x`."""
        feature, lower, higher = self.nodes[:, [0, 2, 3]].astype(np.int64).T
        threshold, value = self.nodes[:, 1], self.nodes[:, 4]
        rows, at = np.arange(len(x))[:, np.newaxis], np.tile(roots, (len(x), 1))
        while True:
            below = np.where(x[rows, feature[at]] <= threshold[at], lower[at], higher[at])
            if np.array_equal(below, at):
                return np.asarray(value[at].sum(axis=1))
            at = below

    def tensors(self) -> Weights:
        """The trees as tensors for a file."""
        return {f"trees.{part.name}": torch.from_numpy(getattr(self, part.name)) for part in fields(self)}

    @classmethod
    def of_tensors(cls, tensors: Weights) -> Self:
        """The trees from a file. Raises KeyError where a part is missing."""
        return cls(*(tensors[f"trees.{part.name}"].numpy() for part in fields(cls)))


def features(campaign: Campaign, origin: int, leads: NDArray[np.int64]) -> tuple[Floats, float]:
    """What the trees know at `origin`, of each of `leads` (1 is the step of the origin).

    Returns
    -------
    Features of shape (len(leads), n_features), and the scale. Divided by the scale are the participants of
    the latest steps, their means, those of the campaign by step of its age, the baselines, and the
    participants of the same step of the latest season.
    """
    y, traffic, season = campaign.y, campaign.traffic, campaign.step.season
    lookback, expected = campaign.step.lookback, campaign.baseline[origin]
    latest = y[max(origin - lookback, 0) : origin][::-1]
    lags = np.pad(latest, (0, lookback - len(latest)))
    mean_of_3, mean_of_6, mean = lags[:3].mean(), lags[:6].mean(), lags.mean()
    scale = (mean_of_6 + 2 * mean) / 3 + 0.5 / lookback
    age = origin - campaign.start
    total = y[max(campaign.start, 0) : origin].sum()
    active, season_ago = traffic.counts[origin - 1], traffic.counts[max(origin - season, 0)]
    of_origin = [
        *(np.array([*lags, mean_of_3, mean_of_6, mean, total, total / age, expected[0]]) / scale),
        scale,
        age,
        active,
        active / (season_ago + 1),
    ]
    target = origin + leads - 1
    latest_season = target - season * -(-leads // season)
    same = np.where(latest_season >= 0, y[np.maximum(latest_season, 0)], 0.0)
    of_leads = [
        expected[leads - 1] / scale,
        same / scale,
        leads,
        traffic.expected[origin, leads - 1] / (active + 1),
        (traffic.phase + target) % season,
    ]
    return np.column_stack([np.tile(of_origin, (len(leads), 1)), *of_leads]), float(scale)


def _table(
    campaigns: Sequence[Campaign], leads: NDArray[np.int64], until: int
) -> tuple[Floats, Floats, Floats]:
    """Features, outcomes and scales of the steps before `until`, at most _MAX_ROWS or so, evenly chosen."""
    origins = [(campaign, origin) for campaign in campaigns for origin in _origins(campaign, until)]
    parts = []
    for campaign, origin in origins[:: 1 + len(origins) * len(leads) // _MAX_ROWS]:
        known = leads[origin + leads - 1 < min(until, campaign.end, len(campaign.y))]
        x, scale = features(campaign, origin, known)
        parts.append((x, campaign.y[origin + known - 1], np.full(len(known), scale)))
    if not parts:
        return np.empty((0, 0)), np.empty(0), np.empty(0)
    x, y, scales = (np.concatenate(part) for part in zip(*parts, strict=True))
    return x, y, scales


def _origins(campaign: Campaign, until: int) -> Iterator[int]:
    first = max(campaign.start + 1, campaign.step.lookback)
    for origin in range(first, min(until, campaign.end, len(campaign.y))):
        if _can_learn(campaign, origin):
            yield origin


def _can_learn(campaign: Campaign, origin: int) -> bool:
    """Whether the campaign runs and has had participants of late."""
    latest = campaign.y[max(origin - campaign.step.lookback, 0) : origin]
    return origin > campaign.start and bool(latest.any())


def _fitted(x: Floats, y: Floats, scale: Floats) -> Any:
    # Imported here because it takes seconds, and a forecast does not need it.
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        loss="poisson", max_iter=_TREES, learning_rate=_LEARNING_RATE, max_leaf_nodes=_LEAVES,
        min_samples_leaf=_MIN_LEAF, l2_regularization=_L2, max_bins=_BINS, early_stopping=False,
        random_state=1,
    )  # fmt: skip
    with threadpool_limits(1):
        # The likelihood of y / scale, weighted by the scale, is that of y.
        return model.fit(x, y / scale, sample_weight=scale)


def _nodes(model: Any, number: int, first: int) -> Floats:
    """The nodes of a tree, numbered from `first` on."""
    nodes = model._predictors[number][0].nodes
    own, is_leaf = first + np.arange(len(nodes)), nodes["is_leaf"].astype(bool)
    lower, higher = (
        np.where(is_leaf, own, first + nodes[side].astype(np.int64)) for side in ("left", "right")
    )
    feature = np.where(is_leaf, 0, nodes["feature_idx"])
    threshold = np.where(is_leaf, 0.0, nodes["num_threshold"])
    return np.column_stack([feature, threshold, lower, higher, nodes["value"]]).astype(float)
