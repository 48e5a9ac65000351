"""Users, and where they stand in the spreading network."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import schemas
from api.deps import DatasetQuery, GraphDep
from graph.importing.adapters.complete_journey import DATASET
from graph.network import results
from graph.network.runs import latest_network

router = APIRouter(prefix="/v1/users", tags=["users"])


@router.get("/{user_id}/neighbourhood")
def get_neighbourhood(
    user_id: str,
    graph: GraphDep,
    dataset: DatasetQuery = DATASET,
    most: Annotated[int, Query(ge=1, le=100, description="At most so many each way")] = 12,
) -> schemas.Neighbourhood:
    """Whom the user influences most and by whom it is influenced, and its roles in campaigns."""
    run = latest_network(graph, dataset)
    found = results.neighbourhood(graph, dataset, user_id, run.id, most)
    return schemas.Neighbourhood(**found, network=run.id, premise=run.premise.verdict)
