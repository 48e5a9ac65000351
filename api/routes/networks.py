"""Spreading networks and their influence tests."""

from fastapi import APIRouter, Response

from api.deps import DatasetDep, GraphDep, PageDep, read_endpoint
from api.schemas.networks import Network
from api.serializers.networks import serialize_network
from api.strict_route import StrictRoute
from network.runs import networks

router = APIRouter(prefix="/v1/networks", tags=["networks"], route_class=StrictRoute)


@router.get("")
@read_endpoint
def list_networks(graph: GraphDep, response: Response, dataset: DatasetDep, page: PageDep) -> list[Network]:
    """List all spreading networks, latest cut-off first."""
    return [serialize_network(run) for run in page.of(networks(graph, dataset), response)]
