"""What if a campaign began with these users?"""

from fastapi import APIRouter

from api.deps import DatasetQuery, GraphDep
from api.schemas import forecasts
from api.serializers.what_ifs import carried
from graph.importing.adapters.complete_journey import DATASET

router = APIRouter(prefix="/v1/campaigns", tags=["what-if"])


@router.post("/{campaign_id}/what-if")
def what_if(
    campaign_id: str, wish: forecasts.WhatIf, graph: GraphDep, dataset: DatasetQuery = DATASET
) -> forecasts.WhatIfAnswer:
    """Choose seeds on your terms (or name them), and see how far they would carry, day by day."""
    return carried(graph, dataset, campaign_id, wish)
