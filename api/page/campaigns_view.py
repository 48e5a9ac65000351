"""Collects what the list of campaigns and the what-if page show."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

import cypher
from api.deps import Context
from api.page.campaign_view import default_campaign, existing_campaigns
from api.page.source_query import PLAN_STATEMENT, SEEDS_STATEMENT, SourceQuery, browser_url, source_query
from api.serializers.campaigns import campaign_states
from forecasting.history.time_step import step_named
from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset, imported_datasets

_WIDTH, _HEIGHT = 120, 28
"""Size of a sparkline in pixels."""


@dataclass(frozen=True)
class CampaignRow:
    """One campaign of the list.

    Attributes
    ----------
    sparkline : str
        Points of an SVG polyline of participants by observed day; empty before the campaign starts.
    peak : int
        The largest number of participants on a day.
    origin, expected, unit
        The latest forecast: its first day or hour, its mean P50 in participants a step, and its time step.
    """

    campaign: Row
    state: str
    sparkline: str
    peak: int
    origin: date | None
    expected: float | None
    unit: str


@dataclass(frozen=True)
class CampaignsView:
    """Everything that the list of campaigns shows.

    Attributes
    ----------
    last_day, reason
        The last day of the data, and why it is not that of the last behaviour, if it is not.
    query
        The source of the sparklines.
    """

    dataset: str
    datasets: list[str]
    last_day: date
    reason: str | None
    rows: list[CampaignRow]
    query: SourceQuery


def what_if_context(context: Context, dataset: str, campaign: str | None) -> Row:
    """Collect what the what-if page shows.

    Returns
    -------
    dict
        `campaigns`: rows of ``campaign_list``, the latest first, with the `last` day of each; `selected`: the
        campaign to select; `queries` and `browser`: the statements behind the charts and Neo4j Browser's
        address, for the page's script.

    Raises
    ------
    NotFound, NotReady
        As ``existing_campaigns`` does.
    """
    campaigns = _list_campaigns(context.graph, dataset)
    statements = {"plan": PLAN_STATEMENT, "what-if": SEEDS_STATEMENT}
    return {
        "campaigns": campaigns.to_dict("records"),
        "selected": campaign or default_campaign(context.graph, dataset, campaigns),
        "queries": {form: cypher.statement(name).text.strip() for form, name in statements.items()},
        "browser": browser_url(context.settings),
    }


def view_campaigns(context: Context, dataset: str) -> CampaignsView:
    """Collect what the list of campaigns shows, the latest campaign first.

    Raises
    ------
    NotFound, NotReady
        As ``existing_campaigns`` does.
    """
    graph = context.graph
    campaigns = _list_campaigns(graph, dataset)
    data = describe_dataset(graph, dataset)
    series = {row["id"]: row for row in graph.run("campaigns/daily_participants", dataset=dataset)}
    campaigns = campaigns.assign(state=campaign_states(campaigns, data))
    rows = [
        _campaign_row(campaign, series[campaign["id"]], data) for campaign in campaigns.to_dict("records")
    ]
    query = source_query(context.settings, "campaigns/daily_participants", dataset=dataset)
    return CampaignsView(dataset, sorted(imported_datasets(graph)), data.last_day, data.reason, rows, query)


def _list_campaigns(graph: Graph, dataset: str) -> pd.DataFrame:
    campaigns = existing_campaigns(graph, dataset)
    campaigns = campaigns.assign(last=campaigns["ends"] - pd.Timedelta(days=1))
    return campaigns.sort_values(["starts", "id"], ascending=[False, True], kind="stable")


def _campaign_row(campaign: Row, series: Row, data: Dataset) -> CampaignRow:
    # Days before and after the data are not known: they are no days without participants.
    first, end = pd.Timestamp(data.first_day), pd.Timestamp(data.end)
    days = pd.date_range(max(campaign["starts"], first), min(campaign["ends"], end), inclusive="left")
    counts = pd.Series(series["participants"], index=pd.to_datetime(series["steps"]), dtype=float)
    counts = counts.reindex(days, fill_value=0.0)
    expected, unit = series["expected"], series["unit"]
    return CampaignRow(
        campaign=campaign,
        state=campaign["state"],
        sparkline=_sparkline(counts.to_list()),
        peak=int(counts.max()) if len(counts) else 0,
        origin=step_named(unit).origin(pd.Timestamp(series["origin"])) if series["origin"] else None,
        expected=sum(expected) / len(expected) if expected else None,
        unit=unit,
    )


def _sparkline(counts: list[float]) -> str:
    if len(counts) < 2 or not max(counts):
        return ""
    step, scale = _WIDTH / (len(counts) - 1), (_HEIGHT - 4) / max(counts)
    return " ".join(
        f"{index * step:.1f},{_HEIGHT - 2 - count * scale:.1f}" for index, count in enumerate(counts)
    )
