"""Users, and where they stand in the spreading network."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ContextDep, DatasetQuery, GraphDep, read_endpoint, run_if_any
from api.schemas import resources, users
from graph import users as people
from graph.importing.adapters.complete_journey import DATASET
from network import queries
from network.runs import latest_network

router = APIRouter(prefix="/v1/users", tags=["users"])


@router.get("/{user_id}")
@read_endpoint
def get_user(user_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET) -> users.Profile:
    """What is known of a user so far."""
    return users.Profile(**people.profile(graph, dataset, user_id, run_if_any(graph, dataset)))


@router.delete("/{user_id}")
def erase_user(user_id: str, context: ContextDep, dataset: DatasetQuery = DATASET) -> users.Erased:
    """Erase a person and everything derived from them. Networks and models built before keep what they
    learned from all users together; files sent again bring the person back.
    """
    removed = people.erase(context.graph, context.settings, dataset, user_id)
    return users.Erased(user=user_id, removed=removed)


@router.get("/{user_id}/neighbourhood")
@read_endpoint
def get_neighbourhood(
    user_id: str,
    graph: GraphDep,
    dataset: DatasetQuery = DATASET,
    most: Annotated[int, Query(ge=1, le=100, description="At most so many each way")] = 12,
) -> resources.Neighbourhood:
    """Whom the user influences most and by whom it is influenced, and its roles in campaigns."""
    run = latest_network(graph, dataset)
    found = queries.neighbourhood(graph, dataset, user_id, run.id, most)
    return resources.Neighbourhood(**found, network=run.id, influence_verdict=run.influence_test.verdict)
