"""Long work as jobs: ask for it, see how far it is, end it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.deps import ContextDep, GraphDep, OffsetQuery, read_endpoint
from api.schemas import requests, resources
from api.serializers import records
from api.serializers.jobs import accepted
from forecasting.baseline.holiday_priors import check_holiday_prior
from forecasting.records import check_campaign
from graph.datasets import describe_dataset
from jobs import queue

router = APIRouter(prefix="/v1", tags=["jobs"])

JobId = Annotated[str, Path(description="As the job's own address tells it")]


@router.post("/networks", status_code=202)
def build_network(wish: requests.Network, context: ContextDep, response: Response) -> resources.Job:
    """Build a spreading network: key users and neighbour groups."""
    dataset = describe_dataset(context.graph, wish.dataset)
    if wish.cutoff:
        dataset.check_cutoff(wish.cutoff)
    return _submitted(context, response, "network", wish)


@router.post("/models", status_code=202)
def train_model(wish: requests.Training, context: ContextDep, response: Response) -> resources.Job:
    """Back-test and train a model."""
    dataset = describe_dataset(context.graph, wish.dataset)
    if wish.cutoff:
        dataset.check_cutoff(wish.cutoff)
    check_holiday_prior(wish.holidays)
    return _submitted(context, response, "training", wish)


@router.post("/back-tests", status_code=202)
def make_back_test(wish: requests.BackTest, context: ContextDep, response: Response) -> resources.Job:
    """Compare the K-LSTM with what one would pick instead, on days of choice."""
    dataset = describe_dataset(context.graph, wish.dataset)
    for day in (wish.since, wish.until):
        dataset.check_cutoff(day)
    check_holiday_prior(wish.holidays)
    return _submitted(context, response, "back-test", wish)


@router.post("/campaigns/{campaign_id}/forecast", status_code=202, tags=["forecasts"])
def make_forecast(
    campaign_id: str, wish: requests.Forecast, context: ContextDep, response: Response
) -> resources.Job:
    """Forecast a campaign, its users and groups, and keep the forecast."""
    dataset = describe_dataset(context.graph, wish.dataset)
    if wish.origin:
        dataset.check_cutoff(wish.origin)
    check_campaign(context.graph, wish.dataset, campaign_id)
    return _submitted(context, response, "forecast", wish, campaign=campaign_id)


@router.get("/jobs")
@read_endpoint
def list_jobs(
    graph: GraphDep,
    dataset: Annotated[str | None, Query(description="Of one data set only")] = None,
    state: Annotated[queue.JobState | None, Query(description="In this state only")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: OffsetQuery = 0,
) -> list[resources.Job]:
    """Jobs, the latest first."""
    return [records.job(one) for one in queue.list_jobs(graph, dataset, state, limit, offset)]


@router.get("/jobs/{job_id}")
@read_endpoint
def get_job(job_id: JobId, graph: GraphDep) -> resources.Job:
    """How a job stands, and while it runs, how far it is."""
    return records.job(queue.get_job(graph, job_id))


@router.delete("/jobs/{job_id}", status_code=202)
def cancel_job(job_id: JobId, graph: GraphDep) -> resources.Job:
    """End a job: one that waits at once, one that runs within seconds. One that is over stays as it is."""
    return records.job(queue.cancel(graph, job_id))


def _submitted(
    context: ContextDep, response: Response, kind: str, wish: requests.Asked, **more: str
) -> resources.Job:
    arguments = wish.model_dump(mode="json", exclude={"dataset"}) | more
    return accepted(context, response, queue.submit(context.graph, kind, wish.dataset, arguments))
