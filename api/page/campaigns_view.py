"""What the page says of all campaigns of a data set."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

import cypher
from api.deps import Context
from api.page.campaign_view import first_to_show
from api.page.source_query import PLAN, SEEDS, Behind, behind, browser_url
from api.serializers.campaigns import states
from forecasting.history.series import campaign_list
from graph.connection import Graph, Row
from graph.datasets import describe_dataset, imported_datasets
from graph.errors import NotFound

_WIDTH, _HEIGHT = 120, 28
"""Of a sparkline, in pixels."""


@dataclass(frozen=True)
class Line:
    """A campaign in the list."""

    campaign: Row
    state: str
    spark: str
    """The points of an SVG polyline: participants day by day; empty before its launch."""
    most: int
    """Participants on its strongest day."""
    origin: date | None
    expected: float | None
    """Participants a day on the days of its latest forecast, P50."""


@dataclass(frozen=True)
class Overview:
    """Everything the list shows."""

    dataset: str
    datasets: list[str]
    last_day: date
    lines: list[Line]
    behind: Behind
    """The query behind the curves."""


def choice(context: Context, dataset: str, campaign: str | None) -> Row:
    """`campaigns`: the rows of ``campaign_list``, the latest first, with the `last` day of each; the one that
    is `chosen`; and for the scripts, what `queries` are behind what they draw, with the address of `browser`.
    Raises NotFound.
    """
    listed = _listed(context.graph, dataset)
    chosen = campaign or first_to_show(context.graph, dataset, listed)
    queries = {name: cypher.statement(one).text.strip() for name, one in (("plan", PLAN), ("what-if", SEEDS))}
    told = {"queries": queries, "browser": browser_url(context.settings)}
    return {"campaigns": listed.to_dict("records"), "chosen": chosen, **told}


def view_campaigns(context: Context, dataset: str) -> Overview:
    """Campaigns, the latest first. Raises NotFound."""
    graph = context.graph
    campaigns = _listed(graph, dataset)
    described = describe_dataset(graph, dataset)
    courses = {row["id"]: row for row in graph.run("campaigns/daily_participants", dataset=dataset)}
    campaigns = campaigns.assign(state=states(campaigns, described))
    lines = [_line(row, courses[row["id"]], described.now) for row in campaigns.to_dict("records")]
    query = behind(context.settings, "campaigns/daily_participants", dataset=dataset)
    return Overview(dataset, sorted(imported_datasets(graph)), described.last_day, lines, query)


def _listed(graph: Graph, dataset: str) -> pd.DataFrame:
    campaigns = campaign_list(graph, dataset)
    if campaigns.empty:
        raise NotFound(
            f"There are no campaigns of {dataset!r} in this database.",
            "Import them first: `groundswell import complete-journey`, or your own files under Imports.",
        )
    campaigns = campaigns.assign(last=campaigns["ends"] - pd.Timedelta(days=1))
    return campaigns.sort_values(["starts", "id"], ascending=[False, True], kind="stable")


def _line(campaign: Row, course: Row, now: date) -> Line:
    days = pd.date_range(campaign["starts"], min(campaign["ends"], pd.Timestamp(now)), inclusive="left")
    counts = pd.Series(course["participants"], index=pd.to_datetime(course["steps"]), dtype=float)
    counts = counts.reindex(days, fill_value=0.0)
    return Line(
        campaign=campaign,
        state=campaign["state"],
        spark=_points(counts.to_list()),
        most=int(counts.max()) if len(counts) else 0,
        origin=date.fromisoformat(course["origin"]) if course["origin"] else None,
        expected=sum(course["expected"]) / len(course["expected"]) if course["expected"] else None,
    )


def _points(counts: list[float]) -> str:
    if len(counts) < 2 or not max(counts):
        return ""
    step, scale = _WIDTH / (len(counts) - 1), (_HEIGHT - 4) / max(counts)
    return " ".join(
        f"{place * step:.1f},{_HEIGHT - 2 - count * scale:.1f}" for place, count in enumerate(counts)
    )
