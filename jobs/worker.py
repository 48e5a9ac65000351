"""The worker process, which runs the jobs in the queue one after another: `python -m jobs.worker`.

A separate process keeps training off the threads that answer requests, and can be stopped at any point: the
job goes back into the queue and later resumes from its last checkpoint.
"""

import logging
import os
import signal
import time
from types import FrameType

import jobs.kinds  # noqa: F401 (registers the built-in kinds)
from graph.connection import Graph, Row, connect
from graph.errors import DatabaseUnreachable, DatasetLocked, GroundswellError
from graph.importing.uploads import remove_stale_uploads
from graph.settings import Settings
from jobs.progress import JobCancelled, JobProgress
from jobs.queue import Job, claim, finish, list_jobs, worker_name
from jobs.registry import get_job_kind, import_job_modules
from jobs.state import JobState

_OPEN_STATES: tuple[JobState, ...] = ("waiting", "running")
_MAX_OPEN_JOBS = 10_000
_RECONNECT_SECONDS = 300
"""How long to wait for a database that became unreachable during a job."""
_LOCK_POLL_SECONDS = 1.0
_NICENESS = 10
"""The worker yields the processor to the API's requests."""
_log = logging.getLogger(__name__)


class WorkerStopped(BaseException):
    """The worker process received SIGTERM."""


def work(graph: Graph, settings: Settings) -> int:
    """Run jobs until none waits.

    Returns
    -------
    int
        How many jobs ran.

    Raises
    ------
    DatabaseUnreachable
        If the database goes away and does not come back within `_RECONNECT_SECONDS`.
    """
    import_job_modules()
    worker = worker_name(os.getpid())
    count = 0
    open_jobs = (job for state in _OPEN_STATES for job in list_jobs(graph, state=state, limit=_MAX_OPEN_JOBS))
    remove_stale_uploads(
        settings, [str(job.arguments["upload"]) for job in open_jobs if "upload" in job.arguments]
    )
    while (job := claim(graph, worker)) is not None:
        has_ended = _run(graph, settings, job, worker)
        if has_ended:
            _clean_up(settings, job)
        count += 1
    return count


def _run(graph: Graph, settings: Settings, job: Job, worker: str) -> bool:
    """Run the job. Return whether it has ended; otherwise it is back in the queue."""
    try:
        with JobProgress(graph, job, worker) as progress:
            result = _run_when_unlocked(graph, settings, job, progress)
        finish(graph, job, worker, "complete", result=result)
    except JobCancelled:
        finish(graph, job, worker, "cancelled")
    except WorkerStopped:
        finish(graph, job, worker, "waiting")
        raise
    except DatabaseUnreachable:
        _requeue_after_outage(graph, job, worker)
        return False
    except GroundswellError as error:
        finish(graph, job, worker, "failed", problem=str(error), remedy=error.remedy)
    except Exception as error:
        _log.exception("Job %s (%s of %s) failed", job.id, job.kind, job.dataset)
        problem = f"Unexpected error: {type(error).__name__}."
        finish(graph, job, worker, "failed", problem=problem, remedy="See the worker's log.")
    return True


def _run_when_unlocked(graph: Graph, settings: Settings, job: Job, progress: JobProgress) -> Row:
    """Run the job; while another process, such as a command, changes its data set, wait."""
    while True:
        try:
            return get_job_kind(job.kind).run(graph, settings, job, progress)
        except DatasetLocked as error:
            progress.stage(f"Waiting. {error}")
            time.sleep(_LOCK_POLL_SECONDS)


def _clean_up(settings: Settings, job: Job) -> None:
    try:
        clean_up = get_job_kind(job.kind).clean_up
    except GroundswellError:
        return  # An unknown kind: the job has failed, and nothing of it ran.
    if clean_up:
        clean_up(settings, job)


def _requeue_after_outage(graph: Graph, job: Job, worker: str) -> None:
    """Put the job back into the queue once the database answers again.

    Raises DatabaseUnreachable if it stays away; the next worker then finds a job without heartbeats.
    """
    for seconds_left in reversed(range(_RECONNECT_SECONDS)):
        try:
            finish(graph, job, worker, "waiting")
            return
        except DatabaseUnreachable:
            if not seconds_left:
                raise
            time.sleep(1)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise WorkerStopped


def main() -> None:
    """Run jobs until none waits, or until SIGTERM, which puts the running job back into the queue."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    settings = Settings()
    os.nice(_NICENESS)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the parent process, which stops this one.
    try:
        with connect(settings) as graph:
            _log.info("%d jobs done", work(graph, settings))
    except WorkerStopped:
        _log.info("Stopped; the running job is back in the queue")
    except GroundswellError as error:
        _log.error("%s %s", error, error.remedy)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
