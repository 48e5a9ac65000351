"""A campaign's forecast: how many, in which groups, and who."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import outlooks
from api.days import Day
from api.deps import ContextDep, DatasetQuery, GraphDep, OffsetQuery
from forecasting.records import (
    expected_groups,
    find_explanation,
    find_forecast,
    likely_table,
    likely_users,
)
from graph.importing.adapters.complete_journey import DATASET
from graph.pseudonyms import Pseudonyms

router = APIRouter(prefix="/v1/campaigns", tags=["forecasts"])

WaitingQuery = Annotated[bool, Query(description="Only who has not taken part before the origin")]


@router.get("/{campaign_id}/forecast")
def get_forecast(
    campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET, origin: Day | None = None
) -> outlooks.Forecast:
    """The stored forecast with the latest origin, or that of `origin`."""
    forecast = find_forecast(graph, dataset, campaign_id, origin)
    return outlooks.Forecast(
        campaign=campaign_id,
        origin=forecast.origin,
        model=forecast.model,
        network=forecast.network,
        steps=[
            outlooks.ForecastStep(step=row.pop("ds").date(), **row)
            for row in forecast.steps.to_dict("records")
        ],
        groups=[outlooks.ExpectedGroup(**row) for row in expected_groups(graph, dataset, forecast.id)],
    )


@router.get("/{campaign_id}/explanation")
def get_explanation(
    campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET, origin: Day | None = None
) -> outlooks.Explanation:
    """Why the forecast with the latest origin, or that of `origin`, says what it says."""
    forecast = find_forecast(graph, dataset, campaign_id, origin)
    told = find_explanation(graph, dataset, forecast)
    return outlooks.Explanation(
        campaign=campaign_id,
        origin=forecast.origin,
        model=forecast.model,
        expected=float(forecast.steps["mean"].sum()),
        ground=told.ground,
        moves=told.moves.to_dict("records"),
        worth=told.worth.to_dict("records"),
    )


@router.get("/{campaign_id}/likely-users")
def get_likely_users(
    campaign_id: str,
    graph: GraphDep,
    dataset: DatasetQuery = DATASET,
    origin: Day | None = None,
    waiting: WaitingQuery = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: OffsetQuery = 0,
) -> list[outlooks.LikelyUser]:
    """Who is likely to take part next, by the forecast with the latest origin or that of `origin`."""
    forecast = find_forecast(graph, dataset, campaign_id, origin)
    rows = likely_users(graph, dataset, forecast.id, limit, offset, waiting=waiting)
    return [outlooks.LikelyUser(**row) for row in rows]


@router.get(
    "/{campaign_id}/likely-users.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The users, the likeliest first"}},
)
def get_likely_users_as_csv(
    campaign_id: str,
    context: ContextDep,
    dataset: DatasetQuery = DATASET,
    origin: Day | None = None,
    waiting: WaitingQuery = False,
) -> Response:
    """The same as a file, all users; with `GROUNDSWELL_PSEUDONYM_KEY` set, by their pseudonyms."""
    forecast = find_forecast(context.graph, dataset, campaign_id, origin)
    table = likely_table(context.graph, dataset, forecast.id, waiting=waiting)
    named = Pseudonyms(context.settings.pseudonym_key, dataset)
    return Response(
        named.table(table).to_csv(index=False, lineterminator="\r\n"),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="likely-users.csv"'},
    )
