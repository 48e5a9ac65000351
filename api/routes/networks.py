"""Spreading networks and their influence tests."""

from fastapi import APIRouter

from api.deps import DatasetDep, GraphDep, read_endpoint
from api.schemas.networks import Network
from api.serializers.networks import serialize_network
from api.strict_route import StrictRoute
from network.runs import networks

router = APIRouter(prefix="/v1/networks", tags=["networks"], route_class=StrictRoute)


@router.get("")
@read_endpoint
def list_networks(graph: GraphDep, dataset: DatasetDep) -> list[Network]:
    """List all spreading networks, latest cut-off first."""
    return [serialize_network(run) for run in networks(graph, dataset)]
