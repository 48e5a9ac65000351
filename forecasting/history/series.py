"""The influence of a campaign by step.

The influence level of a campaign at step t is

    L(t) = sum of the weights of the participations at t
         + sum over active users u of lambda^(t - s_u) * sum over v of p(u, v)

where lambda is `DECAY`, s_u is u's latest day of participation up to t, within the last `MEMORY_DAYS`, and
v runs over the targeted users who have not taken part up to t. The first term measures participation, the
second exposure. ``influence/influence_per_step`` computes both. The original paper does not publish its
formula; Groundswell defines its own.
"""

from datetime import date

import pandas as pd

from forecasting.history.time_step import DAY, Step
from forecasting.history.user_days import with_timestamps
from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset

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
    last = known_until(dataset, step)
    end = min(campaign["ends"], pd.Timestamp(last))
    calendar = step.range(start, 0, max(step.until(start, end), 0)).rename("ds")
    scope = {"dataset": dataset_id, "before": dataset.moment(last)}
    steps = read_steps(graph, campaign["id"], network, **scope, step=step)
    return fill_steps(steps, campaign["id"], step.start_of(campaign["starts"], 0), calendar)


def known_until(dataset: Dataset, step: Step) -> date:
    """Return the end of the data: a day, or the end of its last whole hour where steps are hours."""
    return dataset.end_moment.replace(minute=0, second=0) if step.has_clock else dataset.end


def read_steps(
    graph: Graph, campaign: str, run: str, *, dataset: str, before: str, step: Step = DAY
) -> pd.DataFrame:
    """Read rows of ``History.steps`` from the launch of a campaign on; only days have exposure."""
    name, parameters = influence_statement(step, dataset=dataset, campaign=campaign, run=run, before=before)
    return with_timestamps(graph.frame(name, **parameters)).rename(columns={"participants": "y"})


def influence_statement(step: Step, **scope: str) -> tuple[str, Row]:
    """Return the statement that reads the influence of a campaign by step, and its parameters.

    Parameters
    ----------
    step
        The time step.
    scope
        The parameters that both statements have: dataset, campaign, run and before.
    """
    if step == DAY:
        return "influence/influence_per_step", {**scope, "decay": DECAY, "memory": MEMORY_DAYS}
    return "influence/participants_per_step", {**scope, "unit": step.name}


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
