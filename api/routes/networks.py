"""The spreading networks of a data set, and whether the premise behind them holds there."""

from dataclasses import asdict

from fastapi import APIRouter

from api import schemas
from api.deps import DatasetQuery, GraphDep
from graph.importing.adapters.complete_journey import DATASET
from graph.network.results import premise_said
from graph.network.runs import NetworkRun, networks

router = APIRouter(prefix="/v1/networks", tags=["networks"])


@router.get("")
def list_networks(graph: GraphDep, dataset: DatasetQuery = DATASET) -> list[schemas.Network]:
    """Every spreading network that was built, the one with the latest cut-off first."""
    return [_network(run) for run in networks(graph, dataset)]


def _network(run: NetworkRun) -> schemas.Network:
    premise = run.premise
    said = {"verdict": premise.verdict, "said": premise_said(premise)}
    return schemas.Network.model_validate({**asdict(run), "premise": {**asdict(premise), **said}})
