"""Influence trials: after a participation, does a user connected to the participant take part as well?

A trial is a campaign, a moment at which a user takes part, and an edge from that user to one at risk: able
to take part in the campaign, but without a participation so far. It succeeds if the target first takes part
within the influence window. The expected success is the share of all users at risk at that moment who take
part within the window.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from network.participation_history import DAY, CampaignHistory, Floats, Ints, ParticipationHistory

_SHORTEST_DAYS, _LONGEST_DAYS = 7.0, 90.0
_WINDOWS_PER_CAMPAIGN = 8


@dataclass(frozen=True)
class Trials:
    """Influence trials as arrays of equal length.

    Attributes
    ----------
    campaign, edge, target
        Positions of the campaign, the edge and the target user.
    at
        The moment of the source's participation, in seconds since the epoch.
    success
        1 if the target took part within the window, else 0.
    expected
        The share of users at risk at that moment who took part within the window.
    delay
        Seconds until the target's first participation, also beyond the window; infinity for none.
    """

    campaign: Ints
    edge: Ints
    target: Ints
    at: Floats
    success: Floats
    expected: Floats
    delay: Floats

    def __len__(self) -> int:
        return len(self.at)

    def where(self, keep: np.ndarray) -> "Trials":
        """The trials selected by `keep`, a mask or positions."""
        return Trials(*(column[keep] for column in vars(self).values()))


@dataclass(frozen=True)
class Edges:
    """A directed network, edges ordered by source (compressed sparse rows)."""

    starts: Ints
    targets: Ints

    @classmethod
    def of(cls, users: int, sources: Ints, targets: Ints) -> "Edges":
        """Edge i leads from sources[i] to targets[i]; `sources` must be sorted."""
        return cls(np.searchsorted(sources, np.arange(users + 1)).astype(np.int64), targets)

    def leaving(self, users: Ints) -> tuple[Ints, Ints]:
        """All edges that leave `users`: (index into `users`, edge), one entry per edge."""
        counts = self.starts[users + 1] - self.starts[users]
        place = np.repeat(np.arange(len(users)), counts)
        begins = np.repeat(self.starts[users] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        return place, begins + np.arange(len(place))


def influence_window(history: ParticipationHistory) -> float:
    """Seconds within which a participation counts as following another.

    An eighth of the median time between a campaign's first and last participation, rounded to whole days and
    limited to 7 to 90 days.
    """
    spans = [
        campaign.times[-1] - campaign.times[0] for campaign in history.campaigns if len(campaign.times) > 1
    ]
    days = float(np.median(spans)) / DAY / _WINDOWS_PER_CAMPAIGN if spans else _SHORTEST_DAYS
    return round(min(max(days, _SHORTEST_DAYS), _LONGEST_DAYS)) * DAY


def influence_trials(
    history: ParticipationHistory, edges: Edges, window: float, since: float = -np.inf
) -> Trials:
    """All trials that begin at `since` or later and whose window ends before the history does."""
    by_campaign = [
        _campaign_trials(history, number, campaign, edges, window, since)
        for number, campaign in enumerate(history.campaigns)
        if len(campaign.users)
    ]
    if not by_campaign:
        no_ints, no_floats = np.empty(0, dtype=np.int64), np.empty(0)
        return Trials(no_ints, no_ints, no_ints, no_floats, no_floats, no_floats, no_floats)
    columns = zip(*by_campaign, strict=True)
    return Trials(*(np.concatenate(column) for column in columns))


def _campaign_trials(
    history: ParticipationHistory,
    number: int,
    campaign: CampaignHistory,
    edges: Edges,
    window: float,
    since: float,
) -> tuple[np.ndarray, ...]:
    at_risk = AtRisk(history, campaign)
    observed = (campaign.times >= since) & (campaign.times + window <= history.before)
    users, times = campaign.users[observed], campaign.times[observed]
    place, edge = edges.leaving(users)
    target, at = edges.targets[edge], times[place]
    eligible = at_risk.at(target, at)
    place, edge, target, at = place[eligible], edge[eligible], target[eligible], at[eligible]
    delay = at_risk.first[target] - at
    success = (delay <= window).astype(float)
    expected = at_risk.participation_rate(times, window)[place]
    return np.full(len(edge), number), edge, target, at, success, expected, delay


class AtRisk:
    """The users who can take part in a campaign at a moment and have not done so.

    Attributes
    ----------
    first
        The first participation of each user, shape (n_users,); infinity for none.
    """

    def __init__(self, history: ParticipationHistory, campaign: CampaignHistory) -> None:
        self.first = np.full(len(history.users), np.inf)
        self.first[campaign.users] = campaign.times
        self._campaign = campaign
        # Users are at risk after this moment: in an open campaign once they have been seen, else from the
        # targeting on, which is that of the campaign's start where the data does not state it.
        self._from = history.first_seen
        if campaign.reached is not None and campaign.reached_at is not None:
            self._from = np.full(len(history.users), np.inf)
            self._from[campaign.reached] = np.nextafter(campaign.reached_at, -np.inf)

    def at(self, users: Ints, at: Floats) -> np.ndarray:
        """Mask: whether each of `users` is at risk at the corresponding moment."""
        return (self._from[users] < at) & (self.first[users] > at)

    def participation_rate(self, times: Floats, window: float) -> Floats:
        """The share of users at risk at each of the sorted `times` who take part within the window."""
        entries = np.sort(self._from[self._from < np.inf])
        entered = np.searchsorted(entries, times, side="left")
        # Who took part was at risk before: not users whom the campaign did not reach, or who are first seen
        # by taking part.
        own_entries = self._from[self._campaign.users]
        left = np.sort(np.maximum(self._campaign.times, np.nextafter(own_entries, np.inf)))
        at_risk = entered - np.searchsorted(left, times, side="right")
        count = _count_participations(times, window, self._campaign.times, own_entries)
        return np.divide(count, at_risk, out=np.zeros(len(times)), where=at_risk > 0)


@njit(cache=True)
def _count_participations(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    times, window, firsts, entries
):
    """The number of first participations within the window after each of `times` by users at risk then."""
    counts = np.zeros(times.size)
    begin = 0
    for place in range(times.size):
        while begin < firsts.size and firsts[begin] <= times[place]:
            begin += 1
        other = begin
        while other < firsts.size and firsts[other] <= times[place] + window:
            if entries[other] < times[place]:
                counts[place] += 1.0
            other += 1
    return counts
