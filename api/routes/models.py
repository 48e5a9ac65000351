"""Models and back-tests of a data set."""

from fastapi import APIRouter, Response

from api.deps import DatasetDep, GraphDep, PageDep, read_endpoint
from api.schemas.models import BackTest, Model
from api.serializers.models import serialize_backtest, serialize_model
from api.strict_route import StrictRoute
from forecasting.records import backtests, models

router = APIRouter(prefix="/v1", tags=["models"], route_class=StrictRoute)


@router.get("/models")
@read_endpoint
def list_models(graph: GraphDep, response: Response, dataset: DatasetDep, page: PageDep) -> list[Model]:
    """List all models with the back-test made before storing them, latest cut-off first."""
    return [serialize_model(run) for run in page.of(models(graph, dataset), response)]


@router.get("/back-tests")
@read_endpoint
def list_back_tests(
    graph: GraphDep, response: Response, dataset: DatasetDep, page: PageDep
) -> list[BackTest]:
    """List the back-tests on chosen days, latest days first."""
    return [serialize_backtest(run) for run in page.of(backtests(graph, dataset), response)]
