"""The queue of jobs, stored as `:Job` nodes in the graph, so that a job survives the process that runs it.

A job waits until a worker claims it. The worker sends a heartbeat every second. If no heartbeat arrives for
`LOST_AFTER_SECONDS`, the worker is considered dead and the job waits again, for at most `MAX_ATTEMPTS`
attempts. Jobs on one data set never run at the same time.
"""

import json
import secrets
import socket
from dataclasses import dataclass
from typing import Any

from graph.connection import Graph, Row
from graph.errors import NotFound
from graph.remedies import Remedy
from jobs.state import JobState

LOST_AFTER_SECONDS = 30
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Job:
    """A job and its state.

    Attributes
    ----------
    kind : str
        A name registered in ``jobs.registry``.
    stage, done, total
        While it runs: `done` of `total` units of `stage`; `total` is None if it is not known beforehand.
    problem, remedy
        If it failed: what went wrong, and what to do.
    result
        If it is complete: the ids of what it created.
    created_at, started_at, finished_at : str
        ISO 8601 timestamps.
    """

    id: str
    kind: str
    dataset: str
    arguments: Row
    state: JobState
    attempts: int
    cancel_requested: bool
    stage: str | None
    done: int | None
    total: int | None
    problem: str | None
    remedy: str | None
    result: Row | None
    created_at: str
    started_at: str | None
    finished_at: str | None


def submit(graph: Graph, kind: str, dataset: str, arguments: Row) -> Job:
    """Add a job to the queue.

    Returns
    -------
    Job
        The new job or, if a job of the same kind, data set and arguments waits or runs, that job.
    """
    (row,) = graph.run(
        "jobs/submit_job",
        id=secrets.token_hex(6),
        kind=kind,
        dataset=dataset,
        arguments=json.dumps(arguments, sort_keys=True),
    )
    return get_job(graph, row["id"])


def list_jobs(
    graph: Graph,
    dataset: str | None = None,
    state: JobState | None = None,
    limit: int = 100,
    skip: int = 0,
) -> list[Job]:
    """List jobs, the latest first, optionally of one data set or in one state."""
    rows = graph.run("jobs/list_jobs", id=None, dataset=dataset, state=state, skip=skip, limit=limit)
    return [_job_from_row(row) for row in rows]


def count_jobs(graph: Graph, dataset: str | None = None, state: JobState | None = None) -> int:
    """Count the jobs that ``list_jobs`` has without a limit."""
    return int(graph.single("jobs/count_listed", dataset=dataset, state=state)["jobs"])


def get_job(graph: Graph, job_id: str) -> Job:
    """Read one job.

    Raises
    ------
    NotFound
        If there is no job with this id.
    """
    rows = graph.run("jobs/list_jobs", id=job_id, dataset=None, state=None, skip=0, limit=1)
    if not rows:
        raise NotFound(f"There is no job {job_id!r}.", Remedy("List the jobs", "list jobs"))
    return _job_from_row(rows[0])


def cancel(graph: Graph, job_id: str) -> Job:
    """Cancel a job: a waiting job at once, a running job at its worker's next heartbeat.

    A job that has ended stays as it is.

    Raises
    ------
    NotFound
        If there is no job with this id.
    """
    graph.run("jobs/cancel_job", id=job_id)
    return get_job(graph, job_id)


def claim(graph: Graph, worker: str) -> Job | None:
    """Assign the longest-waiting job whose data set is free to `worker`; None if there is no such job.

    Jobs of dead workers are put back first, or marked as failed after `MAX_ATTEMPTS`.
    """
    limits = {"lost_after": LOST_AFTER_SECONDS, "max_attempts": MAX_ATTEMPTS}
    graph.run("jobs/explain_lost_jobs", **limits)
    graph.run("jobs/requeue_lost_jobs", **limits)
    rows = graph.run("jobs/claim_job", worker=worker)
    return get_job(graph, rows[0]["id"]) if rows else None


def heartbeat(
    graph: Graph, job: Job, worker: str, stage: str | None, done: int | None, total: int | None
) -> bool:
    """Record that `worker` is running `job`, with its progress.

    Returns
    -------
    bool
        False if the job was cancelled or belongs to another worker: stop working on it.
    """
    rows = graph.run("jobs/heartbeat", id=job.id, worker=worker, stage=stage, done=done, total=total)
    return bool(rows) and not rows[0]["cancel_requested"]


def finish(
    graph: Graph,
    job: Job,
    worker: str,
    state: JobState,
    *,
    problem: str | None = None,
    remedy: str | None = None,
    result: Row | None = None,
) -> None:
    """Record how a job ended, or put it back into the queue (`state` "waiting").

    Does nothing if another worker has claimed the job since. Writes in two transactions, outcome first,
    because a reader during a Neo4j commit may see one property changed and another not yet.
    """
    encoded = None if result is None else json.dumps(result)
    action = json.dumps(remedy.parts()) if isinstance(remedy, Remedy) else None
    outcome = {"problem": problem, "remedy": remedy and str(remedy), "action": action, "result": encoded}
    graph.run("jobs/store_outcome", id=job.id, worker=worker, **outcome)
    graph.run("jobs/finish_job", id=job.id, worker=worker, state=state)


def worker_name(process_id: int) -> str:
    """Name a worker process of this machine: host and process id."""
    return f"{socket.gethostname()}:{process_id}"


def requeue_jobs_of(graph: Graph, worker: str) -> None:
    """Put the running jobs of a stopped worker back into the queue."""
    graph.run("jobs/requeue_jobs_of", worker=worker)


def has_open_jobs(graph: Graph) -> bool:
    """Whether any job waits, or runs on a dead worker."""
    return bool(graph.single("jobs/count_open_jobs", lost_after=LOST_AFTER_SECONDS)["jobs"])


def _job_from_row(row: Row) -> Job:
    decoded: dict[str, Any] = {
        column: json.loads(row[column]) for column in ("arguments", "result") if row[column]
    }
    if (action := row.pop("action")) and (remedy := Remedy.from_parts(json.loads(action))):
        decoded["remedy"] = remedy
    return Job(**{**row, **decoded})
