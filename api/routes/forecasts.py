"""A campaign's forecast: how many, in which groups, and who."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import ContextDep, DatasetQuery, GraphDep, OffsetQuery, read_endpoint
from api.schemas import forecasts
from api.schemas.date_types import Day
from api.serializers import records
from forecasting.records import find_forecast, likely_users
from graph.importing.adapters.complete_journey import DATASET

router = APIRouter(prefix="/v1/campaigns", tags=["forecasts"])

WaitingQuery = Annotated[bool, Query(description="Only who has not taken part before the origin")]


@router.get("/{campaign_id}/forecast")
@read_endpoint
def get_forecast(
    campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET, origin: Day | None = None
) -> forecasts.Forecast:
    """The stored forecast with the latest origin, or that of `origin`."""
    return records.forecast(graph, dataset, find_forecast(graph, dataset, campaign_id, origin))


@router.get("/{campaign_id}/explanation")
@read_endpoint
def get_explanation(
    campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET, origin: Day | None = None
) -> forecasts.Explanation:
    """Why the forecast with the latest origin, or that of `origin`, says what it says."""
    return records.explanation(graph, dataset, find_forecast(graph, dataset, campaign_id, origin))


@router.get("/{campaign_id}/likely-users")
@read_endpoint
def get_likely_users(
    campaign_id: str,
    graph: GraphDep,
    dataset: DatasetQuery = DATASET,
    origin: Day | None = None,
    waiting: WaitingQuery = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: OffsetQuery = 0,
) -> list[forecasts.LikelyUser]:
    """Who is likely to take part next, by the forecast with the latest origin or that of `origin`."""
    forecast = find_forecast(graph, dataset, campaign_id, origin)
    rows = likely_users(graph, dataset, forecast.id, limit, offset, waiting=waiting)
    return [forecasts.LikelyUser(**row) for row in rows]


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
    return Response(
        records.likely_users_csv(context.graph, context.settings, dataset, forecast, waiting=waiting),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="likely-users.csv"'},
    )
