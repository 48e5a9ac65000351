"""The usual rate of participation: participants per reached user and unit of traffic, by kind and week.

    rate(kind, week) = participants / (users reached * traffic),   over all campaigns so far

Each kind is shrunk towards all kinds and each week towards all weeks. This is all that is known of a campaign
before its launch if participation counts only afterwards, as with coupons.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.baseline.rate_model import Traffic

Floats = NDArray[np.float64]

_WEEKS = 10
"""Weeks with a rate of their own; the last also covers all later weeks."""
_PRIOR_COUNT = 10.0
"""Weight of the prior (all kinds, all weeks), in participants."""
_MIN_COUNT = 1e-9


@dataclass(frozen=True)
class CampaignCounts:
    """Participants of a campaign.

    Attributes
    ----------
    kind
        Kind of campaign.
    launch
        Step of the launch.
    reached
        Number of users that the campaign reached.
    y
        Participants of each step from the first of the data, shape (n_steps,).
    """

    kind: str
    launch: int
    reached: int
    y: Floats


def usual_participants(campaigns: Sequence[CampaignCounts], traffic: Traffic) -> list[Floats]:
    """Expected participants of each campaign at the usual rate.

    Returns
    -------
    For each campaign, shape (n_steps + 1, ahead): row t holds steps t, t + 1, ... as expected from data
    before step t, and 0 before the launch. For months, a season takes the place of a week.
    """
    n_steps, ahead, season = len(traffic.counts), traffic.expected.shape[1], traffic.step.season
    kinds = sorted({campaign.kind for campaign in campaigns})
    events, exposure = (np.zeros((len(kinds), _WEEKS, n_steps + 1)) for _ in range(2))
    for campaign in campaigns:
        steps = np.arange(max(campaign.launch, 0), len(campaign.y))
        week = np.minimum((steps - campaign.launch) // season, _WEEKS - 1)
        kind = kinds.index(campaign.kind)
        np.add.at(events[kind], (week, steps + 1), campaign.y[steps])
        np.add.at(exposure[kind], (week, steps + 1), campaign.reached * traffic.counts[steps])
    rate = _shrunk_rate(events.cumsum(axis=2), exposure.cumsum(axis=2))
    expected = []
    for campaign in campaigns:
        origins = np.arange(len(campaign.y) + 1)[:, np.newaxis]
        age = origins + np.arange(ahead) - campaign.launch
        week = np.clip(age // season, 0, _WEEKS - 1)
        campaign_rate = rate[kinds.index(campaign.kind), week, origins]
        usual = campaign_rate * campaign.reached * traffic.expected[: len(campaign.y) + 1]
        expected.append(np.where(age >= 0, usual, 0.0))
    return expected


def _shrunk_rate(events: Floats, exposure: Floats) -> Floats:
    """The rate from `events` and `exposure` before each step; all of shape (n_kinds, _WEEKS, n_steps + 1)."""
    overall = (events.sum(axis=(0, 1)) + _MIN_COUNT) / (exposure.sum(axis=(0, 1)) + 1.0)
    of_week = (events.sum(axis=0) + _PRIOR_COUNT) / (exposure.sum(axis=0) + _PRIOR_COUNT / overall)
    return np.asarray((events + _PRIOR_COUNT) / (exposure + _PRIOR_COUNT / of_week))
