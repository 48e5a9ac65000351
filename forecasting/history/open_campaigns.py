"""The history of campaigns that are open to all users, by day or month.

Such campaigns have no target users, so exposure is undefined and the influence level equals the number of
participants. The roles cover the network's key users and the members of its neighbour groups.
"""

from datetime import date

import pandas as pd

from forecasting.history.holiday_calendar import country_of_zone
from forecasting.history.series import (
    History,
    campaign_list,
    fill_steps,
    read_activity,
    read_participations,
    since,
    users_before,
)
from forecasting.history.time_step import Step
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.progress import Progress
from network.runs import NetworkRun

_NO_END = pd.Timestamp(2200, 1, 1)
"""End of every open campaign: the day of the last participation is not known in advance."""


def read_open_history(
    graph: Graph, dataset_id: str, network: NetworkRun, as_of: date, step: Step, progress: Progress
) -> History:
    """Read the data before the step of a day, for a data set whose campaigns are open to all users.

    The `targeted` of each campaign is the number of users with any activity before the network's cut-off.

    Parameters
    ----------
    graph, dataset_id
        The graph and the id of the data set.
    network
        Run of the spreading network.
    as_of
        A day of the first step that is not read.
    step
        Time step of the history.
    progress
        Receives the stages.

    Raises
    ------
    NotFound
        If the data set does not exist.
    InvalidRequest
        If `as_of` is outside the data.
    """
    dataset = describe_dataset(graph, dataset_id)
    # The step of the last day counts as complete: a forecast may start at the step after it.
    next_step = step.start_of(dataset.last_day, 1).date()
    as_of = step.start_of(as_of if as_of == next_step else dataset.check_cutoff(as_of), 0).date()
    before = {"dataset": dataset_id, "before": dataset.moment(as_of)}
    advance = progress.stage(f"Reading participants up to {as_of}", 3)
    activity = _aggregate_by_step(
        since(dataset.first_day, read_activity(graph, **before)), step, value="sum", by_coupon="max"
    )
    advance(1)
    participations = _aggregate_by_step(
        since(dataset.first_day, read_participations(graph, **before)), step, redeemed="max"
    )
    advance(1)
    roles = graph.frame("influence/roles_in_open_campaigns", run=network.id, **before)
    roles = roles.assign(targeted=pd.Timestamp(dataset.first_day))
    advance(1)
    campaigns = campaign_list(graph, **before).drop(columns="participants")
    users = users_before(activity, network)
    campaigns = campaigns[campaigns["starts"] < pd.Timestamp(as_of)].assign(targeted=users, ends=_NO_END)
    calendar = step.range(dataset.first_day, 0, step.number(dataset.first_day, as_of))
    return History(
        dataset=dataset_id,
        network=network,
        as_of=as_of,
        first_day=dataset.first_day,
        steps=_count_steps(participations, campaigns, roles, calendar.rename("ds"), step),
        campaigns=campaigns.reset_index(drop=True),
        roles=roles,
        edges=graph.frame("influence/spreading_network", dataset=dataset_id, run=network.id),
        participations=participations,
        bought=participations.iloc[:0].assign(purchases=0, value=0.0, by_coupon=False),
        activity=activity,
        step=step,
        open_to_all=True,
        country=country_of_zone(dataset.zone),
    )


def _aggregate_by_step(frame: pd.DataFrame, step: Step, **aggregations: str) -> pd.DataFrame:
    """One row per step and user (and campaign); `aggregations` has the function of each value column."""
    keys = frame.columns.difference([*aggregations]).tolist()
    return frame.assign(ds=step.floor(frame["ds"])).groupby(keys, as_index=False).agg(aggregations)


def _count_steps(
    participations: pd.DataFrame,
    campaigns: pd.DataFrame,
    roles: pd.DataFrame,
    calendar: pd.DatetimeIndex,
    step: Step,
) -> pd.DataFrame:
    """``History.steps`` of all campaigns."""
    key_users = roles[roles["score"] > 0][["campaign", "user"]].assign(is_key_user=True)
    marked = participations.merge(key_users, on=["campaign", "user"], how="left")
    marked = marked.assign(is_key_user=marked["is_key_user"].notna())
    by_step = marked.groupby(["campaign", "ds"], as_index=False)
    counts = by_step.agg(y=("user", "size"), redeemers=("redeemed", "sum"), key_users=("is_key_user", "sum"))
    counts = counts.assign(weight=counts["y"], level=counts["y"])
    counts_of = dict(iter(counts.groupby("campaign")))
    steps = []
    for campaign in campaigns.itertuples():
        campaign_counts = counts_of.get(campaign.id, counts.iloc[:0])
        steps.append(fill_steps(campaign_counts, campaign.id, step.start_of(campaign.starts, 0), calendar))
    return pd.concat(steps, ignore_index=True)
