"""What would a campaign draw that has not begun?"""

from fastapi import APIRouter

from api import outlooks
from api.deps import ContextDep, DatasetQuery
from api.plans import planned
from graph.importing.adapters.complete_journey import DATASET
from graph.progress import Silent

router = APIRouter(prefix="/v1/campaigns", tags=["what-if"])


@router.post("/{campaign_id}/plan")
def plan(
    campaign_id: str, wish: outlooks.Plan, context: ContextDep, dataset: DatasetQuery = DATASET
) -> outlooks.PlanAnswer:
    """Forecast a campaign before its launch, as planned and as you would change it."""
    return planned(context.graph, context.settings, dataset, campaign_id, wish, Silent())
