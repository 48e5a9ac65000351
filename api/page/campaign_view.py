"""What the page says of one campaign."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from api.deps import Context
from api.page.charts import group_activity_chart, influence_chart
from api.page.i18n import ENGLISH, Words
from api.page.network_drawing import group_color
from api.page.source_query import Behind, behind
from api.page.summary import tell
from forecasting.history.series import DECAY, MEMORY_DAYS, campaign_list, read_influence
from forecasting.records import (
    Forecast,
    ModelRun,
    StoredExplanation,
    expected_groups,
    find_explanation,
    likely_users,
    models,
    network_of,
    pick_campaign,
    stored_forecasts,
)
from graph.connection import Graph, Row
from graph.datasets import describe_dataset
from graph.errors import NotFound
from network import queries

_LIKELY = 10


@dataclass(frozen=True)
class CampaignView:
    """Everything the template shows."""

    dataset: str
    campaigns: list[Row]
    campaign: Row
    story: list[str]
    charts: list[str]
    """Figures of plotly.js, as JSON."""
    group_activity: str | None
    """The same of what neighbour groups did; None where nothing is known."""
    past: Row | None
    """Of all forecasts of days that came: how many `days`, how many lay `inside` P10 to P90, and the mean
    absolute `error` of P50; None where none came.
    """
    forecast: Forecast | None
    came: dict[pd.Timestamp, int]
    likely: dict[str, list[Row]]
    """Of all, and of those who have not taken part yet."""
    expected: dict[int, float]
    """Participants a day by group rank, the mean of the forecast's days."""
    key_users: list[Row]
    groups: list[Row]
    run: str
    cutoff: date
    verdict: str
    influence_test: str
    model: ModelRun | None
    reasons: StoredExplanation | None
    behind: dict[str, Behind]
    """The queries behind what is drawn: `curves`, `forecasts`, `network`, `groups`."""


def view_campaign(
    context: Context, dataset: str, campaign_id: str | None, words: Words = ENGLISH
) -> CampaignView:
    """`campaign_id` None means the campaign to look at first. Raises NotFound and NotReady."""
    graph = context.graph
    campaigns = campaign_list(graph, dataset)
    if campaigns.empty:
        raise NotFound(
            f"There is no data set {dataset!r} in this database.",
            "Import it first: `groundswell import complete-journey`.",
        )
    campaign = pick_campaign(campaigns, dataset, campaign_id or first_to_show(graph, dataset, campaigns))
    forecasts = stored_forecasts(graph, dataset, campaign["id"])
    forecast = forecasts[0] if forecasts else None
    network = network_of(graph, dataset, campaign["id"])
    steps = read_influence(graph, dataset, campaign, network.id).rename(columns={"y": "participants"})
    scope = (graph, dataset, campaign["id"], network.id)
    key_users, groups = queries.key_users(*scope), queries.neighbour_groups(*scope)
    group_activity = group_activity_chart(groups, campaign["starts"].date(), group_color, words)
    return CampaignView(
        dataset=dataset,
        campaigns=campaigns.to_dict("records"),
        campaign=campaign.to_dict(),
        story=tell(words, campaign, steps, forecast, key_users, groups),
        charts=[
            str(influence_chart(steps, what, forecasts, words).to_json())
            for what in ("participants", "level")
        ],
        group_activity=None if group_activity is None else str(group_activity.to_json()),
        past=past_forecasts(forecasts, steps),
        forecast=forecast,
        came={row.ds: int(row.participants) for row in steps.itertuples()},
        likely=_likely(context, dataset, forecast, words),
        expected={
            row["rank"]: float(np.mean(row["mean"]))
            for row in (expected_groups(graph, dataset, forecast.id) if forecast else [])
        },
        key_users=key_users,
        groups=groups,
        run=network.id,
        cutoff=network.cutoff,
        verdict=network.influence_test.verdict,
        influence_test=queries.describe_influence_test(network.influence_test),
        model=next((one for one in models(graph, dataset) if forecast and one.id == forecast.model), None),
        reasons=_reasons(context, dataset, forecast),
        behind=_behind(context, dataset, campaign["id"], network.id),
    )


def _behind(context: Context, dataset: str, campaign: str, run: str) -> dict[str, Behind]:
    scope = {"dataset": dataset, "campaign": campaign}
    described = describe_dataset(context.graph, dataset)
    curves = {"before": described.moment(described.now), "decay": DECAY, "memory": MEMORY_DAYS}
    queries: dict[str, tuple[str, Row]] = {
        "curves": ("influence/influence_per_step", {"run": run, **curves}),
        "forecasts": ("forecasts/read_forecast", {}),
        "network": ("campaigns/explore", {"run": run}),
        "groups": ("campaigns/neighbour_groups", {"run": run}),
    }
    return {
        name: behind(context.settings, statement, **scope, **more)
        for name, (statement, more) in queries.items()
    }


def past_forecasts(forecasts: list[Forecast], steps: pd.DataFrame) -> Row | None:
    """``CampaignView.past``; `steps` has columns ds and participants."""
    told = [one.steps.merge(steps[["ds", "participants"]], on="ds") for one in forecasts]
    days = pd.concat(told) if told else pd.DataFrame()
    if days.empty:
        return None
    inside = days["participants"].between(days["participants_p10"], days["participants_p90"])
    error = (days["participants"] - days["participants_p50"]).abs()
    return {"days": len(days), "inside": int(inside.sum()), "error": float(error.mean())}


def _likely(context: Context, dataset: str, forecast: Forecast | None, words: Words) -> dict[str, list[Row]]:
    if forecast is None:
        return {}
    scope = (context.graph, dataset, forecast.id, _LIKELY)
    found = {
        words("The likeliest of all"): likely_users(*scope),
        words("The likeliest of those who have not taken part yet"): likely_users(*scope, waiting=True),
    }
    return {title: rows for title, rows in found.items() if rows}


def _reasons(context: Context, dataset: str, forecast: Forecast | None) -> StoredExplanation | None:
    try:
        return find_explanation(context.graph, dataset, forecast) if forecast else None
    except NotFound:  # Forecasts of earlier versions tell none.
        return None


def first_to_show(graph: Graph, dataset: str, campaigns: pd.DataFrame) -> str:
    """The latest forecast campaign, else the one with the most participants."""
    rows = graph.run("forecasts/latest_campaign", dataset=dataset)
    best = campaigns.sort_values("participants", ascending=False)["id"].iloc[0]
    return str(rows[0]["campaign"]) if rows else str(best)
