"""Collects what the page of one campaign shows."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from api.deps import Context
from api.page.charts import group_activity_chart, influence_chart
from api.page.i18n import ENGLISH, Translator
from api.page.network_drawing import group_color
from api.page.source_query import SourceQuery, source_query
from api.page.summary import summarise_campaign, summarise_influence_test
from api.page.verdict import summarise_model, warn_of_better_forecaster
from forecasting.history.campaigns import campaign_list
from forecasting.history.series import influence_statement, known_until, read_influence
from forecasting.history.time_step import Step, step_named
from forecasting.records import (
    Forecast,
    ModelRun,
    StoredExplanation,
    campaign_row,
    expected_groups,
    find_explanation,
    find_model,
    likely_users,
    models,
    network_of,
    stored_forecasts,
)
from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset
from graph.errors import NotFound, NotReady
from graph.remedies import Remedy
from graph.settings import Settings
from network import queries
from network.funnel import FunnelStage, campaign_funnel

_USERS_SHOWN = 10


@dataclass(frozen=True)
class PastAccuracy:
    """How the campaign's own forecasts compare with what happened.

    Attributes
    ----------
    steps : int
        Forecast steps whose actual number of participants is known.
    inside : int
        Those in which it lay between P10 and P90.
    error : float
        Mean absolute error of P50, in participants a step.
    """

    steps: int
    inside: int
    error: float


@dataclass(frozen=True)
class CampaignView:
    """Everything that the template of a campaign shows.

    Attributes
    ----------
    campaigns : list of dict
        All campaigns of the data set, to choose from.
    summary : list of str
        Sentences on the campaign.
    charts : list of str
        Figures for plotly.js, as JSON: participants and influence level.
    group_activity : str or None
        A figure of the neighbour groups' activities; None if nothing is recorded.
    unit : str
        The time step of the forecast or, without one, of the latest model.
    forecast : Forecast or None
        The latest stored forecast.
    actual : dict
        The number of participants by step.
    likely_users : dict
        Rows of users by the title of their table.
    expected_by_group : dict
        Expected participants a step by a group's rank, averaged over the forecast.
    funnel : list of FunnelStage
        Users by kind of behaviour.
    network : str
        The id of the network that key users and groups come from.
    verdict : list of str
        Sentences on the back-test of the forecast's model, what to trust first; empty without a model.
    better_forecaster : str or None
        A warning if another forecaster did better than the one shown.
    influence_test : list of str
        Sentences on the network's influence test, the verdict first.
    queries : dict
        The queries of the pictures: `curves`, `forecasts`, `network`, `groups`.
    """

    dataset: str
    campaigns: list[Row]
    campaign: Row
    summary: list[str]
    charts: list[str]
    group_activity: str | None
    past_accuracy: PastAccuracy | None
    unit: str
    forecast: Forecast | None
    actual: dict[pd.Timestamp, int]
    likely_users: dict[str, list[Row]]
    expected_by_group: dict[int, float]
    funnel: list[FunnelStage]
    key_users: list[Row]
    groups: list[Row]
    network: str
    cutoff: date
    influence_verdict: str
    influence_test: list[str]
    model: ModelRun | None
    verdict: list[str]
    better_forecaster: str | None
    explanation: StoredExplanation | None
    queries: dict[str, SourceQuery]


def view_campaign(
    context: Context, dataset: str, campaign_id: str | None, translate: Translator = ENGLISH
) -> CampaignView:
    """Collect what the page of a campaign shows.

    Parameters
    ----------
    campaign_id
        None chooses one: see ``default_campaign``.

    Raises
    ------
    NotFound
        If there is no such data set or campaign.
    NotReady
        If the data set has no behaviours, no campaigns or no network yet.
    """
    graph = context.graph
    campaigns = existing_campaigns(graph, dataset)
    campaign = campaign_row(campaigns, dataset, campaign_id or default_campaign(graph, dataset, campaigns))
    forecasts = stored_forecasts(graph, dataset, campaign["id"])
    forecast = forecasts[0] if forecasts else None
    network = network_of(graph, dataset, campaign["id"])
    data = describe_dataset(graph, dataset)
    unit = _unit(graph, dataset, forecast)
    forecasts = [other for other in forecasts if other.unit == unit]
    step = step_named(unit)
    window = campaign
    if step.has_clock:  # A campaign of hours starts and ends at its moments.
        window = campaign_row(campaign_list(graph, dataset, step=step), dataset, campaign["id"])
    steps = read_influence(graph, dataset, window, network.id, step)
    steps = steps.rename(columns={"y": "participants"})
    scope = (graph, dataset, campaign["id"], network.id)
    key_users, groups = queries.key_users(*scope), queries.neighbour_groups(*scope)
    model = find_model(graph, dataset, forecast.model) if forecast else None
    group_activity = group_activity_chart(groups, campaign["starts"].date(), group_color, translate)
    return CampaignView(
        dataset=dataset,
        campaigns=campaigns.to_dict("records"),
        campaign=campaign.to_dict(),
        summary=summarise_campaign(translate, campaign, data.first_day, steps, forecast, key_users, groups),
        charts=[
            str(influence_chart(steps, outcome, forecasts, translate).to_json())
            for outcome in ("participants", "level")
        ],
        group_activity=None if group_activity is None else str(group_activity.to_json()),
        past_accuracy=measure_past_accuracy(forecasts, steps),
        unit=unit,
        forecast=forecast,
        actual={row.ds: int(row.participants) for row in steps.itertuples()},
        likely_users=_likely_users(context, dataset, forecast, translate),
        expected_by_group={
            row["rank"]: float(np.mean(row["mean"]))
            for row in (expected_groups(graph, dataset, forecast.id) if forecast else [])
        },
        funnel=campaign_funnel(graph, dataset, campaign["id"]),
        key_users=key_users,
        groups=groups,
        network=network.id,
        cutoff=network.cutoff,
        influence_verdict=network.influence_test.verdict,
        influence_test=summarise_influence_test(translate, network.influence_test),
        model=model,
        verdict=summarise_model(translate, model) if model else [],
        better_forecaster=(
            warn_of_better_forecaster(translate, model.back_test) if model and model.back_test else None
        ),
        explanation=_find_explanation(context, dataset, forecast),
        queries=source_queries(context.settings, data, campaign["id"], network.id, step_named(unit)),
    )


def source_queries(
    settings: Settings, data: Dataset, campaign: str, network: str, step: Step
) -> dict[str, SourceQuery]:
    """Return the queries of a campaign's pictures, whose curves are by `step`."""
    scope = {"dataset": data.id, "campaign": campaign}
    before = data.moment(known_until(data, step))
    statements: dict[str, tuple[str, Row]] = {
        "curves": influence_statement(step, **scope, run=network, before=before),
        "forecasts": ("forecasts/read_forecast", {}),
        "network": ("campaigns/explore", {"run": network}),
        "groups": ("campaigns/neighbour_groups", {"run": network}),
    }
    return {
        picture: source_query(settings, name, **scope | parameters)
        for picture, (name, parameters) in statements.items()
    }


def _unit(graph: Graph, dataset: str, forecast: Forecast | None) -> str:
    """The time step in which the page shows a campaign."""
    if forecast is not None:
        return forecast.unit
    return next((model.step for model in models(graph, dataset)), "day")


def measure_past_accuracy(forecasts: list[Forecast], steps: pd.DataFrame) -> PastAccuracy | None:
    """Compare stored forecasts with actual participants.

    Parameters
    ----------
    steps
        Columns `ds` (of the forecasts' time step) and `participants`.

    Returns
    -------
    PastAccuracy or None
        None if no forecast step is in the past.
    """
    matched = [forecast.steps.merge(steps[["ds", "participants"]], on="ds") for forecast in forecasts]
    known = pd.concat(matched) if matched else pd.DataFrame()
    if known.empty:
        return None
    inside = known["participants"].between(known["participants_p10"], known["participants_p90"])
    error = (known["participants"] - known["participants_p50"]).abs()
    return PastAccuracy(len(known), int(inside.sum()), float(error.mean()))


def _likely_users(
    context: Context, dataset: str, forecast: Forecast | None, translate: Translator
) -> dict[str, list[Row]]:
    if forecast is None:
        return {}
    scope = (context.graph, dataset, forecast.id, _USERS_SHOWN)
    tables = {
        translate("All users"): likely_users(*scope),
        translate("Users who have not taken part yet"): likely_users(*scope, waiting=True),
    }
    return {title: rows for title, rows in tables.items() if rows}


def _find_explanation(context: Context, dataset: str, forecast: Forecast | None) -> StoredExplanation | None:
    try:
        return find_explanation(context.graph, dataset, forecast) if forecast else None
    except NotFound:  # A forecast that an earlier version stored has no explanation.
        return None


def existing_campaigns(graph: Graph, dataset: str) -> pd.DataFrame:
    """Read the ``campaign_list`` of a data set.

    Raises
    ------
    NotFound
        If there is no such data set.
    NotReady
        If it has no behaviours or no campaigns yet.
    """
    describe_dataset(graph, dataset)
    campaigns = campaign_list(graph, dataset)
    if campaigns.empty:
        raise NotReady(
            f"The data set {dataset!r} has no campaigns yet.",
            Remedy("Import files with campaigns into it", "import data"),
        )
    return campaigns


def default_campaign(graph: Graph, dataset: str, campaigns: pd.DataFrame) -> str:
    """Choose the campaign to show first: the latest one forecast, else the one with most participants."""
    rows = graph.run("forecasts/latest_campaign", dataset=dataset)
    largest = campaigns.sort_values("participants", ascending=False)["id"].iloc[0]
    return str(rows[0]["campaign"]) if rows else str(largest)
