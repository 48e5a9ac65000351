"""What a network build reads from the graph before a cut-off, and what was known of it on an earlier day."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from graph.connection import Graph, Row
from graph.datasets import Dataset, day_of, seconds_of
from graph.importing.mapping.kinds import DERIVED
from network.participation_history import ParticipationHistory
from network.tags.interests import Interests

_EPOCH = date(1970, 1, 1)
_DAILY = ["day", "behaviours", "value", "discount"]


@dataclass(frozen=True)
class NetworkInputs:
    """The data of a network build from before the beginning of `day`. Times are seconds since the epoch.

    Attributes
    ----------
    day, seconds, zone
        The cut-off as a date and in seconds since the epoch, and the data set's time zone.
    users
        All users of whom anything is known before the cut-off, in a fixed order.
    targetings
        Columns user, campaign, at.
    participations
        Columns user, campaign, at: the first participation of each user in each campaign.
    activity
        Columns user, at, behaviours, value, discount: one row per user and active day; `at` is the end of the
        day.
    stated
        Stated tags: columns user, tag, text, weight, at (valid from; missing: always valid).
    interests
        Categories and products that users acted on.
    ties
        Columns source, target: relationships that the data set states.
    campaigns
        Columns campaign, kind, starts, text, promotes (tag ids of interests).
    """

    day: date
    seconds: float
    zone: str
    users: pd.Index
    targetings: pd.DataFrame
    participations: pd.DataFrame
    activity: pd.DataFrame
    stated: pd.DataFrame
    interests: Interests
    ties: pd.DataFrame
    campaigns: pd.DataFrame

    def before(self, day: date) -> "NetworkInputs":
        """The inputs as known at the beginning of `day`. Ties have no time and stay."""
        seconds = seconds_of(day, self.zone)
        return replace(
            self,
            day=day,
            seconds=seconds,
            targetings=self.targetings[self.targetings["at"] < seconds],
            participations=self.participations[self.participations["at"] < seconds],
            activity=self.activity[self.activity["at"] <= seconds],
            stated=self.stated[~(self.stated["at"] >= seconds)],
            interests=self.interests.before(seconds),
            campaigns=self.campaigns[self.campaigns["starts"] < seconds],
        )

    @cached_property
    def history(self) -> ParticipationHistory:
        """The participations as arrays."""
        return ParticipationHistory.of(
            self.users, self.targetings, self.participations, self.activity, self.seconds
        )

    def middle(self) -> date:
        """The day by which half of the participations had happened; `day` if there are none."""
        if self.participations.empty:
            return self.day
        return day_of(float(self.participations["at"].median()), self.zone)


def read_inputs(graph: Graph, dataset: Dataset, day: date) -> NetworkInputs:
    """Read everything that a full build needs from before the beginning of `day`."""
    whole: Row = {"dataset": dataset.id}
    scope = {**whole, "before": dataset.moment(day)}
    behaviours = {**scope, "derived": sorted(DERIVED)}
    with ThreadPoolExecutor() as pool:
        # The two slowest statements run at the same time, each on a core of the database's.
        interests = pool.submit(graph.frame, "network/interests", **behaviours)
        days = pool.submit(graph.frame, "network/active_days", **behaviours)
        users = pd.Index(graph.frame("network/users", **scope)["user"])
        return NetworkInputs(
            day=day,
            seconds=seconds_of(day, dataset.zone),
            zone=dataset.zone,
            users=users,
            targetings=graph.frame("network/targetings", **scope),
            participations=graph.frame("network/first_participations", **scope),
            activity=_daily_activity(days.result(), dataset),
            stated=graph.frame("network/stated_tags", **scope).astype({"at": float}),
            interests=Interests.of(users, interests.result()),
            ties=graph.frame("network/ties", **whole),
            campaigns=graph.frame("network/campaigns", **scope),
        )


def _daily_activity(lists: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Return one row per user and day from the first day on; earlier times are stray."""
    activity = lists.explode(_DAILY, ignore_index=True).astype(dict.fromkeys(_DAILY, float))
    days = activity.pop("day")
    ends = {day: seconds_of(_EPOCH + timedelta(days=day + 1), dataset.zone) for day in days.unique()}
    activity.insert(1, "at", days.map(ends).astype(float))
    return activity[activity["at"] > seconds_of(dataset.first_day, dataset.zone)].reset_index(drop=True)


def read_history(graph: Graph, dataset: Dataset, day: date) -> ParticipationHistory:
    """Read only the participation history before the beginning of `day`, much faster than ``read_inputs``.

    Of the users' activity it holds the first day only, and that only if some campaigns are open to all.
    """
    whole: Row = {"dataset": dataset.id}
    scope = {**whole, "before": dataset.moment(day)}
    targetings = graph.frame("network/targetings", **scope)
    participations = graph.frame("network/first_participations", **scope)
    activity = pd.DataFrame({"user": [], "at": []})
    if not participations["campaign"].isin(targetings["campaign"]).all():
        activity = graph.frame("network/first_seen", **scope, derived=sorted(DERIVED))
    users = pd.Index(graph.frame("network/users", **scope)["user"])
    return ParticipationHistory.of(users, targetings, participations, activity, seconds_of(day, dataset.zone))
