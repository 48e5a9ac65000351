"""How far to trust the forecasts of a data set: its models, and back-tests on days of choice."""

from typing import Any

from fastapi import APIRouter

from api import outlooks
from api.deps import DatasetQuery, GraphDep
from forecasting.records import BackTest, back_tests, models
from graph.importing.adapters.complete_journey import DATASET

router = APIRouter(prefix="/v1", tags=["trust"])


@router.get("/models")
def list_models(graph: GraphDep, dataset: DatasetQuery = DATASET) -> list[outlooks.Model]:
    """Every trained model with the back-test made before it was kept, the latest cut-off first."""
    return [
        outlooks.Model(id=run.id, cutoff=run.cutoff, network=run.network, back_test=_compared(run))
        for run in models(graph, dataset)
    ]


@router.get("/back-tests")
def list_back_tests(graph: GraphDep, dataset: DatasetQuery = DATASET) -> list[outlooks.BackTest]:
    """Back-tests on days of choice (`groundswell backtest`), the latest days first."""
    return [
        outlooks.BackTest(id=run.id, until=run.until, every=run.every, network=run.network, **_compared(run))
        for run in back_tests(graph, dataset)
    ]


def _compared(run: BackTest) -> dict[str, Any]:
    of_redeemers = run.redeemers_scores
    return {
        "since": run.backtest_from,
        "horizon": run.horizon,
        "points": run.points,
        "holidays": run.holidays,
        "participants": run.scores.to_dict("records"),
        "redeemers": None if of_redeemers is None else of_redeemers.to_dict("records"),
        "covered_80": run.coverage_80,
        "level_covered_80": run.level_coverage_80,
    }
