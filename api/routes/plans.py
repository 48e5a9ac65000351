"""What would a campaign draw that has not begun?"""

from fastapi import APIRouter

from api.deps import ContextDep, DatasetQuery
from api.schemas import forecasts
from api.serializers.plans import planned
from graph.importing.adapters.complete_journey import DATASET
from graph.progress import Silent

router = APIRouter(prefix="/v1/campaigns", tags=["what-if"])


@router.post("/{campaign_id}/plan")
def plan(
    campaign_id: str, wish: forecasts.Plan, context: ContextDep, dataset: DatasetQuery = DATASET
) -> forecasts.PlanAnswer:
    """Forecast a campaign before its launch, as planned and as you would change it."""
    return planned(context.graph, context.settings, dataset, campaign_id, wish, Silent())
