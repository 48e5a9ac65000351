"""Forecasts of planned campaigns."""

from fastapi import APIRouter, Depends

from api.deps import ContextDep, DatasetDep, limit_analyses
from api.schemas.plans import PlanResponse
from api.schemas.requests import PlanRequest
from api.serializers.plans import forecast_plan
from api.strict_route import StrictRoute
from graph.progress import Silent

router = APIRouter(prefix="/v1/campaigns", tags=["what-if"], route_class=StrictRoute)


@router.post("/{campaign_id}/plan", dependencies=[Depends(limit_analyses)])
def plan(campaign_id: str, request: PlanRequest, context: ContextDep, dataset: DatasetDep) -> PlanResponse:
    """Forecast a campaign before its launch, as planned and with changes."""
    return forecast_plan(context.graph, context.settings, dataset, campaign_id, request, Silent())
