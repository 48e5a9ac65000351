"""The influence of a campaign by step.

The influence level of a campaign at step t is

    L(t) = sum of the weights of the participations at t
         + sum over active users u of lambda^(t - s_u) * sum over v of p(u, v)

where lambda is `DECAY`, s_u is u's latest day of participation up to t, within the last `MEMORY_DAYS`, and
v runs over the targeted users who have not taken part up to t. The first term measures participation, the
second exposure. ``influence/influence_per_step`` computes both. The original paper does not publish its
formula; Groundswell defines its own.
"""

import pandas as pd

from forecasting.history.time_step import DAY, Step
from forecasting.history.user_days import with_days
from graph.connection import Graph
from graph.datasets import describe_dataset

DECAY = 0.7
MEMORY_DAYS = 7

_COUNTS = ["redeemers", "purchases", "redemptions", "key_users", "weight", "exposed", "reach", "level"]
NO_STEPS = pd.DataFrame({"unique_id": [], "ds": [], "y": [], **dict.fromkeys(_COUNTS, []), "in_window": []})
NO_STEPS = NO_STEPS.astype({"unique_id": str, "ds": "datetime64[ns]", "in_window": bool})


def read_influence(
    graph: Graph, dataset_id: str, campaign: pd.Series, network: str, step: Step = DAY
) -> pd.DataFrame:
    """Read the influence of a campaign by step, from its launch to its end or the end of the data.

    Parameters
    ----------
    graph, dataset_id
        The graph and the id of the data set.
    campaign
        A row of ``campaign_list``.
    network
        Id of the network run whose edges define exposure.
    step
        The time step; only days have exposure.

    Returns
    -------
    Rows of ``History.steps``.
    """
    dataset = describe_dataset(graph, dataset_id)
    start = max(campaign["starts"], pd.Timestamp(dataset.first_day))
    known_until = dataset.end_moment if step.read_by == "hour" else dataset.end
    end = min(campaign["ends"], pd.Timestamp(known_until))
    calendar = step.range(start, 0, max(step.until(start, end), 0)).rename("ds")
    scope = {"dataset": dataset_id, "before": dataset.moment(known_until)}
    if step == DAY:
        steps = read_steps(graph, campaign["id"], network, **scope)
    else:
        scope |= {"campaign": campaign["id"], "run": network, "unit": step.name}
        frame = graph.frame("influence/participants_per_step", **scope)
        steps = with_days(frame).rename(columns={"participants": "y"})
    return fill_steps(steps, campaign["id"], step.start_of(campaign["starts"], 0), calendar)


def read_steps(graph: Graph, campaign: str, run: str, *, dataset: str, before: str) -> pd.DataFrame:
    """Read rows of ``History.steps`` from the launch of a campaign on."""
    scope = {"dataset": dataset, "campaign": campaign, "run": run, "before": before}
    frame = graph.frame("influence/influence_per_step", **scope, decay=DECAY, memory=MEMORY_DAYS)
    return with_days(frame).rename(columns={"participants": "y"})


def fill_steps(
    frame: pd.DataFrame, campaign: str, starts: pd.Timestamp, calendar: pd.DatetimeIndex
) -> pd.DataFrame:
    """Return rows of ``History.steps`` for each step of `calendar`; what `frame` lacks is 0.

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
