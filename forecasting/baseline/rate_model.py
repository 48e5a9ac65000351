"""A campaign's own pace: participants a day, weekday by weekday, as the rate of a count; or a month, month by
month of the year.

    y(t) ~ Poisson(rate x weekday factor x traffic(t)),   rate ~ Gamma

Past days count less the older they are (power steady model; Harvey and Fernandes, JBES 1989), so that the
rate follows what changes, and what was before a campaign's launch counts a tenth after it; weekday factors
remember longer and are drawn to 1 where little was counted.

A fifth one follows what campaigns usually draw (``campaign_rate``) times the campaign's own factor, a Gamma
around 1.

How fast to forget, whether traffic tells anything at all, and whether campaigns run alike differs between
data sets: the paces, quick and slow, with and without traffic, and the usual one, are averaged by how likely
each made what came in all campaigns, for each number of days ahead, late days counting more (dynamic model
averaging; Raftery, Karny and Ettler, Technometrics 2010).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forecasting.history.time_step import DAY, MONTH, Step

Floats = NDArray[np.float64]

# Of days: chosen on origins before July 2017 of the Complete Journey; of months: before July 2009 of Last.fm.
_KEEPS = {DAY: (0.93, 0.98), MONTH: (0.6, 0.8)}
_SEASON_KEEPS = 0.99
_WEIGHTS_KEEP = {DAY: 0.99, MONTH: 0.8}
_DRAWN = 80.0
"""How many participants what is not known of a weekday counts as."""
_UNSEEN = {DAY: 30, MONTH: 12}
"""Steps of a series that are too early to judge a pace by."""
_LEAST = 0.01
_FACTOR_KEEPS, _ALIKE = {DAY: 0.98, MONTH: 0.8}, 4.0
"""How much a step counts the step after, and as how many participants it counts that campaigns are alike."""
_AFTER_LAUNCH = 0.1
"""How much what came before a campaign's launch counts once it runs."""


RATE_MODELS = 2 * len(_KEEPS[DAY]) + 1


@dataclass(frozen=True)
class Traffic:
    """How many users did anything, an entry a step; `expected` is ``expected_traffic``; `place` is that of
    the first step in its season (Monday, or January: 0).
    """

    counts: Floats
    expected: Floats
    place: int
    step: Step = DAY


@dataclass(frozen=True)
class Series:
    """A campaign's participants, an entry a step from the first of the data on, and in which of these steps
    it began (the number of steps where it has not); `usual` is ``usual_participants``.
    """

    y: Floats
    launch: int
    usual: Floats


def expected_participants(series: Series, traffic: Traffic, weights: Floats) -> Floats:
    """Shape (steps + 1, ahead): in row t, the mean of y in steps t, t + 1, ... by what came before step t.

    `weights` are ``rate_weights``.
    """
    means = _rate_model_means(series, traffic)
    return np.asarray(np.exp(np.einsum("pj,ptj->tj", weights, np.log(means))))


def rate_weights(campaigns: Sequence[Series], traffic: Traffic) -> Floats:
    """How much each pace counts, by what came in `campaigns`: shape (RATE_MODELS, ahead)."""
    ahead = traffic.expected.shape[1]
    score = np.zeros((RATE_MODELS, ahead))
    for series in campaigns:
        y, means = series.y, _rate_model_means(series, traffic)
        for step in range(ahead):
            days = np.arange(max(_UNSEEN[traffic.step], step), len(y))
            told = means[:, days - step, step]
            age = len(traffic.counts) - 1 - days
            counts = _WEIGHTS_KEEP[traffic.step] ** age
            score[:, step] += (counts * (y[days] * np.log(told) - told)).sum(axis=1)
    likely = np.exp(score - score.max(axis=0))
    return np.asarray(likely / likely.sum(axis=0))


def _rate_model_means(series: Series, traffic: Traffic) -> Floats:
    """Shape (RATE_MODELS, days + 1, ahead)."""
    even = Traffic(np.ones_like(traffic.counts), np.ones_like(traffic.expected), traffic.place, traffic.step)
    own = [
        _pace(series.y, series.launch, known.counts, known.expected, known.place, known.step.season, keeps)
        for known in (traffic, even)
        for keeps in _KEEPS[traffic.step]
    ]
    alike = np.maximum(_factor(series, _FACTOR_KEEPS[traffic.step]) * series.usual, _LEAST)
    # Before the launch, when there is nothing usual, it is the slow one with traffic.
    slow = own[len(_KEEPS[traffic.step]) - 1]
    return np.stack([*own, np.where(series.usual > 0, alike, slow)])


def _factor(series: Series, keeps: float) -> Floats:
    """Shape (days + 1, 1): how much more than usual a campaign draws, by what came before each day."""
    y, usual = series.y, series.usual
    factor = np.ones((len(y) + 1, 1))
    came = could = 0.0
    for day in range(series.launch, len(y)):
        came, could = keeps * came + y[day], keeps * could + usual[day, 0]
        factor[day + 1] = (came + _ALIKE) / (could + _ALIKE)
    return factor


@njit(cache=True)
def _pace(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    y, launch, counts, expected, place, season, keeps
):
    days, ahead = len(y), expected.shape[1]
    came, could = np.zeros(season), np.zeros(season)
    lately, could_lately = 0.0, np.zeros(season)
    means = np.empty((days + 1, ahead))
    for day in range(days + 1):
        if day == launch:
            lately, could_lately = lately * _AFTER_LAUNCH, could_lately * _AFTER_LAUNCH
        usual = came.sum() / max(could.sum(), 1.0)
        factors = (came + _DRAWN) / (usual * could + _DRAWN)
        rate = lately / max((could_lately * factors).sum(), 1.0)
        for step in range(ahead):
            mean = rate * factors[(place + day + step) % season] * expected[day, step]
            means[day, step] = max(mean, _LEAST)
        if day == days:
            break
        today = (place + day) % season
        came, could = came * _SEASON_KEEPS, could * _SEASON_KEEPS
        lately, could_lately = lately * keeps, could_lately * keeps
        came[today] += y[day]
        could[today] += counts[day]
        lately += y[day]
        could_lately[today] += counts[day]
    return means
