"""Serializes jobs."""

from api.schemas.jobs import Job, JobStage
from api.serializers.remedies import action_of, request_of
from jobs import queue


def serialize_job(job: queue.Job) -> Job:
    """Return the response for a job, with its progress if it is running."""
    progress = None
    if job.state == "running" and job.stage:
        progress = JobStage(stage=job.stage, done=job.done or 0, total=job.total)
    remedy = {"remedy": request_of(job.remedy), "action": action_of(job.remedy)}
    return Job.model_validate({**vars(job), **remedy, "progress": progress})
