"""The forecast of a campaign, its explanation and its likely users."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import ContextDep, DatasetDep, GraphDep, PageDep, read_endpoint, set_total
from api.schemas.date_types import Moment
from api.schemas.forecasts import Explanation, Forecast, LikelyUser
from api.serializers.forecasts import likely_users_csv, serialize_explanation, serialize_forecast
from api.strict_route import StrictRoute
from forecasting.records import count_likely_users, find_forecast, likely_users

router = APIRouter(prefix="/v1/campaigns", tags=["forecasts"], route_class=StrictRoute)

WaitingQuery = Annotated[bool, Query(description="Only users who had not taken part before the origin")]


@router.get("/{campaign_id}/forecast")
@read_endpoint
def get_forecast(
    campaign_id: str, graph: GraphDep, dataset: DatasetDep, origin: Moment | None = None
) -> Forecast:
    """Return the stored forecast with the latest origin, or with `origin`."""
    return serialize_forecast(graph, dataset, find_forecast(graph, dataset, campaign_id, origin))


@router.get("/{campaign_id}/explanation")
@read_endpoint
def get_explanation(
    campaign_id: str, graph: GraphDep, dataset: DatasetDep, origin: Moment | None = None
) -> Explanation:
    """Return the explanation of the forecast with the latest origin, or with `origin`."""
    return serialize_explanation(graph, dataset, find_forecast(graph, dataset, campaign_id, origin))


@router.get("/{campaign_id}/likely-users")
@read_endpoint
def get_likely_users(
    campaign_id: str,
    graph: GraphDep,
    dataset: DatasetDep,
    origin: Moment | None = None,
    waiting: WaitingQuery = False,
    *,
    page: PageDep,
    response: Response,
) -> list[LikelyUser]:
    """List the likely users of the forecast with the latest origin, or with `origin`; likeliest first."""
    forecast = find_forecast(graph, dataset, campaign_id, origin)
    set_total(response, count_likely_users(graph, dataset, forecast.id, waiting=waiting))
    rows = likely_users(graph, dataset, forecast.id, page.limit, page.offset, waiting=waiting)
    return [LikelyUser(**row) for row in rows]


@router.get(
    "/{campaign_id}/likely-users.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The users, likeliest first"}},
)
def get_likely_users_as_csv(
    campaign_id: str,
    context: ContextDep,
    dataset: DatasetDep,
    origin: Moment | None = None,
    waiting: WaitingQuery = False,
) -> Response:
    """Return all likely users as a file, under pseudonyms if `GROUNDSWELL_PSEUDONYM_KEY` is set."""
    forecast = find_forecast(context.graph, dataset, campaign_id, origin)
    return Response(
        likely_users_csv(context.graph, context.settings, dataset, forecast, waiting=waiting),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="likely-users.csv"'},
    )
