"""What campaigns usually draw: participants a day of those reached, by a campaign's kind and its week.

    hazard(kind, week) = participants / (users reached x traffic),   by what came in all campaigns so far

each kind drawn to all kinds and each week to all weeks, the less was counted the more. This is what is known
of a campaign before it begins, and where only what happens after the launch counts, as with coupons.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.baseline.rate_model import Traffic

Floats = NDArray[np.float64]

_SEASONS = 10
"""The last one stands for all later ones."""
_DRAWN = 10.0
"""As how many participants it counts what is known of all kinds and weeks."""
_SMALLEST = 1e-9


@dataclass(frozen=True)
class CampaignCounts:
    """A campaign: its `kind`, the step of its `launch`, how many users it `reached`, and y, an entry a step
    from the first of the data on.
    """

    kind: str
    launch: int
    reached: int
    y: Floats


def usual_participants(campaigns: Sequence[CampaignCounts], traffic: Traffic) -> list[Floats]:
    """Of each campaign, shape (steps + 1, ahead): in row t, how many usually take part in steps t, t + 1, ...
    by what came in all campaigns before step t; 0 before its launch. A season of steps counts as a week.
    """
    days, ahead, season = len(traffic.counts), traffic.expected.shape[1], traffic.step.season
    kinds = sorted({one.kind for one in campaigns})
    came, could = (np.zeros((len(kinds), _SEASONS, days + 1)) for _ in range(2))
    for one in campaigns:
        since = np.arange(max(one.launch, 0), len(one.y))
        week = np.minimum((since - one.launch) // season, _SEASONS - 1)
        kind = kinds.index(one.kind)
        np.add.at(came[kind], (week, since + 1), one.y[since])
        np.add.at(could[kind], (week, since + 1), one.reached * traffic.counts[since])
    hazard = _hazard(came.cumsum(axis=2), could.cumsum(axis=2))
    found = []
    for one in campaigns:
        origins = np.arange(len(one.y) + 1)[:, np.newaxis]
        age = origins + np.arange(ahead) - one.launch
        week = np.clip(age // season, 0, _SEASONS - 1)
        usual = (
            hazard[kinds.index(one.kind), week, origins] * one.reached * traffic.expected[: len(one.y) + 1]
        )
        found.append(np.where(age >= 0, usual, 0.0))
    return found


def _hazard(came: Floats, could: Floats) -> Floats:
    overall = (came.sum(axis=(0, 1)) + _SMALLEST) / (could.sum(axis=(0, 1)) + 1.0)
    of_week = (came.sum(axis=0) + _DRAWN) / (could.sum(axis=0) + _DRAWN / overall)
    return np.asarray((came + _DRAWN) / (could + _DRAWN / of_week))
