"""Long work as jobs in the graph: whoever asks for it need not wait, and nothing is lost with a process.

A job waits until a worker takes it; the worker says every second that it is there and how far it is. One that
is not heard of for `LOST_AFTER` seconds was ended with its job midway: the job waits again, `MOST_ATTEMPTS`
times in all. Every kind of job can be begun anew at any point.
"""

import json
import secrets
import socket
from dataclasses import dataclass
from typing import Literal

from graph.connection import Graph, Row
from graph.errors import NotFound

State = Literal["waiting", "running", "complete", "failed", "cancelled"]
LOST_AFTER = 30
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Job:
    """A job and how it stands: while it runs, `done` of `total` units of `stage`; `problem` and `remedy`
    where it failed; `result` names what it made. Moments are ISO text.
    """

    id: str
    kind: str
    dataset: str
    arguments: Row
    state: State
    attempts: int
    cancel_asked: bool
    stage: str | None
    done: int | None
    total: int | None
    problem: str | None
    remedy: str | None
    result: Row | None
    made_at: str
    started_at: str | None
    finished_at: str | None


def submit(graph: Graph, kind: str, dataset: str, arguments: Row) -> Job:
    """A new job; one like it that waits or runs is returned instead."""
    told = json.dumps(arguments, sort_keys=True)
    new = secrets.token_hex(6)
    (row,) = graph.run("jobs/submit_job", id=new, kind=kind, dataset=dataset, arguments=told)
    return find_job(graph, row["id"])


def jobs(
    graph: Graph, dataset: str | None = None, state: State | None = None, limit: int = 100, skip: int = 0
) -> list[Job]:
    """The latest jobs first."""
    return _jobs(graph, None, dataset, state, limit, skip)


def find_job(graph: Graph, job_id: str) -> Job:
    """Raises NotFound."""
    found = _jobs(graph, job_id, None, None, 1, 0)
    if not found:
        raise NotFound(f"There is no job {job_id!r}.", "`groundswell jobs list` shows those there are.")
    return found[0]


def cancel(graph: Graph, job_id: str) -> Job:
    """Ask that a job be ended; one that is over stays as it is. Raises NotFound."""
    graph.run("jobs/cancel_job", id=job_id)
    return find_job(graph, job_id)


def take(graph: Graph, worker: str) -> Job | None:
    """The job that waits longest, now `worker`'s; None where none waits whose data set is free."""
    graph.run("jobs/give_up_lost", after=LOST_AFTER, most=MOST_ATTEMPTS)
    graph.run("jobs/release_lost", after=LOST_AFTER, most=MOST_ATTEMPTS)
    rows = graph.run("jobs/take_job", worker=worker)
    return find_job(graph, rows[0]["id"]) if rows else None


def beat(graph: Graph, job: Job, worker: str, stage: str | None, done: int | None, total: int | None) -> bool:
    """Say that it is being worked on; whether to go on with it."""
    rows = graph.run("jobs/beat", id=job.id, worker=worker, stage=stage, done=done, total=total)
    return bool(rows) and not rows[0]["cancel_asked"]


def finish(
    graph: Graph,
    job: Job,
    worker: str,
    state: State,
    *,
    problem: str | None = None,
    remedy: str | None = None,
    result: Row | None = None,
) -> None:
    """Say how it ended, or that it is `waiting` again; nothing where another worker has taken it over.

    In two transactions: whoever reads while Neo4j commits may see one property changed and another not yet.
    """
    told = None if result is None else json.dumps(result)
    graph.run("jobs/keep_outcome", id=job.id, worker=worker, problem=problem, remedy=remedy, result=told)
    graph.run("jobs/finish_job", id=job.id, worker=worker, state=state)


def worker_name(process: int) -> str:
    """What the process of this machine with that number is called where it works on jobs."""
    return f"{socket.gethostname()}:{process}"


def give_back(graph: Graph, worker: str) -> None:
    """Whatever `worker`, which has been ended, worked on waits again."""
    graph.run("jobs/give_back", worker=worker)


def any_open(graph: Graph) -> bool:
    """Whether there is anything for a worker to do."""
    return bool(graph.single("jobs/open_jobs", after=LOST_AFTER)["jobs"])


def _jobs(
    graph: Graph, job_id: str | None, dataset: str | None, state: str | None, limit: int, skip: int
) -> list[Job]:
    rows = graph.run("jobs/list_jobs", id=job_id, dataset=dataset, state=state, skip=skip, limit=limit)
    loaded = ({name: json.loads(row[name]) for name in ("arguments", "result") if row[name]} for row in rows)
    return [Job(**{**row, **told}) for row, told in zip(rows, loaded, strict=True)]
