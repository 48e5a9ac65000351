"""How a job is told."""

from fastapi import Response

from api import schemas
from api.deps import Context
from graph.jobs import Job


def accepted(context: Context, response: Response, job: Job) -> schemas.Job:
    """The answer to who asked for a job: where to look, and how it stands."""
    context.worker.wake()
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return told(job)


def told(job: Job) -> schemas.Job:
    """How it stands."""
    stage = None
    if job.state == "running" and job.stage:
        stage = schemas.JobStage(stage=job.stage, done=job.done or 0, total=job.total)
    return schemas.Job.model_validate({**vars(job), "progress": stage})
