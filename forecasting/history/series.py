"""The data before a forecast's origin, read from Neo4j into data frames.

The influence level of a campaign at step t is

    L(t) = sum of the weights of the participations at t
         + sum over active users u of lambda^(t - s_u) * sum over v of p(u, v)

where lambda is `DECAY`, s_u is u's latest day of participation up to t, within the last `MEMORY_DAYS`, and
v runs over the targeted users who have not taken part up to t. The first term measures participation, the
second exposure. ``influence/influence_per_step`` computes both. The original paper does not publish its
formula; Groundswell defines its own.
"""

from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from forecasting.history.holiday_calendar import country_of_zone
from forecasting.history.time_step import DAY, Step
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.importing.mapping.kinds import DERIVED
from graph.importing.runs.rules import standing_rules
from graph.progress import Progress
from network.runs import NetworkRun

DECAY = 0.7
MEMORY_DAYS = 7

_COUNTS = ["redeemers", "purchases", "redemptions", "key_users", "weight", "exposed", "reach", "level"]
_NO_STEPS = pd.DataFrame({"unique_id": [], "ds": [], "y": [], **dict.fromkeys(_COUNTS, []), "in_window": []})
_NO_STEPS = _NO_STEPS.astype({"unique_id": str, "ds": "datetime64[ns]", "in_window": bool})
_NO_PURCHASES = pd.DataFrame(
    {"user": [], "ds": [], "purchases": [], "value": [], "by_coupon": [], "campaign": []}
).astype({"user": str, "ds": "datetime64[ns]", "by_coupon": bool, "campaign": str})


@dataclass(frozen=True)
class History:
    """The data of a data set before the beginning of the day `as_of`.

    Attributes
    ----------
    dataset, network
        Id of the data set, and the run of the spreading network.
    as_of, first_day
        The origin, whose data is not included, and the first day of the data.
    steps
        One row per campaign and step, columns unique_id (the campaign), ds, y (participants; before the
        launch, users targeted up to the launch who bought the promoted products; none of an open campaign),
        in_window (from the launch on), redeemers, purchases and redemptions that count as participation,
        key_users (among the participants), weight (of the participations), exposed (users targeted so far
        and exposed who have not taken part), reach (the exposure term of the influence level) and level (the
        influence level). Open campaigns have no exposure.
    campaigns
        Campaigns that began before `as_of`, even if `steps` covers only one of them, and plans; columns id,
        name, kind, starts, ends (exclusive), open (whether it is open to all), targeted (number of users; of
        an open campaign, those active before the network's cut-off).
    roles
        The target users: columns campaign, user, targeted (the day of the targeting), score (key user score,
        0 for other users), group.
    open_roles
        The key users and members of groups that all open campaigns share: columns user, score, group.
    edges
        Spreading network, columns source, target, probability.
    participations
        One row per campaign, user and step, columns campaign, user, ds, redeemed (whether by redeeming a
        coupon), purchases, redemptions, weight (of the participations).
    bought
        Purchases of promoted products by targeted users, before and after the launch, columns campaign, user,
        ds, purchases (0 on days of returns alone), value (less returns), by_coupon.
    activity
        One row per user and active step, columns user, ds, value (money, less returns), by_coupon (any
        purchase by coupon).
    redemptions_only
        Whether y counts redeemers instead of all participants.
    step
        Time step of `steps`.
    opens_untargeted
        Whether a campaign without target users is open to all: the rule of the data set.
    country
        The country whose holidays the days have (ISO 3166, two letters); None for none.
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
    open_roles: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["user", "score", "group"]))
    redemptions_only: bool = False
    step: Step = DAY
    opens_untargeted: bool = False
    country: str | None = None

    @property
    def n_steps(self) -> int:
        """Number of steps from `first_day` to `as_of`."""
        return self.step.number(self.first_day, self.as_of)

    def number(self, moment: pd.Timestamp | date) -> int:
        """Number of the step of `moment`; the step of `first_day` is 0."""
        return self.step.number(self.first_day, moment)

    @property
    def open_ids(self) -> frozenset[str]:
        """Ids of the campaigns that are open to all."""
        return frozenset(self.campaigns.loc[self.campaigns["open"].astype(bool), "id"])

    def with_campaigns(self, plans: pd.DataFrame) -> "History":
        """The history with `plans`, rows of `campaigns`, added or replaced by id."""
        others = self.campaigns[~self.campaigns["id"].isin(plans["id"])]
        return replace(self, campaigns=pd.concat([others, plans], ignore_index=True))

    @property
    def outcomes(self) -> pd.DataFrame:
        """The participations that y counts from the launch on: all, or only those with a redeemed coupon."""
        return (
            self.participations[self.participations["redeemed"]]
            if self.redemptions_only
            else self.participations
        )

    @property
    def prelaunch(self) -> pd.DataFrame:
        """The purchases in `bought` before a campaign's launch, which y counts unless `redemptions_only`."""
        bought = self.bought[self.bought["purchases"] > 0]
        starts = self.campaigns.set_index("id")["starts"].reindex(bought["campaign"])
        return bought[(bought["ds"] < starts.to_numpy()).to_numpy()]

    @property
    def has_redemptions(self) -> bool:
        """Whether any user redeemed a coupon late enough to follow the steps that training needs."""
        earliest = self.step.start_of(self.first_day, 2 * self.step.lookback)
        return bool((self.steps["redeemers"] > 0)[self.steps["ds"] >= earliest].any())

    def reach_grows(self, since: date) -> bool:
        """Whether any campaign targets users at `since` or later, and after its first step."""
        starts = self.roles["campaign"].map(self.campaigns.set_index("id")["starts"])
        targeted = self.roles["targeted"]
        return bool(((targeted >= pd.Timestamp(since)) & (targeted > starts)).any())

    def redeemers(self) -> "History":
        """The history whose y counts redeemers: the participants who redeem coupons."""
        return replace(self, steps=self.steps.assign(y=self.steps["redeemers"]), redemptions_only=True)

    def before(self, origin: date, planned: str | None = None) -> "History":
        """The history before the beginning of the step of `origin`.

        The campaign `planned` stays as a plan: with its window, and with the users whom it targets up to its
        first step.

        Raises
        ------
        InvalidRequest
            If `origin` is after `as_of`.
        """
        if origin > self.as_of:
            raise InvalidRequest(
                f"The origin {origin} is after {self.as_of}, the end of this history.",
                f"Choose an origin up to {self.as_of}, or read a history with a later end.",
            )
        moment = self.step.start_of(origin, 0)
        is_planned = self.campaigns["id"] == planned
        campaigns = self.campaigns[(self.campaigns["starts"] < moment) | is_planned]
        plans = self.campaigns.loc[is_planned, "starts"]
        in_plan = (self.roles["campaign"] == planned) & (self.roles["targeted"] <= plans.max())
        roles = self.roles[(self.roles["targeted"] < moment) | in_plan]
        activity = self.activity[self.activity["ds"] < moment]
        steps = self.steps[self.steps["unique_id"].isin(campaigns["id"])]
        reached = roles.loc[roles["campaign"].isin(campaigns["id"]), ["campaign", "user"]].drop_duplicates()
        bought = self.bought[self.bought["ds"] < moment].merge(reached)
        return replace(
            self,
            as_of=moment.date(),
            steps=steps[steps["ds"] < moment],
            campaigns=_with_reach(campaigns, roles, activity, self.network, self.opens_untargeted),
            roles=roles,
            participations=self.participations[self.participations["ds"] < moment],
            bought=bought,
            activity=activity,
        )


def campaign_list(graph: Graph, dataset: str, before: str | None = None) -> pd.DataFrame:
    """Read all campaigns of a data set.

    Parameters
    ----------
    before
        The moment before which targetings and participations count; default: all of them.

    Returns
    -------
    Columns id, name, kind, starts, ends (timestamps; the end is exclusive), targeted, participants.
    """
    frame = graph.frame("campaigns/list", dataset=dataset, before=before)
    return frame.assign(starts=pd.to_datetime(frame["starts"]), ends=pd.to_datetime(frame["ends"]))


def read_history(
    graph: Graph,
    dataset_id: str,
    network: NetworkRun,
    as_of: date,
    progress: Progress,
    only: str | None = None,
    *,
    planned: bool = False,
    step: Step = DAY,
) -> History:
    """Read the data before the beginning of the step of a day.

    Parameters
    ----------
    graph, dataset_id
        The graph and the id of the data set.
    network
        Run of the spreading network.
    as_of
        A day of the first step that is not read.
    progress
        Receives the stages.
    only
        Id of the only campaign whose steps and purchases are read; default: all campaigns.
    planned
        Include the campaign `only` even if it begins at `as_of` or later.
    step
        Time step of the history; months only where all campaigns are open.

    Raises
    ------
    NotFound
        If the data set does not exist.
    InvalidRequest
        If `as_of` is outside the data, or for months of campaigns with target users.
    """
    dataset = describe_dataset(graph, dataset_id)
    # The step of the last day counts as complete: a forecast may start at the step after it.
    next_step = step.start_of(dataset.last_day, 1).date()
    as_of = step.start_of(as_of if as_of == next_step else dataset.check_cutoff(as_of), 0).date()
    before = {"dataset": dataset_id, "before": dataset.moment(as_of)}
    plan = only if planned else None
    roles = graph.frame("influence/roles", run=network.id, **before, planned=plan)
    roles = roles.assign(targeted=pd.to_datetime(roles["targeted"]))
    if step != DAY and not roles.empty:
        raise InvalidRequest(
            f"Campaigns with target users have no history in {step.name}s.", "Read it in days."
        )
    activity = _by_step(
        since(dataset.first_day, read_activity(graph, **before)), step, value="sum", by_coupon="max"
    )
    participations = _by_step(
        since(dataset.first_day, read_participations(graph, **before)),
        step, redeemed="max", purchases="sum", redemptions="sum", weight="sum",
    )  # fmt: skip
    campaigns = campaign_list(graph, **before).drop(columns="participants")
    has_begun = campaigns["starts"] < pd.Timestamp(as_of)
    campaigns = campaigns[has_begun | (campaigns["id"] == plan)].reset_index(drop=True)
    rules = standing_rules(graph, dataset_id)
    campaigns = _with_reach(campaigns, roles, activity, network, rules.opens_untargeted)
    open_ids = campaigns.loc[campaigns["open"], "id"].tolist()
    open_roles = graph.frame("influence/open_roles", dataset=dataset_id, run=network.id, campaigns=open_ids)
    counts = _count_open_steps(participations, campaigns[campaigns["open"]], open_roles, step)
    types = rules.with_returns("PURCHASED")
    selected = campaigns if only is None else campaigns[campaigns["id"] == only]
    advance = progress.stage(f"Reading influence up to {as_of}", len(selected))
    n_steps = step.number(dataset.first_day, as_of)
    steps, bought = [], []
    for campaign in selected.itertuples():
        if campaign.open:
            campaign_steps = counts.get(campaign.id, _NO_STEPS)
        else:
            purchases = _read_bought(graph, campaign.id, types, **before)
            bought.append(purchases.assign(campaign=campaign.id))
            campaign_roles = roles[roles["campaign"] == campaign.id]
            planned_roles = campaign_roles[campaign_roles["targeted"] <= campaign.starts]
            prelaunch = _prelaunch_steps(purchases[purchases["ds"] < campaign.starts], planned_roles)
            since_launch = _read_steps(graph, campaign.id, network.id, **before)
            campaign_steps = pd.concat([prelaunch, since_launch], ignore_index=True)
        n_known = min(step.until(dataset.first_day, campaign.ends), n_steps)
        calendar = step.range(dataset.first_day, 0, n_known).rename("ds")
        launch = step.start_of(campaign.starts, 0)
        steps.append(fill_steps(campaign_steps, campaign.id, launch, calendar))
        advance(1)
    return History(
        dataset=dataset_id,
        network=network,
        as_of=as_of,
        first_day=dataset.first_day,
        steps=pd.concat(steps, ignore_index=True) if steps else _NO_STEPS,
        campaigns=campaigns,
        roles=roles,
        edges=graph.frame("influence/spreading_network", dataset=dataset_id, run=network.id),
        participations=participations,
        bought=since(dataset.first_day, pd.concat(bought, ignore_index=True)) if bought else _NO_PURCHASES,
        activity=activity,
        open_roles=open_roles,
        step=step,
        opens_untargeted=rules.opens_untargeted,
        country=country_of_zone(dataset.zone),
    )


def _by_step(days: pd.DataFrame, step: Step, **aggregations: str) -> pd.DataFrame:
    """One row per step and user (and campaign); `aggregations` has the function of each value column."""
    if step == DAY:
        return days
    keys = days.columns.difference([*aggregations]).tolist()
    return days.assign(ds=step.floor(days["ds"])).groupby(keys, as_index=False).agg(aggregations)


def _count_open_steps(
    participations: pd.DataFrame, open_campaigns: pd.DataFrame, open_roles: pd.DataFrame, step: Step
) -> dict[str, pd.DataFrame]:
    """Rows of ``History.steps`` with participants from the launch on, by campaign."""
    launches = step.floor(open_campaigns.set_index("id")["starts"]).reindex(participations["campaign"])
    participations = participations[participations["ds"].to_numpy() >= launches.to_numpy()]
    key_users = open_roles.loc[open_roles["score"] > 0, "user"]
    counts = (
        participations.assign(is_key_user=participations["user"].isin(key_users))
        .groupby(["campaign", "ds"], as_index=False)
        .agg(
            y=("user", "size"),
            redeemers=("redeemed", "sum"),
            purchases=("purchases", "sum"),
            redemptions=("redemptions", "sum"),
            key_users=("is_key_user", "sum"),
            weight=("weight", "sum"),
        )
    )
    return dict(iter(counts.assign(level=counts["weight"]).groupby("campaign")))


def _with_reach(
    campaigns: pd.DataFrame,
    roles: pd.DataFrame,
    activity: pd.DataFrame,
    network: NetworkRun,
    opens_untargeted: bool,
) -> pd.DataFrame:
    """`campaigns` with `open` and `targeted`; a plan counts the users whom it is going to target."""
    counts = roles.groupby("campaign")["user"].nunique()
    targeted = campaigns["id"].map(counts).fillna(0).astype(int)
    is_open = (targeted == 0) & opens_untargeted
    known = int(activity[activity["ds"] < pd.Timestamp(network.cutoff)]["user"].nunique())
    return campaigns.assign(open=is_open, targeted=targeted.where(~is_open, known))


def since(first_day: date, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `frame` from a data set's first day on; earlier times are stray."""
    return frame[frame["ds"] >= pd.Timestamp(first_day)].reset_index(drop=True)


def read_participations(graph: Graph, *, dataset: str, before: str) -> pd.DataFrame:
    """Read ``History.participations`` by day."""
    return _with_days(graph.frame("influence/user_participations", dataset=dataset, before=before))


def read_activity(graph: Graph, *, dataset: str, before: str) -> pd.DataFrame:
    """Read ``History.activity`` by day."""
    scope = {"dataset": dataset, "before": before, "derived": sorted(DERIVED)}
    frame = graph.frame("influence/user_activity", **scope)
    return _with_days(frame.explode(["step", "value", "by_coupon"], ignore_index=True))


def read_influence(graph: Graph, dataset_id: str, campaign: pd.Series, network: str) -> pd.DataFrame:
    """Read the daily influence of a campaign from its launch to its end or the end of the data.

    Parameters
    ----------
    graph, dataset_id
        The graph and the id of the data set.
    campaign
        A row of ``campaign_list``.
    network
        Id of the network run whose edges define exposure.

    Returns
    -------
    Rows of ``History.steps``.
    """
    dataset = describe_dataset(graph, dataset_id)
    start = max(campaign["starts"], pd.Timestamp(dataset.first_day))
    end = min(campaign["ends"], pd.Timestamp(dataset.end))
    days = pd.date_range(start, end - pd.Timedelta(days=1), name="ds")
    before = dataset.moment(dataset.end)
    steps = _read_steps(graph, campaign["id"], network, dataset=dataset_id, before=before)
    return fill_steps(steps, campaign["id"], campaign["starts"], days)


def participants_by_group(graph: Graph, dataset_id: str, campaign: str, network: str) -> pd.DataFrame:
    """Read the participants of a campaign by day and neighbour group of the network run `network`.

    Returns
    -------
    Columns step (date), group, rank (both missing for users of no group), participants, redeemers; one row
    per day and group with participants, in order of step and rank.
    """
    dataset = describe_dataset(graph, dataset_id)
    scope = {"dataset": dataset_id, "campaign": campaign, "run": network}
    frame = graph.frame("influence/participants_by_group", **scope, before=dataset.moment(dataset.end))
    return frame.assign(step=pd.to_datetime(frame["step"]).dt.date)


def _read_steps(graph: Graph, campaign: str, run: str, *, dataset: str, before: str) -> pd.DataFrame:
    """Rows of ``History.steps`` from the launch of a campaign on."""
    scope = {"dataset": dataset, "campaign": campaign, "run": run, "before": before}
    frame = graph.frame("influence/influence_per_step", **scope, decay=DECAY, memory=MEMORY_DAYS)
    return _with_days(frame).rename(columns={"participants": "y"})


def _read_bought(graph: Graph, campaign: str, types: list[str], *, dataset: str, before: str) -> pd.DataFrame:
    """Daily purchases of promoted products by targeted users: user, ds, purchases, value, by_coupon.

    `types` are those of purchases and of their returns; a day of returns alone has no purchases.
    """
    scope = {"dataset": dataset, "campaign": campaign, "before": before}
    frame = graph.frame("influence/products_bought", **scope, types=types)
    return _with_days(frame.explode(["step", "purchases", "value", "by_coupon"], ignore_index=True))


def _prelaunch_steps(purchases: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``History.steps`` for the days with purchases by the users of `roles` before the launch."""
    key_users = roles[roles["score"] > 0]["user"]
    purchases = purchases[(purchases["purchases"] > 0) & purchases["user"].isin(roles["user"])]
    return (
        purchases.assign(is_key_user=purchases["user"].isin(key_users))
        .groupby("ds", as_index=False)
        .agg(y=("user", "size"), purchases=("purchases", "sum"), key_users=("is_key_user", "sum"))
    )


def fill_steps(
    frame: pd.DataFrame, campaign: str, starts: pd.Timestamp, calendar: pd.DatetimeIndex
) -> pd.DataFrame:
    """Rows of ``History.steps`` for each step of `calendar`; steps and columns missing from `frame` are 0.

    Parameters
    ----------
    frame
        Column ds, and any of the count columns of ``History.steps``.
    campaign, starts
        The id of the campaign, and the first step that is `in_window`.
    calendar
        Beginnings of the steps; its name is ds.
    """
    frame = frame.set_index("ds").reindex(calendar).reindex(columns=["y", *_COUNTS])
    frame = frame.astype(float).fillna(0.0).reset_index()
    frame.insert(0, "unique_id", campaign)
    return frame.assign(in_window=frame["ds"] >= starts)


def _with_days(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(ds=pd.to_datetime(frame["step"])).drop(columns="step")
