"""A campaign's own pace: participants a day, weekday by weekday, as the rate of a count.

    y(t) ~ Poisson(rate x weekday factor x traffic(t)),   rate ~ Gamma

Past days count less the older they are (power steady model; Harvey and Fernandes, JBES 1989), so that the
rate follows what changes; weekday factors remember longer and are drawn to 1 where little was counted.

How fast to forget, and whether traffic tells anything at all, differs between data sets: four paces, quick
and slow, with and without traffic, are averaged by how likely each made what came in all campaigns, for each
number of days ahead, late days counting more (dynamic model averaging; Raftery, Karny and Ettler,
Technometrics 2010).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Chosen on origins before July 2017 of the Complete Journey.
_KEEPS = (0.93, 0.98)
_WEEKDAY_KEEPS, _WEIGHTS_KEEP = 0.99, 0.99
_DRAWN = 80.0
"""How many participants what is not known of a weekday counts as."""
_UNSEEN_DAYS = 30
"""Days of a series that are too early to judge a pace by."""
_LEAST = 0.01


PACES = 2 * len(_KEEPS)


@dataclass(frozen=True)
class Traffic:
    """How many users did anything, an entry a day; `expected` is ``expected_traffic``; the first day is a
    `weekday` (Monday 0).
    """

    counts: Floats
    expected: Floats
    weekday: int


def expected_participants(y: Floats, traffic: Traffic, weights: Floats) -> Floats:
    """Shape (days + 1, ahead): in row t, the mean of y on days t, t + 1, ... by what came before day t.

    `y` has an entry a day from the first day of the data on; `weights` are ``pace_weights``.
    """
    means = _paces(y, traffic)
    return np.asarray(np.exp(np.einsum("pj,ptj->tj", weights, np.log(means))))


def pace_weights(series: Sequence[Floats], traffic: Traffic) -> Floats:
    """How much each pace counts, by what came in the campaigns' `series`: shape (PACES, ahead)."""
    ahead = traffic.expected.shape[1]
    score = np.zeros((PACES, ahead))
    for y in series:
        means = _paces(y, traffic)
        for step in range(ahead):
            days = np.arange(max(_UNSEEN_DAYS, step), len(y))
            told = means[:, days - step, step]
            age = len(traffic.counts) - 1 - days
            score[:, step] += (_WEIGHTS_KEEP**age * (y[days] * np.log(told) - told)).sum(axis=1)
    likely = np.exp(score - score.max(axis=0))
    return np.asarray(likely / likely.sum(axis=0))


def _paces(y: Floats, traffic: Traffic) -> Floats:
    """Shape (PACES, days + 1, ahead)."""
    even = Traffic(np.ones_like(traffic.counts), np.ones_like(traffic.expected), traffic.weekday)
    return np.stack([_pace(y, known, keeps) for known in (traffic, even) for keeps in _KEEPS])


def _pace(y: Floats, traffic: Traffic, keeps: float) -> Floats:
    days, ahead = len(y), traffic.expected.shape[1]
    came, could = np.zeros(7), np.zeros(7)
    lately, could_lately = 0.0, np.zeros(7)
    means = np.empty((days + 1, ahead))
    for day in range(days + 1):
        usual = came.sum() / max(could.sum(), 1.0)
        factors = (came + _DRAWN) / (usual * could + _DRAWN)
        rate = lately / max(could_lately @ factors, 1.0)
        means[day] = rate * factors[(traffic.weekday + day + np.arange(ahead)) % 7] * traffic.expected[day]
        if day == days:
            break
        today = (traffic.weekday + day) % 7
        came, could = came * _WEEKDAY_KEEPS, could * _WEEKDAY_KEEPS
        lately, could_lately = lately * keeps, could_lately * keeps
        came[today] += y[day]
        could[today] += traffic.counts[day]
        lately += y[day]
        could_lately[today] += traffic.counts[day]
    return np.maximum(means, _LEAST)
