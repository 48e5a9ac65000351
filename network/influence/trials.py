"""What happened after a user took part: did those follow whom an edge of the network joins to them?

A trial is a campaign, an edge from one who took part to one who could but had not yet, and the moment.
It is a success where the second takes part for the first time within the window. What the campaign's
own pace explains is the share of all who were waiting at that moment and took part in that window.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from network.participation_history import DAY, CampaignHistory, Floats, Ints, ParticipationHistory

_SHORTEST, _LONGEST = 7.0, 90.0
_SHARE = 8


@dataclass(frozen=True)
class Trials:
    """One row a trial, in arrays of the same length."""

    campaign: Ints
    edge: Ints
    target: Ints
    at: Floats
    success: Floats
    expected: Floats
    delay: Floats
    """Seconds until the target's first participation, also after the window; infinity for none."""

    def __len__(self) -> int:
        return len(self.at)

    def where(self, keep: np.ndarray) -> "Trials":
        """Only those that `keep` (a mask, or positions) says."""
        return Trials(*(column[keep] for column in vars(self).values()))


@dataclass(frozen=True)
class Edges:
    """A directed network in the order of its sources (compressed sparse rows)."""

    starts: Ints
    targets: Ints

    @classmethod
    def of(cls, users: int, sources: Ints, targets: Ints) -> "Edges":
        """Edges keep their order: edge i of the trials is pair i, so `sources` must be sorted."""
        return cls(np.searchsorted(sources, np.arange(users + 1)).astype(np.int64), targets)

    def leaving(self, users: Ints) -> tuple[Ints, Ints]:
        """(place in `users`, edge) of every edge that leaves one of them."""
        counts = self.starts[users + 1] - self.starts[users]
        place = np.repeat(np.arange(len(users)), counts)
        begins = np.repeat(self.starts[users] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        return place, begins + np.arange(len(place))


def window_of(history: ParticipationHistory) -> float:
    """Seconds in which following counts: an eighth of the median campaign's length, 7 to 90 days."""
    spans = [one.times[-1] - one.times[0] for one in history.campaigns if len(one.times) > 1]
    days = float(np.median(spans)) / DAY / _SHARE if spans else _SHORTEST
    return round(min(max(days, _SHORTEST), _LONGEST)) * DAY


def trials_of(history: ParticipationHistory, edges: Edges, window: float, since: float = -np.inf) -> Trials:
    """Every trial that begins at `since` or later and whose window ends before the history does."""
    found = [
        _trials_of_campaign(history, number, one, edges, window, since)
        for number, one in enumerate(history.campaigns)
        if len(one.users)
    ]
    if not found:
        nothing, none = np.empty(0, dtype=np.int64), np.empty(0)
        return Trials(nothing, nothing, nothing, none, none, none, none)
    columns = zip(*found, strict=True)
    return Trials(*(np.concatenate(column) for column in columns))


def _trials_of_campaign(
    history: ParticipationHistory,
    number: int,
    campaign: CampaignHistory,
    edges: Edges,
    window: float,
    since: float,
) -> tuple[np.ndarray, ...]:
    waiting = AtRisk(history, campaign)
    begun = (campaign.times >= since) & (campaign.times + window <= history.before)
    users, times = campaign.users[begun], campaign.times[begun]
    place, edge = edges.leaving(users)
    target, at = edges.targets[edge], times[place]
    open_to = waiting.at(target, at)
    place, edge, target, at = place[open_to], edge[open_to], target[open_to], at[open_to]
    delay = waiting.first[target] - at
    success = (delay <= window).astype(float)
    expected = waiting.pace(times, window)[place]
    return np.full(len(edge), number), edge, target, at, success, expected, delay


class AtRisk:
    """Who could take part in a campaign at a moment and had not yet."""

    def __init__(self, history: ParticipationHistory, campaign: CampaignHistory) -> None:
        self.first = np.full(len(history.users), np.inf)
        self.first[campaign.users] = campaign.times
        self._campaign = campaign
        if campaign.reached is None:
            self._from = history.first_seen
        else:
            # Reached by name: there from the campaign's beginning.
            self._from = np.full(len(history.users), np.inf)
            self._from[campaign.reached] = -np.inf

    def at(self, users: Ints, at: Floats) -> np.ndarray:
        """Mask: whether each of `users` was waiting at `at`."""
        return (self._from[users] < at) & (self.first[users] > at)

    def pace(self, times: Floats, window: float) -> Floats:
        """The share of those waiting at each of `times` (in order) who took part in the window after it."""
        arrived = np.sort(self._from[self._from < np.inf])
        there = np.searchsorted(arrived, times, side="left")
        gone = np.searchsorted(self._campaign.times, times, side="right")
        waiting = there - gone
        came = _came(times, window, self._campaign.times, self._from[self._campaign.users])
        return np.divide(came, waiting, out=np.zeros(len(times)), where=waiting > 0)


@njit(cache=True)
def _came(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    times, window, firsts, arrived
):
    """How many took part within the window after each of `times`, of those who were there at it."""
    came = np.zeros(times.size)
    begin = 0
    for place in range(times.size):
        while begin < firsts.size and firsts[begin] <= times[place]:
            begin += 1
        other = begin
        while other < firsts.size and firsts[other] <= times[place] + window:
            if arrived[other] < times[place]:
                came[place] += 1.0
            other += 1
    return came
