"""Serializes jobs."""

from api.schemas import resources
from jobs.queue import Job


def serialize_job(job: Job) -> resources.Job:
    """Return the response for a job, with its progress if it is running."""
    progress = None
    if job.state == "running" and job.stage:
        progress = resources.JobStage(stage=job.stage, done=job.done or 0, total=job.total)
    return resources.Job.model_validate({**vars(job), "progress": progress})
