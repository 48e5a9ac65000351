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

from forecasting.history.time_step import DAY, Step
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.importing.mapping import DERIVED
from graph.progress import Progress
from network.runs import NetworkRun

DECAY = 0.7
MEMORY_DAYS = 7

_COUNTS = ["redeemers", "purchases", "redemptions", "key_users", "weight", "exposed", "reach", "level"]


@dataclass(frozen=True)
class History:
    """What was known at the beginning of `as_of`.

    steps: long frame, one row per campaign and `step`: unique_id, ds, y (participants), in_window,
        redeemers, purchases, redemptions, key_users, weight, exposed, reach, level. Before a
        campaign starts, y counts what its users did with its products all the same.
    campaigns: id, name, kind, starts, ends (exclusive), targeted; those that began before `as_of`, also
        where `steps` are of one only.
    roles: campaign, user, score (0 for users who are no key users), group.
    edges: source, target, probability. participations: campaign, user, ds, redeemed. bought: campaign,
        user, ds, value, by_coupon: when users whom a campaign reached bought what it promotes, before its
        launch, which y counts, and since. activity: user, ds, value, by_coupon.
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
    bought: pd.DataFrame
    activity: pd.DataFrame
    redemptions_only: bool = False
    """Whether y counts redeemers only."""
    step: Step = DAY
    open_to_all: bool = False
    """Whether campaigns name nobody whom they reach; `roles` are then those of key users and of groups."""

    @property
    def known(self) -> int:
        """Steps from that of `first_day` to `as_of`."""
        return self.step.number(self.first_day, self.as_of)

    def number(self, moment: pd.Timestamp | date) -> int:
        """How many steps after that of `first_day` the one of `moment` is."""
        return self.step.number(self.first_day, moment)

    def with_campaigns(self, plans: pd.DataFrame) -> "History":
        """The same with `plans`, rows of `campaigns`, known before they begin."""
        others = self.campaigns[~self.campaigns["id"].isin(plans["id"])]
        return replace(self, campaigns=pd.concat([others, plans], ignore_index=True))

    @property
    def counted(self) -> pd.DataFrame:
        """The participations that y counts since the launch."""
        return (
            self.participations[self.participations["redeemed"]]
            if self.redemptions_only
            else self.participations
        )

    @property
    def earlier(self) -> pd.DataFrame:
        """The rows of `bought` before a campaign's launch, which y counts."""
        starts = self.campaigns.set_index("id")["starts"].reindex(self.bought["campaign"])
        return self.bought[(self.bought["ds"] < starts.to_numpy()).to_numpy()]

    @property
    def has_redemptions(self) -> bool:
        """Whether anybody took part by coupon, with enough days before it to learn from."""
        late = self.steps["ds"] >= self.step.begins(self.first_day, 2 * self.step.lookback)
        return bool((self.steps["redeemers"] > 0)[late].any())

    def redeemers(self) -> "History":
        """The same, with the day's redeemers as y: participants by coupon."""
        return replace(self, steps=self.steps.assign(y=self.steps["redeemers"]), redemptions_only=True)

    def before(self, origin: date) -> "History":
        """The same as it was known at `origin`, or at the beginning of its step; not after `as_of`."""
        if origin > self.as_of:
            raise InvalidRequest(
                f"{origin} lies after {self.as_of}, up to which this history was read.",
                "Read the history as of a later day.",
            )
        moment = self.step.begins(origin, 0)
        return replace(
            self,
            as_of=moment.date(),
            steps=self.steps[self.steps["ds"] < moment],
            campaigns=self.campaigns[self.campaigns["starts"] < moment],
            participations=self.participations[self.participations["ds"] < moment],
            bought=self.bought[self.bought["ds"] < moment],
            activity=self.activity[self.activity["ds"] < moment],
        )


def campaign_list(graph: Graph, dataset: str) -> pd.DataFrame:
    """Every campaign with its window as timestamps: id, name, kind, starts, ends, targeted,
    participants.
    """
    frame = graph.frame("campaigns/list", dataset=dataset)
    return frame.assign(starts=pd.to_datetime(frame["starts"]), ends=pd.to_datetime(frame["ends"]))


def all_open(campaigns: pd.DataFrame) -> bool:
    """Whether none of the campaigns of a ``campaign_list`` names whom it reaches: all are open to all."""
    return not campaigns["targeted"].any()


def read_history(
    graph: Graph,
    dataset_id: str,
    network: NetworkRun,
    as_of: date,
    progress: Progress,
    only: str | None = None,
    *,
    planned: bool = False,
) -> History:
    """What was known at the beginning of `as_of`; the steps of every campaign, or of the campaign `only`,
    which may be one that is only `planned` by then.

    Raises NotFound (no such data set) and InvalidRequest (`as_of` outside the data).
    """
    dataset = describe_dataset(graph, dataset_id)
    dataset.check_cutoff(as_of)
    before = {"dataset": dataset_id, "before": dataset.moment(as_of)}
    scope = {"dataset": dataset_id, "run": network.id}
    campaigns = campaign_list(graph, dataset_id).drop(columns="participants")
    ahead = only if planned else None
    begun = campaigns["starts"] < pd.Timestamp(as_of)
    campaigns = campaigns[begun | (campaigns["id"] == ahead)]
    campaigns = campaigns.reset_index(drop=True)
    asked = campaigns if only is None else campaigns[campaigns["id"] == only]
    roles = graph.frame("influence/roles", run=network.id, **before, planned=ahead)
    advance = progress.stage(f"Reading influence up to {as_of}", len(asked))
    parts, bought = [], []
    for campaign in asked.itertuples():
        last = min(pd.Timestamp(as_of), campaign.ends) - pd.Timedelta(days=1)
        days = pd.date_range(dataset.first_day, last, name="ds")
        acts = _read_bought(graph, campaign.id, **before)
        own = _steps(graph, campaign.id, network.id, **before)
        earlier = _counted(acts[acts["ds"] < campaign.starts], roles[roles["campaign"] == campaign.id])
        own = pd.concat([earlier, own], ignore_index=True)
        parts.append(every_step(own, campaign.id, campaign.starts, days))
        bought.append(acts.drop(columns="purchases").assign(campaign=campaign.id))
        advance(1)
    return History(
        dataset=dataset_id,
        network=network,
        as_of=as_of,
        first_day=dataset.first_day,
        steps=pd.concat(parts, ignore_index=True),
        campaigns=campaigns,
        roles=roles,
        edges=graph.frame("influence/spreading_network", **scope),
        participations=read_participations(graph, **before),
        bought=pd.concat(bought, ignore_index=True),
        activity=read_activity(graph, **before),
    )


def read_participations(graph: Graph, *, dataset: str, before: str) -> pd.DataFrame:
    """``History.participations``, by day."""
    return _with_days(graph.frame("influence/user_participations", dataset=dataset, before=before))


def read_activity(graph: Graph, *, dataset: str, before: str) -> pd.DataFrame:
    """``History.activity``, by day."""
    scope = {"dataset": dataset, "before": before, "derived": sorted(DERIVED)}
    frame = graph.frame("influence/user_activity", **scope)
    return _with_days(frame.explode(["step", "value", "by_coupon"], ignore_index=True))


def read_influence(graph: Graph, dataset_id: str, campaign: pd.Series, network: str) -> pd.DataFrame:
    """A campaign's own days, from its start to its end or the data's: the rows of ``History.steps``.

    `campaign` is a row of ``campaign_list``; exposure is measured on the network run `network`.
    """
    dataset = describe_dataset(graph, dataset_id)
    begin = max(campaign["starts"], pd.Timestamp(dataset.first_day))
    end = min(campaign["ends"], pd.Timestamp(dataset.now))
    days = pd.date_range(begin, end - pd.Timedelta(days=1), name="ds")
    own = _steps(graph, campaign["id"], network, dataset=dataset_id, before=dataset.moment(dataset.now))
    return every_step(own, campaign["id"], campaign["starts"], days)


def participants_by_group(graph: Graph, dataset_id: str, campaign: str, network: str) -> pd.DataFrame:
    """step (date), group, rank, participants, redeemers: a row a day and neighbour group of the network run
    with any, in this order; `group` and `rank` are missing for users of none.
    """
    dataset = describe_dataset(graph, dataset_id)
    scope = {"dataset": dataset_id, "campaign": campaign, "run": network}
    frame = graph.frame("influence/participants_by_group", **scope, before=dataset.moment(dataset.now))
    return frame.assign(step=pd.to_datetime(frame["step"]).dt.date)


def _steps(graph: Graph, campaign: str, run: str, *, dataset: str, before: str) -> pd.DataFrame:
    """The days since a campaign's start on which something happened."""
    scope = {"dataset": dataset, "campaign": campaign, "run": run, "before": before}
    frame = graph.frame("influence/influence_per_step", **scope, decay=DECAY, memory=MEMORY_DAYS)
    return _with_days(frame).rename(columns={"participants": "y"})


def _read_bought(graph: Graph, campaign: str, *, dataset: str, before: str) -> pd.DataFrame:
    """user, ds, purchases, value, by_coupon: what a campaign's users bought of its products, a row a day."""
    frame = graph.frame("influence/products_bought", dataset=dataset, campaign=campaign, before=before)
    return _with_days(frame.explode(["step", "purchases", "value", "by_coupon"], ignore_index=True))


def _counted(earlier: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """The days before a campaign's start, as rows of ``History.steps``."""
    key_users = roles[roles["score"] > 0]["user"]
    return (
        earlier.assign(key=earlier["user"].isin(key_users))
        .groupby("ds", as_index=False)
        .agg(y=("user", "size"), purchases=("purchases", "sum"), key_users=("key", "sum"))
    )


def every_step(
    frame: pd.DataFrame, campaign: str, starts: pd.Timestamp, days: pd.DatetimeIndex
) -> pd.DataFrame:
    """One campaign's rows of ``History.steps`` for `days`, or other steps; where nothing happened it is 0."""
    frame = frame.set_index("ds").reindex(days).reindex(columns=["y", *_COUNTS])
    frame = frame.astype(float).fillna(0.0).reset_index()
    frame.insert(0, "unique_id", campaign)
    return frame.assign(in_window=frame["ds"] >= starts)


def _with_days(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(ds=pd.to_datetime(frame["step"])).drop(columns="step")
