"""How who asks for a job is answered."""

from fastapi import Response

from api import schemas, told
from api.deps import Context
from graph.jobs import Job


def accepted(context: Context, response: Response, job: Job) -> schemas.Job:
    """Where to look, and how it stands."""
    context.worker.wake()
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return told.job(job)
