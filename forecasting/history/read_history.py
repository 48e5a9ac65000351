"""Reads the data before a forecast's origin from Neo4j."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.behaviours import read_behaviours
from forecasting.history.campaigns import campaign_list, with_reach
from forecasting.history.history import History
from forecasting.history.holiday_calendar import country_of
from forecasting.history.series import NO_STEPS, fill_steps, read_steps
from forecasting.history.time_step import DAY, Step
from forecasting.history.user_days import read_activity, read_bought, read_participations, since
from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset
from graph.importing.runs.rules import standing_rules
from graph.progress import Progress
from network.runs import NetworkRun

_NO_PURCHASES = pd.DataFrame(
    {"user": [], "ds": [], "purchases": [], "value": [], "by_coupon": [], "campaign": []}
).astype({"user": str, "ds": "datetime64[ns]", "by_coupon": bool, "campaign": str})


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
    """Read the data before the beginning of a step.

    Parameters
    ----------
    graph, dataset_id
        The graph and the id of the data set.
    network
        Run of the spreading network.
    as_of
        A day, or a moment of local time, of the first step that is not read.
    progress
        Receives the stages.
    only
        Id of the only campaign whose steps and purchases are read; default: all campaigns.
    planned
        Include the campaign `only` even if it begins at `as_of` or later.
    step
        Time step of the history. Of hours, only the latest are read: ``Step.longest_history``.

    Raises
    ------
    NotFound
        If the data set does not exist.
    InvalidRequest
        If `as_of` is outside the data.
    """
    dataset = describe_dataset(graph, dataset_id)
    as_of = _first_unread(dataset, as_of, step)
    before = {"dataset": dataset_id, "before": dataset.moment(as_of)}
    plan = only if planned else None
    roles = graph.frame("influence/roles", run=network.id, **before, planned=plan, unit=step.read_by)
    roles = roles.assign(targeted=pd.to_datetime(roles["targeted"]))
    first_day = _first_read(dataset, as_of, step)
    activity, participations = _read_user_steps(graph, first_day, step, before)
    rules = standing_rules(graph, dataset_id)
    campaigns = _begun_campaigns(graph, first_day, as_of, plan, step, before)
    campaigns = with_reach(campaigns, roles, activity, network, rules.opens_untargeted)
    open_ids = campaigns.loc[campaigns["open"], "id"].tolist()
    history = History(
        dataset=dataset_id,
        network=network,
        as_of=as_of,
        first_day=first_day,
        steps=NO_STEPS,
        campaigns=campaigns,
        roles=roles,
        edges=graph.frame("influence/spreading_network", dataset=dataset_id, run=network.id),
        participations=participations,
        bought=_NO_PURCHASES,
        activity=activity,
        behaviours=read_behaviours(graph, campaigns["id"], rules, first_day, step, **before),
        open_roles=graph.frame(
            "influence/open_roles", dataset=dataset_id, run=network.id, campaigns=open_ids
        ),
        step=step,
        opens_untargeted=rules.opens_untargeted,
        country=country_of(dataset),
    )
    return _with_campaign_steps(graph, history, only, rules.with_returns("PURCHASED"), before, progress)


def _first_unread(dataset: Dataset, as_of: date, step: Step) -> date:
    """Return the beginning of the step of `as_of`. Raises InvalidRequest if it is outside the data."""
    if step.has_clock:
        return dataset.check_cutoff(step.origin(as_of))
    # The step of the last day counts as complete: a forecast may start at the step after it.
    next_step = step.start_of(dataset.last_day, 1).date()
    return step.start_of(as_of if as_of == next_step else dataset.check_cutoff(as_of), 0).date()


def _first_read(dataset: Dataset, as_of: date, step: Step) -> date:
    """Return the first day that is read: of hours, the latest weeks, so that their series stay short."""
    if step.longest_history is None:
        return dataset.first_day
    return max(dataset.first_day, step.start_of(as_of, -step.longest_history).date())


def _read_user_steps(
    graph: Graph, first_day: date, step: Step, before: Row
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read ``History.activity`` and ``History.participations``."""
    activity = since(first_day, read_activity(graph, **before, unit=step.read_by))
    participations = since(first_day, read_participations(graph, **before, unit=step.read_by))
    return (
        _by_step(activity, step, value="sum", by_coupon="max"),
        _by_step(
            participations, step, redeemed="max", purchases="sum", redemptions="sum", weight="sum"
        ),
    )  # fmt: skip


def _by_step(days: pd.DataFrame, step: Step, **aggregations: str) -> pd.DataFrame:
    """One row per step and user (and campaign); `aggregations` has the function of each value column."""
    if step.name == step.read_by:
        return days
    keys = days.columns.difference([*aggregations]).tolist()
    steps = days.assign(ds=step.floor(days["ds"]))
    return steps.groupby(keys, as_index=False, observed=True).agg(aggregations)


def _begun_campaigns(
    graph: Graph, first_day: date, as_of: date, plan: str | None, step: Step, before: Row
) -> pd.DataFrame:
    """Read the campaigns that began before `as_of`, and end after `first_day`, and the campaign `plan`."""
    campaigns = campaign_list(graph, **before, step=step).drop(columns="participants")
    has_begun = campaigns["starts"] < pd.Timestamp(as_of)
    if step.longest_history is not None:
        has_begun &= campaigns["ends"] > pd.Timestamp(first_day)
    return campaigns[has_begun | (campaigns["id"] == plan)].reset_index(drop=True)


def _with_campaign_steps(
    graph: Graph,
    history: History,
    only: str | None,
    purchase_types: Sequence[str],
    before: Row,
    progress: Progress,
) -> History:
    """Add ``History.steps`` and ``History.bought`` of all campaigns, or of one."""
    campaigns, step, first, from_launch = (
        history.campaigns, history.step, history.first_day, history.from_launch_ids
    )  # fmt: skip
    if only is not None:
        campaigns = campaigns[campaigns["id"] == only]
    advance = progress.stage(f"Reading influence up to {history.as_of}", len(campaigns))
    counted = _count_steps(history)
    steps, bought = [], []
    for campaign in campaigns.itertuples():
        campaign_steps = counted.get(campaign.id, NO_STEPS)
        if campaign.id not in from_launch:
            purchases = read_bought(graph, campaign.id, [*purchase_types], **before)
            purchases = _by_step(purchases, step, purchases="sum", value="sum", by_coupon="max")
            bought.append(purchases.assign(campaign=campaign.id))
            if step == DAY:  # With exposure, which decays by day.
                campaign_steps = read_steps(graph, campaign.id, history.network.id, **before)
            prelaunch = _prelaunch_steps(campaign, purchases, history)
            campaign_steps = pd.concat([prelaunch, campaign_steps], ignore_index=True)
        n_known = min(step.until(first, campaign.ends), history.n_steps)
        calendar = step.range(first, 0, n_known).rename("ds")
        steps.append(fill_steps(campaign_steps, campaign.id, step.start_of(campaign.starts, 0), calendar))
        advance(1)
    return replace(
        history,
        steps=pd.concat(steps, ignore_index=True) if steps else NO_STEPS,
        bought=since(first, pd.concat(bought, ignore_index=True)) if bought else _NO_PURCHASES,
    )


def _count_steps(history: History) -> dict[str, pd.DataFrame]:
    """Rows of ``History.steps`` with participants from the launch on, by campaign; without exposure."""
    starts = history.step.floor(history.campaigns.set_index("id")["starts"])
    launches = starts.reindex(history.participations["campaign"])
    since_launch = history.participations["ds"].to_numpy() >= launches.to_numpy()
    participations = history.participations[since_launch]
    counts = (
        participations.assign(is_key_user=_by_key_users(history, participations))
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


def _by_key_users(history: History, participations: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each participation is one of a key user of its campaign."""
    open_keys = history.open_roles.loc[history.open_roles["score"] > 0, "user"]
    keys = history.roles.loc[history.roles["score"] > 0, ["campaign", "user"]]
    pairs = pd.MultiIndex.from_frame(participations[["campaign", "user"]])
    return np.where(
        participations["campaign"].isin(history.open_ids),
        participations["user"].isin(open_keys),
        pairs.isin(pd.MultiIndex.from_frame(keys)),
    )


def _prelaunch_steps(campaign: Any, purchases: pd.DataFrame, history: History) -> pd.DataFrame:
    """Rows of ``History.steps`` before the launch of `campaign`, a row of ``History.campaigns``.

    They count the purchases by the users whom it targets up to its launch.
    """
    roles = history.roles
    roles = roles[(roles["campaign"] == campaign.id) & (roles["targeted"] <= campaign.starts)]
    key_users = roles[roles["score"] > 0]["user"]
    early = (purchases["purchases"] > 0) & (purchases["ds"] < history.step.start_of(campaign.starts, 0))
    purchases = purchases[early & purchases["user"].isin(roles["user"])]
    return (
        purchases.assign(is_key_user=purchases["user"].isin(key_users))
        .groupby("ds", as_index=False)
        .agg(y=("user", "size"), purchases=("purchases", "sum"), key_users=("is_key_user", "sum"))
    )
