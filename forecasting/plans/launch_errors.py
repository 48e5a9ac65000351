"""How far forecasts at the launches of past campaigns were from what came.

A campaign is forecast at its launch in two ways: by the baseline, which multiplies the usual rate by the
traffic that is expected, and by the usual rate alone. The first follows seasons and holidays, but a sale that
itself brings users has more than that. Past launches decide: each way is weighted by the marginal likelihood
of its errors, as if these were normal in logarithms.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import softmax

from forecasting.baseline.baseline import Baseline, traffic_of, usual_without_traffic
from forecasting.history.history import History

Floats = NDArray[np.float64]

_PRIOR_LAUNCHES, _PRIOR_DISPERSION = 2.0, 0.25
"""Weight of a forecast that is right but for this dispersion, in launches."""
_PRIOR_WEIGHTS = np.array([0.8, 0.2])
"""Without past launches, mostly the baseline: on the Complete Journey, traffic tells more."""


@dataclass(frozen=True)
class LaunchErrors:
    """What past launches say about forecasts of whole campaigns before they begin.

    Attributes
    ----------
    weights
        Of the ``launch_means``, shape (2,).
    dispersion
        Of the totals around the weighted means, as a negative binomial.
    """

    weights: Floats
    dispersion: float

    @classmethod
    def of(cls, history: History, baseline: Baseline) -> "LaunchErrors":
        """Learn from the campaigns that ended before ``history.as_of``."""
        launches = [*_past_launches(history, baseline)]
        actual = np.array([launch[0] for launch in launches])
        means = np.array([launch[1] for launch in launches]).reshape(-1, len(_PRIOR_WEIGHTS))
        counts = (weight := _certainty(means)).sum(axis=0)
        errors = np.log((actual[:, np.newaxis] + 0.5) / (means + 0.5))
        squares = (weight * errors**2).sum(axis=0) + _PRIOR_LAUNCHES * _PRIOR_DISPERSION
        log_likelihood = -counts / 2 * np.log(squares / (counts + _PRIOR_LAUNCHES))
        weights = np.asarray(softmax(np.log(_PRIOR_WEIGHTS) + log_likelihood))
        mean = means @ weights
        # The squared error beyond the variance of a Poisson count, relative to the squared mean. Clipped, so
        # that the ratio of a campaign of a few users cannot dominate.
        beyond = np.clip(((actual - mean) ** 2 - mean) / mean**2, 0, 1)
        total = (_certainty(mean) * beyond).sum() + _PRIOR_LAUNCHES * _PRIOR_DISPERSION
        return cls(weights, float(total / (_certainty(mean).sum() + _PRIOR_LAUNCHES)))

    def combine(self, means: Floats) -> Floats:
        """The forecast of each step from ``launch_means``, shape (2, n) -> (n,)."""
        return np.asarray(self.weights @ means)


def _certainty(means: Floats) -> Floats:
    """Weight of launches: 1 if chance alone blurs their ratios much less than campaigns differ, else less."""
    return means / (means + 1 / _PRIOR_DISPERSION)


def launch_means(history: History, baseline: Baseline, ahead: int) -> dict[str, Floats]:
    """Expected participants of each campaign from each origin: by the baseline, and at the usual rate alone.

    Returns
    -------
    By campaign id, shape (2, n_steps + 1, ahead).
    """
    traffic = traffic_of(history, baseline.holidays, ahead)
    usual = usual_without_traffic(history, traffic)
    return {
        campaign: np.stack([expected, usual[campaign]])
        for campaign, expected in baseline.expected(history, traffic).items()
    }


def _past_launches(history: History, baseline: Baseline) -> Iterator[tuple[float, Floats]]:
    """Yield the participants of each past campaign and, shape (2,), what was expected at its launch."""
    step, campaigns = history.step, history.campaigns
    lengths = [
        step.until(starts, ends) for starts, ends in zip(campaigns["starts"], campaigns["ends"], strict=True)
    ]
    ahead = int(np.clip(max(lengths, default=1), 1, step.longest_plan))
    means = launch_means(history, baseline, ahead)
    steps = dict(iter(history.steps.groupby("unique_id")))
    for campaign in campaigns.itertuples():
        start, end = history.number(campaign.starts), step.until(history.first_day, campaign.ends)
        if (
            campaign.id not in means
            or start < 2 * step.lookback
            or campaign.ends > pd.Timestamp(history.as_of)
        ):
            continue
        length = min(end - start, step.longest_plan)
        actual = steps[campaign.id]["y"].to_numpy(float)[start : start + length].sum()
        yield actual, means[campaign.id][:, start, :length].sum(axis=1)
