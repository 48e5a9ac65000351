"""How far to trust the forecasts of a data set: its models, and back-tests on days of choice."""

from fastapi import APIRouter

from api.deps import DatasetQuery, GraphDep, read_endpoint
from api.schemas import forecasts
from api.serializers import records
from forecasting.records import back_tests, models
from graph.importing.adapters.complete_journey import DATASET

router = APIRouter(prefix="/v1", tags=["trust"])


@router.get("/models")
@read_endpoint
def list_models(graph: GraphDep, dataset: DatasetQuery = DATASET) -> list[forecasts.Model]:
    """Every trained model with the back-test made before it was kept, the latest cut-off first."""
    return [records.model(run) for run in models(graph, dataset)]


@router.get("/back-tests")
@read_endpoint
def list_back_tests(graph: GraphDep, dataset: DatasetQuery = DATASET) -> list[forecasts.BackTest]:
    """Back-tests on days of choice (`groundswell backtest`), the latest days first."""
    return [records.back_test(run) for run in back_tests(graph, dataset)]
