"""What a build reads from the graph as of a day, and what of it was known earlier."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import pandas as pd

from graph.connection import Graph, Row
from graph.datasets import Dataset, day_of, seconds_of
from graph.importing.mapping import DERIVED
from network.participation_history import ParticipationHistory
from network.tags.interests import Interests


@dataclass(frozen=True)
class NetworkInputs:
    """users in a fixed order; targetings: user, campaign, at; participations: user, campaign, at (the
    first time); activity: user, at, acts, value, discount (a day each); stated: user, tag, text, weight,
    at (since when; missing for always); ties: source, target; campaigns: campaign, kind, starts, text,
    promotes (ids of interests). Times are
    seconds since the epoch.
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
        """The same as it was known at the beginning of `day`; ties have no time."""
        seconds = seconds_of(day, self.zone)
        return replace(
            self,
            day=day,
            seconds=seconds,
            targetings=self.targetings[self.targetings["at"] < seconds],
            participations=self.participations[self.participations["at"] < seconds],
            activity=self.activity[self.activity["at"] < seconds],
            stated=self.stated[~(self.stated["at"] >= seconds)],
            interests=self.interests.before(seconds),
        )

    @cached_property
    def history(self) -> ParticipationHistory:
        """As arrays."""
        return ParticipationHistory.of(
            self.users, self.targetings, self.participations, self.activity, self.seconds
        )

    def middle(self) -> date:
        """The day by which half of the participations had happened; `day` where there are none."""
        if self.participations.empty:
            return self.day
        return day_of(float(self.participations["at"].median()), self.zone)


def read_inputs(graph: Graph, dataset: Dataset, day: date) -> NetworkInputs:
    """Everything before the beginning of `day`."""
    known: Row = {"dataset": dataset.id}
    scope = {**known, "before": dataset.moment(day)}
    behaviours = {**scope, "derived": sorted(DERIVED)}
    with ThreadPoolExecutor() as pool:
        # The database reads what takes longest on one core each.
        interests = pool.submit(graph.frame, "network/interests", **behaviours)
        days = pool.submit(graph.frame, "network/active_days", **behaviours)
        users = pd.Index(graph.frame("network/users", **known)["user"])
        return NetworkInputs(
            day=day,
            seconds=seconds_of(day, dataset.zone),
            zone=dataset.zone,
            users=users,
            targetings=graph.frame("network/targetings", **scope),
            participations=graph.frame("network/first_participations", **scope),
            activity=days.result().explode(_DAILY, ignore_index=True).astype(dict.fromkeys(_DAILY, float)),
            stated=graph.frame("network/stated_tags", **scope).astype({"at": float}),
            interests=Interests.of(users, interests.result()),
            ties=graph.frame("network/ties", **known),
            campaigns=graph.frame("network/campaigns", **scope),
        )


def read_history(graph: Graph, dataset: Dataset, day: date) -> ParticipationHistory:
    """What influences are learned from, before the beginning of `day`; of the users' activity only its first
    day, and that only where campaigns are open to all. A fraction of ``read_inputs``.
    """
    known: Row = {"dataset": dataset.id}
    scope = {**known, "before": dataset.moment(day)}
    targetings = graph.frame("network/targetings", **scope)
    participations = graph.frame("network/first_participations", **scope)
    activity = pd.DataFrame({"user": [], "at": []})
    if not participations["campaign"].isin(targetings["campaign"]).all():
        activity = graph.frame("network/first_seen", **scope, derived=sorted(DERIVED))
    users = pd.Index(graph.frame("network/users", **known)["user"])
    return ParticipationHistory.of(users, targetings, participations, activity, seconds_of(day, dataset.zone))


_DAILY = ["at", "acts", "value", "discount"]
