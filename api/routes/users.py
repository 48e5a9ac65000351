"""Users and their position in the spreading network."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ContextDep, DatasetDep, GraphDep, latest_run_id, read_endpoint
from api.schemas.users import ErasedUser, Neighbourhood, Profile
from api.strict_route import StrictRoute
from graph import users as graph_users
from graph.erasure import erase
from network import queries
from network.runs import latest_network

router = APIRouter(prefix="/v1/users", tags=["users"], route_class=StrictRoute)


@router.get("/{user_id}")
@read_endpoint
def get_user(user_id: str, graph: GraphDep, dataset: DatasetDep) -> Profile:
    """Return everything stored about a user."""
    return Profile(**graph_users.profile(graph, dataset, user_id, latest_run_id(graph, dataset)))


@router.delete("/{user_id}")
def erase_user(
    user_id: str,
    context: ContextDep,
    dataset: DatasetDep,
    may_return: Annotated[
        bool,
        Query(description="Let later imports load rows of the user again, also of one who was erased before"),
    ] = False,
) -> ErasedUser:
    """Erase a user and everything derived from the user's data, also in files of the data folder.

    Existing networks and models keep what they learned from all users together. Later imports leave the
    user's rows out; to recognise them, a keyed hash of the id is kept, unless the user `may_return`.
    """
    erasure = erase(context.graph, context.settings, dataset, user_id, may_return=may_return)
    return ErasedUser(user=user_id, removed=erasure.removed, remains=erasure.remains)


@router.get("/{user_id}/neighbourhood")
@read_endpoint
def get_neighbourhood(
    user_id: str,
    graph: GraphDep,
    dataset: DatasetDep,
    most: Annotated[
        int, Query(ge=1, le=100, description="Maximum number of influences in each direction")
    ] = 12,
) -> Neighbourhood:
    """Return the user's strongest influences in both directions, and the user's roles in campaigns."""
    run = latest_network(graph, dataset)
    neighbourhood = queries.neighbourhood(graph, dataset, user_id, run.id, most)
    return Neighbourhood(**neighbourhood, network=run.id, influence_verdict=run.influence_test.verdict)
