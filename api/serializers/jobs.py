"""How who asks for a job is answered."""

from fastapi import Response

from api.deps import Context
from api.schemas import resources
from api.serializers import records
from jobs.queue import Job


def accepted(context: Context, response: Response, job: Job) -> resources.Job:
    """Where to look, and how it stands."""
    context.worker.wake()
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return records.job(job)
