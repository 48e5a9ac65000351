"""Participation rates of a campaign: several models of its counts, averaged.

    y(t) ~ Poisson(rate * seasonal factor * traffic(t)),   rate ~ Gamma

The power steady model (Harvey and Fernandes, JBES 1989) discounts past steps, so the rate follows changes.
Steps before a campaign's launch count a tenth after it. An open campaign has no participants before its
launch: it begins at the usual rate of campaigns, which counts as one step. Seasonal factors have a longer
memory and are shrunk towards 1.

The last model multiplies the usual rate of campaigns (``campaign_rate``) by the campaign's own factor, a
Gamma around 1.

Data sets differ in how fast rates change, whether traffic predicts participation and how similar campaigns
are. So the models (fast and slow discounting, with and without traffic, the usual rate) are averaged by their
discounted likelihood over all campaigns, for each number of steps ahead (dynamic model averaging: Raftery,
Karny and Ettler, Technometrics 2010).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forecasting.baseline.traffic import CalendarEffects
from forecasting.history.time_step import DAY, HOUR, MONTH, WEEK, Step

Floats = NDArray[np.float64]

# Discount factors of days: chosen on origins before July 2017 of the Complete Journey; of months: before July
# 2009 of Last.fm.
_RATE_DISCOUNTS = {HOUR: (0.8, 0.95), DAY: (0.93, 0.98), WEEK: (0.75, 0.9), MONTH: (0.6, 0.8)}
_SEASON_DISCOUNT = 0.99
_LIKELIHOOD_DISCOUNT = {HOUR: 0.99, DAY: 0.99, WEEK: 0.95, MONTH: 0.8}
_SEASON_PRIOR = 80.0
"""Weight of a seasonal factor of 1, in participants."""
_WARM_UP = {HOUR: 48, DAY: 30, WEEK: 13, MONTH: 12}
"""First steps of a series, which are left out of the likelihood."""
_MIN_MEAN = 0.01
_FACTOR_DISCOUNT = {HOUR: 0.98, DAY: 0.98, WEEK: 0.9, MONTH: 0.8}
_FACTOR_PRIOR = 4.0
"""Weight of a campaign factor of 1, in participants."""
_AFTER_LAUNCH = 0.1
"""Weight of the steps before a campaign's launch once it runs."""

N_RATE_MODELS = 2 * len(_RATE_DISCOUNTS[DAY]) + 1
"""Number of models: each discount factor with and without traffic, and the usual rate."""


@dataclass(frozen=True)
class Traffic:
    """Number of active users.

    Attributes
    ----------
    counts
        Active users of each step, shape (n_steps,).
    expected
        ``forecast_traffic``, shape (n_steps + 1, ahead).
    effects
        The effects of holidays and seasons.
    phase
        Position of the first step in its season (0: Monday, or January).
    step
        The time step.
    """

    counts: Floats
    expected: Floats
    effects: CalendarEffects
    phase: int
    step: Step = DAY

    def constant(self) -> "Traffic":
        """As if each step had one active user."""
        return replace(self, counts=np.ones_like(self.counts), expected=np.ones_like(self.expected))


@dataclass(frozen=True)
class Series:
    """Participants of a campaign.

    Attributes
    ----------
    y
        Participants of each step from the first of the data, shape (n_steps,).
    launch
        Step of the launch; n_steps or more if it is still to come.
    usual
        ``usual_participants``, shape (n_steps + 1, ahead).
    from_launch
        Whether participants count from the launch on only.
    """

    y: Floats
    launch: int
    usual: Floats
    from_launch: bool = False


def expected_participants(series: Series, traffic: Traffic, weights: Floats) -> Floats:
    """Weighted geometric mean of the models' forecasts.

    Parameters
    ----------
    series, traffic
        The data.
    weights
        ``rate_weights``, shape (N_RATE_MODELS, ahead).

    Returns
    -------
    Shape (n_steps + 1, ahead): row t holds the means of steps t, t + 1, ... from data before step t.
    """
    means = _rate_model_means(series, traffic)
    return np.asarray(np.exp(np.einsum("pj,ptj->tj", weights, np.log(means))))


def rate_weights(campaigns: Sequence[Series], traffic: Traffic) -> Floats:
    """Posterior weight of each model, shape (N_RATE_MODELS, ahead); the weights of each lead sum to 1."""
    ahead = traffic.expected.shape[1]
    score = np.zeros((N_RATE_MODELS, ahead))
    for series in campaigns:
        y, means = series.y, _rate_model_means(series, traffic)
        for lead in range(ahead):
            steps = np.arange(max(_WARM_UP[traffic.step], lead), len(y))
            mean = means[:, steps - lead, lead]
            age = len(traffic.counts) - 1 - steps
            discount = _LIKELIHOOD_DISCOUNT[traffic.step] ** age
            score[:, lead] += (discount * (y[steps] * np.log(mean) - mean)).sum(axis=1)
    likelihood = np.exp(score - score.max(axis=0))
    return np.asarray(likelihood / likelihood.sum(axis=0))


def _rate_model_means(series: Series, traffic: Traffic) -> Floats:
    """Means of each model's forecasts, shape (N_RATE_MODELS, n_steps + 1, ahead)."""
    discounts = _RATE_DISCOUNTS[traffic.step]
    filtered = [
        _filtered_means(series, regressor, discount)
        for regressor in (traffic, traffic.constant())
        for discount in discounts
    ]
    usual = np.maximum(_campaign_factor(series, _FACTOR_DISCOUNT[traffic.step]) * series.usual, _MIN_MEAN)
    # Before the launch there is no usual rate: the slow model with traffic takes its place.
    slow = filtered[len(discounts) - 1]
    return np.stack([*filtered, np.where(series.usual > 0, usual, slow)])


def _filtered_means(series: Series, traffic: Traffic, discount: float) -> Floats:
    """Means of a power steady model, shape (n_steps + 1, ahead)."""
    first = min(series.launch, len(series.y)) if series.from_launch else 0
    usual = np.maximum(series.usual, _MIN_MEAN)
    means = _filter_rate(
        series.y[first:], series.launch - first, usual[first, 0] if series.from_launch else 0.0,
        traffic.counts[first:], traffic.expected[first:], (traffic.phase + first) % traffic.step.season,
        traffic.step.season, discount,
    )  # fmt: skip
    return np.concatenate([usual[: first + 1], means[1:]]) if series.from_launch else means


def _campaign_factor(series: Series, discount: float) -> Floats:
    """Ratio of a campaign's participants to the usual, from earlier steps, shape (n_steps + 1, 1)."""
    y, usual = series.y, series.usual
    factor = np.ones((len(y) + 1, 1))
    events = exposure = 0.0
    for step in range(series.launch, len(y)):
        events, exposure = discount * events + y[step], discount * exposure + usual[step, 0]
        factor[step + 1] = (events + _FACTOR_PRIOR) / (exposure + _FACTOR_PRIOR)
    return factor


@njit(cache=True)
def _filter_rate(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    y, launch, initial, counts, expected, phase, season, discount
):
    steps, ahead = len(y), expected.shape[1]
    season_events, season_exposure = np.zeros(season), np.zeros(season)
    events, exposure = initial, np.zeros(season)
    if initial > 0:
        exposure[phase] = expected[0, 0]
    means = np.empty((steps + 1, ahead))
    for step in range(steps + 1):
        if step == launch and step > 0:
            events, exposure = events * _AFTER_LAUNCH, exposure * _AFTER_LAUNCH
        overall_rate = season_events.sum() / max(season_exposure.sum(), 1.0)
        factors = (season_events + _SEASON_PRIOR) / (overall_rate * season_exposure + _SEASON_PRIOR)
        rate = events / max((exposure * factors).sum(), 1.0)
        for lead in range(ahead):
            mean = rate * factors[(phase + step + lead) % season] * expected[step, lead]
            means[step, lead] = max(mean, _MIN_MEAN)
        if step == steps:
            break
        position = (phase + step) % season
        season_events, season_exposure = season_events * _SEASON_DISCOUNT, season_exposure * _SEASON_DISCOUNT
        events, exposure = events * discount, exposure * discount
        season_events[position] += y[step]
        season_exposure[position] += counts[step]
        events += y[step]
        exposure[position] += counts[step]
    return means
