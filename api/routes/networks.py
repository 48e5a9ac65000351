"""The spreading networks of a data set, and whether users there follow each other."""

from fastapi import APIRouter

from api.deps import DatasetQuery, GraphDep, read_endpoint
from api.schemas import resources
from api.serializers import records
from graph.importing.adapters.complete_journey import DATASET
from network.runs import networks

router = APIRouter(prefix="/v1/networks", tags=["networks"])


@router.get("")
@read_endpoint
def list_networks(graph: GraphDep, dataset: DatasetQuery = DATASET) -> list[resources.Network]:
    """Every spreading network that was built, the one with the latest cut-off first."""
    return [records.network(run) for run in networks(graph, dataset)]
