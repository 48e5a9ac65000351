"""Simulations of a campaign that starts with chosen users."""

from fastapi import APIRouter, Depends

from api.deps import DatasetDep, GraphDep, limit_analyses
from api.schemas.requests import WhatIfRequest
from api.schemas.what_ifs import WhatIfResponse
from api.serializers.what_ifs import simulate_what_if
from api.strict_route import StrictRoute

router = APIRouter(prefix="/v1/campaigns", tags=["what-if"], route_class=StrictRoute)


@router.post("/{campaign_id}/what-if", dependencies=[Depends(limit_analyses)])
def what_if(campaign_id: str, request: WhatIfRequest, graph: GraphDep, dataset: DatasetDep) -> WhatIfResponse:
    """Choose seeds under constraints, or name them, and simulate their spread per day."""
    return simulate_what_if(graph, dataset, campaign_id, request)
