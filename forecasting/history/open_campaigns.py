"""The history of campaigns that are open to all, counted in steps of a data set's own: months, if need be.

Nobody in particular is reached, so that nothing is exposed: the influence level is what happened alone. Users
whose part is told are the network's key users and the members of its neighbour groups.
"""

from datetime import date

import pandas as pd

from forecasting.history.series import History, campaign_list, every_step, read_activity, read_participations
from forecasting.history.time_step import Step
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.progress import Progress
from network.runs import NetworkRun

_NEVER = pd.Timestamp(2200, 1, 1)
"""When somebody came for the last time is told by what came after; it is no end that is known before."""


def read_open_history(
    graph: Graph, dataset_id: str, network: NetworkRun, as_of: date, step: Step, progress: Progress
) -> History:
    """What was known at the beginning of the `step` of `as_of`. A campaign's `targeted` are all users who had
    done anything by the network's cut-off; it has no end but its data's.

    Raises NotFound (no such data set) and InvalidRequest (`as_of` outside the data).
    """
    dataset = describe_dataset(graph, dataset_id)
    # The last day told stands for its whole step.
    after = step.begins(dataset.last_day, 1)
    as_of = step.begins(as_of if as_of == after.date() else dataset.check_cutoff(as_of), 0).date()
    before = {"dataset": dataset_id, "before": dataset.moment(as_of)}
    advance = progress.stage(f"Reading participants up to {as_of}", 3)
    activity = _in_steps(read_activity(graph, **before), step, value="sum", by_coupon="max")
    advance(1)
    parts = _in_steps(read_participations(graph, **before), step, redeemed="max")
    advance(1)
    roles = graph.frame("influence/roles_in_open_campaigns", run=network.id, **before)
    advance(1)
    told = campaign_list(graph, dataset_id).drop(columns="participants")
    users = activity[activity["ds"] < pd.Timestamp(network.cutoff)]["user"].nunique()
    campaigns = told[told["starts"] < pd.Timestamp(as_of)].assign(targeted=users, ends=_NEVER)
    calendar = step.range(dataset.first_day, 0, step.number(dataset.first_day, as_of))
    return History(
        dataset=dataset_id,
        network=network,
        as_of=as_of,
        first_day=dataset.first_day,
        steps=_steps(parts, campaigns, roles, calendar.rename("ds"), step),
        campaigns=campaigns.reset_index(drop=True),
        roles=roles,
        edges=graph.frame("influence/spreading_network", dataset=dataset_id, run=network.id),
        participations=parts,
        bought=parts.iloc[:0].assign(value=0.0, by_coupon=False),
        activity=activity,
        step=step,
        open_to_all=True,
    )


def _in_steps(frame: pd.DataFrame, step: Step, **told: str) -> pd.DataFrame:
    """A row a user (and campaign) and step, with what is `told` of its days put together."""
    keys = frame.columns.difference([*told]).tolist()
    return frame.assign(ds=step.floor(frame["ds"])).groupby(keys, as_index=False).agg(told)


def _steps(
    parts: pd.DataFrame, campaigns: pd.DataFrame, roles: pd.DataFrame, calendar: pd.DatetimeIndex, step: Step
) -> pd.DataFrame:
    key_users = roles[roles["score"] > 0][["campaign", "user"]].assign(key=True)
    told = parts.merge(key_users, on=["campaign", "user"], how="left")
    told = told.assign(key=told["key"].notna()).groupby(["campaign", "ds"], as_index=False)
    told = told.agg(y=("user", "size"), redeemers=("redeemed", "sum"), key_users=("key", "sum"))
    told = told.assign(weight=told["y"], level=told["y"])
    of_campaign = dict(iter(told.groupby("campaign")))
    every = [
        every_step(of_campaign.get(one.id, told.iloc[:0]), one.id, step.begins(one.starts, 0), calendar)
        for one in campaigns.itertuples()
    ]
    return pd.concat(every, ignore_index=True)
