"""The daily series of all campaigns."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import DatasetDep, GraphDep, read_endpoint, set_total
from api.schemas.campaigns import SeriesStep
from api.strict_route import StrictRoute
from forecasting.history.long_format import SeriesOutcome, read_series

router = APIRouter(prefix="/v1/series", tags=["campaigns"], route_class=StrictRoute)


@router.get("")
@read_endpoint
def list_series(
    graph: GraphDep,
    response: Response,
    dataset: DatasetDep,
    outcome: Annotated[SeriesOutcome, Query(description="What `y` counts")] = "participants",
) -> list[SeriesStep]:
    """Return the daily series of all campaigns in Nixtla's long format (`unique_id`, `ds`, `y`).

    `y` is 0 on observed days without participants. Days before or after the data are left out.
    """
    series = read_series(graph, dataset, outcome)
    set_total(response, len(series))
    days = series["ds"].dt.date
    return [
        SeriesStep(unique_id=campaign, ds=day, y=count)
        for campaign, day, count in zip(series["unique_id"], days, series["y"], strict=True)
    ]
