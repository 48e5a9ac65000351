"""The campaigns of a data set: which of them reach users, and which run at a moment."""

import pandas as pd

from forecasting.history.time_step import DAY, Step
from graph.connection import Graph
from network.runs import NetworkRun


def campaign_list(graph: Graph, dataset: str, before: str | None = None, step: Step = DAY) -> pd.DataFrame:
    """Read all campaigns of a data set.

    Parameters
    ----------
    before
        The moment before which targetings and participations count; default: all of them.
    step
        With hours, a campaign starts and ends at its moments, otherwise with whole days.

    Returns
    -------
    Columns id, name, kind, starts, ends (timestamps; the end is exclusive), targeted, participants.
    """
    frame = graph.frame("campaigns/list", dataset=dataset, before=before)
    starts, ends = ("starts_at", "ends_at") if step.has_clock else ("starts", "ends")
    frame = frame.assign(
        starts=pd.to_datetime(frame[starts], format="ISO8601"),
        ends=pd.to_datetime(frame[ends], format="ISO8601"),
    )
    return frame.drop(columns=["starts_at", "ends_at"])


def reaching_users(campaigns: pd.DataFrame, opens_untargeted: bool) -> pd.DataFrame:
    """Return those of a ``campaign_list`` that have target users or, by the data set's rule, are open."""
    return campaigns if opens_untargeted else campaigns[campaigns["targeted"] > 0]


def running_at(campaigns: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Return those of `campaigns` that began before `moment` and end after it, so it can be an origin."""
    return campaigns[(campaigns["starts"] < moment) & (moment < campaigns["ends"])]


def with_reach(
    campaigns: pd.DataFrame,
    roles: pd.DataFrame,
    activity: pd.DataFrame,
    network: NetworkRun,
    opens_untargeted: bool,
) -> pd.DataFrame:
    """Add whom campaigns reach.

    Parameters
    ----------
    campaigns
        Rows of ``campaign_list``.
    roles, activity
        As in ``History``; a plan counts the users whom it is going to target.
    network
        Run of the spreading network.
    opens_untargeted
        Whether a campaign without target users is open to all.

    Returns
    -------
    `campaigns` with the columns open and targeted of ``History.campaigns``.
    """
    counts = roles.groupby("campaign")["user"].nunique()
    targeted = campaigns["id"].map(counts).fillna(0).astype(int)
    is_open = (targeted == 0) & opens_untargeted
    known = int(activity[activity["ds"] < pd.Timestamp(network.cutoff)]["user"].nunique())
    return campaigns.assign(open=is_open, targeted=targeted.where(~is_open, known))
