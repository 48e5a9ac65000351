"""Everything a forecast may know as of a day, pulled from Neo4j as frames.

The influence level of a campaign at step t is

    L(t) = sum of the weights of the participations at t
         + sum over active users u of lambda^(t - s_u) * sum over v of p(u, v)

where s_u is u's latest day of participation up to t, within the last `MEMORY_DAYS`, and v runs over
the users the campaign reached who have not taken part up to t. The first term is what happened; the
second is what it exposes. ``influence/influence_per_step`` computes it. The original paper does not
publish its formula; this one is ours.
"""

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.importing.mapping import DERIVED
from graph.network.runs import NetworkRun
from graph.progress import Progress

DECAY = 0.7
MEMORY_DAYS = 7

_COUNTS = ["redeemers", "purchases", "redemptions", "key_users", "weight", "exposed", "reach", "level"]


@dataclass(frozen=True)
class History:
    """What was known at the beginning of `as_of`.

    steps: long frame, one row per campaign and day: unique_id, ds, y (participants), in_window,
        redeemers, purchases, redemptions, key_users, weight, exposed, reach, level. Before a
        campaign starts, y counts what its users did with its products all the same.
    campaigns: id, name, kind, starts, ends (exclusive), targeted; those that began before `as_of`.
    roles: campaign, user, score (0 for users who are no key users), group.
    edges: source, target, probability. participations: campaign, user, ds. activity: user, ds.
    """

    dataset: str
    network: NetworkRun
    as_of: date
    first_day: date
    steps: pd.DataFrame
    campaigns: pd.DataFrame
    roles: pd.DataFrame
    edges: pd.DataFrame
    participations: pd.DataFrame
    activity: pd.DataFrame

    def before(self, origin: date) -> "History":
        """The same as it was known at `origin`, which must not lie after `as_of`."""
        if origin > self.as_of:
            raise InvalidRequest(
                f"{origin} lies after {self.as_of}, up to which this history was read.",
                "Read the history as of a later day.",
            )
        moment = pd.Timestamp(origin)
        return replace(
            self,
            as_of=origin,
            steps=self.steps[self.steps["ds"] < moment],
            campaigns=self.campaigns[self.campaigns["starts"] < moment],
            participations=self.participations[self.participations["ds"] < moment],
            activity=self.activity[self.activity["ds"] < moment],
        )


def campaign_list(graph: Graph, dataset: str) -> pd.DataFrame:
    """Every campaign with its window as timestamps: id, name, kind, starts, ends, targeted,
    participants.
    """
    frame = graph.frame("campaigns/list", dataset=dataset)
    return frame.assign(starts=pd.to_datetime(frame["starts"]), ends=pd.to_datetime(frame["ends"]))


def read_history(
    graph: Graph,
    dataset_id: str,
    network: NetworkRun,
    as_of: date,
    progress: Progress,
    only: str | None = None,
) -> History:
    """What was known at the beginning of `as_of`, of every campaign or of the campaign `only`.

    Raises NotFound (no such data set) and InvalidRequest (`as_of` outside the data).
    """
    dataset = describe_dataset(graph, dataset_id)
    dataset.check_cutoff(as_of)
    before = {"dataset": dataset_id, "before": dataset.moment(as_of)}
    scope = {"dataset": dataset_id, "run": network.id}
    campaigns = campaign_list(graph, dataset_id).drop(columns="participants")
    campaigns = campaigns[campaigns["starts"] < pd.Timestamp(as_of)]
    if only is not None:
        campaigns = campaigns[campaigns["id"] == only]
    campaigns = campaigns.reset_index(drop=True)
    advance = progress.stage(f"Reading influence up to {as_of}", len(campaigns))
    parts = []
    for campaign in campaigns.itertuples():
        last = min(pd.Timestamp(as_of), campaign.ends) - pd.Timedelta(days=1)
        days = pd.date_range(dataset.first_day, last, name="ds")
        parts.append(read_steps(graph, campaign.id, campaign.starts, days, network.id, **before))
        advance(1)
    return History(
        dataset=dataset_id,
        network=network,
        as_of=as_of,
        first_day=dataset.first_day,
        steps=pd.concat(parts, ignore_index=True),
        campaigns=campaigns,
        roles=graph.frame("influence/roles", run=network.id, **before),
        edges=graph.frame("influence/spreading_network", **scope),
        participations=_with_days(graph.frame("influence/user_participations", **before)),
        activity=_with_days(
            graph.frame("influence/user_activity", **before, derived=sorted(DERIVED)).explode(
                "step", ignore_index=True
            )
        ),
    )


def read_steps(
    graph: Graph,
    campaign: str,
    starts: pd.Timestamp,
    days: pd.DatetimeIndex,
    run: str,
    *,
    dataset: str,
    before: str,
) -> pd.DataFrame:
    """One campaign's rows of ``History.steps`` for `days`; a day on which nothing happened is 0."""
    scope = {"dataset": dataset, "campaign": campaign, "run": run, "before": before}
    frame = graph.frame("influence/influence_per_step", **scope, decay=DECAY, memory=MEMORY_DAYS)
    if len(days) and days[0] < starts:
        earlier = graph.frame("influence/behaviour_before_launch", **scope)
        frame = pd.concat([earlier, frame], ignore_index=True)
    frame = _with_days(frame).set_index("ds").reindex(days).rename(columns={"participants": "y"})
    frame = frame.reindex(columns=["y", *_COUNTS]).astype(float).fillna(0.0).reset_index()
    frame.insert(0, "unique_id", campaign)
    frame["in_window"] = frame["ds"] >= starts
    return frame


def read_influence(graph: Graph, dataset_id: str, campaign: pd.Series, network: str) -> pd.DataFrame:
    """A campaign's own days, from its start to its end or the data's: the rows of ``History.steps``.

    `campaign` is a row of ``campaign_list``; exposure is measured on the network run `network`.
    """
    dataset = describe_dataset(graph, dataset_id)
    begin = max(campaign["starts"], pd.Timestamp(dataset.first_day))
    end = min(campaign["ends"], pd.Timestamp(dataset.now))
    days = pd.date_range(begin, end - pd.Timedelta(days=1), name="ds")
    before = dataset.moment(dataset.now)
    return read_steps(
        graph, campaign["id"], campaign["starts"], days, network, dataset=dataset_id, before=before
    )


def _with_days(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(ds=pd.to_datetime(frame["step"])).drop(columns="step")
