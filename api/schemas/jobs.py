"""Schemas of jobs."""

from pydantic import BaseModel, Field

from api.schemas.remedies import Action
from jobs.state import JobState


class JobStage(BaseModel):
    """The current stage of a job and its progress."""

    stage: str = Field(examples=["Training 2 networks for 12 epochs"])
    done: int
    total: int | None = Field(description="Null if unknown")


class Job(BaseModel):
    """A long-running task, such as an import or a training."""

    id: str = Field(examples=["4f0c9a1b22de"])
    kind: str = Field(description="import, network, training, forecast or back-test")
    dataset: str
    arguments: dict[str, str | int | float | bool | None] = Field(description="Parameters of the request")
    state: JobState
    cancel_requested: bool = Field(description="Whether its cancellation was requested")
    attempts: int = Field(description="More than 1 if a worker stopped and the job was started again")
    progress: JobStage | None = Field(description="Null unless the job is running")
    problem: str | None = Field(description="Why the job failed")
    remedy: str | None = Field(description="How to fix it")
    action: Action | None = Field(default=None, description="The remedy, if it is an action")
    result: dict[str, str] | None = Field(
        description="Ids of what the job created", examples=[{"model": "model/2017-11-27"}]
    )
    created_at: str = Field(description="ISO 8601 time")
    started_at: str | None = Field(description="ISO 8601 time")
    finished_at: str | None = Field(description="ISO 8601 time")
