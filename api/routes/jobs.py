"""Jobs: submit, follow and cancel long-running work."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.deps import (
    Context,
    ContextDep,
    DatasetQuery,
    GraphDep,
    PageDep,
    named_dataset,
    read_endpoint,
    set_total,
)
from api.schemas.jobs import Job
from api.schemas.requests import (
    BackTestRequest,
    DatasetRequest,
    ForecastRequest,
    NetworkRequest,
    TrainingRequest,
)
from api.serializers.jobs import serialize_job
from api.strict_route import StrictRoute
from forecasting.baseline.holiday_priors import check_holiday_prior
from forecasting.records import check_campaign
from graph.datasets import Dataset, check_dataset, describe_dataset, resolve_dataset
from jobs import queue
from jobs.state import JobState

router = APIRouter(prefix="/v1", tags=["jobs"], route_class=StrictRoute)

JobId = Annotated[str, Path(description="Id of the job, as in its `Location`")]


@router.post("/networks", status_code=202)
def build_network(
    body: NetworkRequest, context: ContextDep, response: Response, dataset: DatasetQuery = None
) -> Job:
    """Build a spreading network with key users and neighbour groups."""
    described = _describe(context, body, dataset)
    if body.cutoff:
        described.check_cutoff(body.cutoff)
    return _submit(context, response, "network", described.id, body)


@router.post("/models", status_code=202)
def train_model(
    body: TrainingRequest, context: ContextDep, response: Response, dataset: DatasetQuery = None
) -> Job:
    """Back-test and train a model."""
    described = _describe(context, body, dataset)
    if body.cutoff:
        described.check_cutoff(body.cutoff)
    check_holiday_prior(body.holidays)
    return _submit(context, response, "training", described.id, body)


@router.post("/back-tests", status_code=202)
def make_back_test(
    body: BackTestRequest, context: ContextDep, response: Response, dataset: DatasetQuery = None
) -> Job:
    """Compare the forecasters on chosen days."""
    described = _describe(context, body, dataset)
    for day in (body.since, body.until):
        if day is not None:
            described.check_cutoff(day)
    check_holiday_prior(body.holidays)
    return _submit(context, response, "back-test", described.id, body)


@router.post("/campaigns/{campaign_id}/forecast", status_code=202, tags=["forecasts"])
def make_forecast(
    campaign_id: str,
    body: ForecastRequest,
    context: ContextDep,
    response: Response,
    dataset: DatasetQuery = None,
) -> Job:
    """Forecast a campaign, its users and its groups, and store the forecast."""
    described = _describe(context, body, dataset)
    if body.origin:
        described.check_cutoff(body.origin)
    check_campaign(context.graph, described.id, campaign_id)
    return _submit(context, response, "forecast", described.id, body, campaign=campaign_id)


@router.get("/jobs")
@read_endpoint
def list_jobs(
    graph: GraphDep,
    response: Response,
    dataset: Annotated[str | None, Query(description="Only jobs of this data set")] = None,
    state: Annotated[JobState | None, Query(description="Only jobs in this state")] = None,
    *,
    page: PageDep,
) -> list[Job]:
    """List jobs, latest first."""
    total = queue.count_jobs(graph, dataset, state)
    if dataset and not total:  # A data set may have a job before its first import.
        check_dataset(graph, dataset)
    set_total(response, total)
    return [serialize_job(job) for job in queue.list_jobs(graph, dataset, state, page.limit, page.offset)]


@router.get("/jobs/{job_id}")
@read_endpoint
def get_job(job_id: JobId, graph: GraphDep) -> Job:
    """Return a job, with its progress while it runs."""
    return serialize_job(queue.get_job(graph, job_id))


@router.delete("/jobs/{job_id}", status_code=202)
def cancel_job(job_id: JobId, graph: GraphDep) -> Job:
    """Cancel a job: at once if it waits, within seconds if it runs. A finished job does not change."""
    return serialize_job(queue.cancel(graph, job_id))


def _describe(context: Context, body: DatasetRequest, dataset: str | None) -> Dataset:
    """The data set that the body or the query names."""
    return describe_dataset(context.graph, resolve_dataset(context.graph, named_dataset(body, dataset)))


def _submit(
    context: Context, response: Response, kind: str, dataset: str, body: DatasetRequest, **more: str
) -> Job:
    arguments = body.model_dump(mode="json", exclude={"dataset"}) | more
    return accept_job(context, response, queue.submit(context.graph, kind, dataset, arguments))


def accept_job(context: Context, response: Response, job: queue.Job) -> Job:
    """Wake the worker, point to `job` in `Location`, and return the job."""
    context.worker.wake()
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return serialize_job(job)
