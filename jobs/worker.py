"""Works on the jobs of the graph, one after another, in a process of its own: `python -m forecasting.worker`.

A process of its own keeps training off the threads that answer requests, and can be ended at any point: a job
ended midway waits again, and goes on from what it had kept.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import date
from types import FrameType

from forecasting.forecasts import forecast_campaign
from forecasting.history.series import all_open, campaign_list
from forecasting.klstm.trainer import Configuration
from forecasting.next_users.job import train_next_users
from forecasting.records import store_back_test
from forecasting.training import back_test, train
from graph.connection import Graph, Row, connect
from graph.errors import DatabaseUnreachable, GroundswellError, ImportStopped
from graph.importing.uploads import open_upload, remove_forgotten, remove_upload
from graph.progress import Progress
from graph.settings import Settings
from jobs.queue import Job, State, beat, finish, jobs, take, worker_name
from network.build import build_network
from network.tags.text_encoder import TextEncoder

_BEAT_SECONDS = 1.0
_PATIENCE = 15
"""Beats after which a job that does not hear of its end is ended with its process."""
_OPEN: tuple[State, ...] = ("waiting", "running")
_MANY = 10_000
_AWAY_SECONDS = 300
"""As long is a database waited for that went away."""
_NICE = 10
"""Whoever asks the API meanwhile goes first."""
_log = logging.getLogger(__name__)


class _Ended(BaseException):
    """The job was cancelled, or taken over by somebody else; nobody is to take it for a failure."""


class _Stopped(BaseException):
    """The process is to end."""


class Told:
    """Progress that is told to the graph every second, from a thread of its own; heard of there, a job's end
    takes effect at its next step.
    """

    def __init__(self, graph: Graph, job: Job, worker: str) -> None:
        self._graph, self._job, self._worker = graph, job, worker
        self._stage: str | None = None
        self._done = 0
        self._total: int | None = None
        self._over = threading.Event()
        self._ended_for = 0
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Told":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def stage(self, what: str, total: int | None = None) -> Callable[[int], None]:
        """Begin a stage."""
        self._stage, self._done, self._total = what, 0, total
        self._check()

        def advance(done: int) -> None:
            self._done += done
            self._check()

        return advance

    def _check(self) -> None:
        if self._ended_for:
            raise _Ended

    def _beat(self) -> None:
        while not self._over.wait(_BEAT_SECONDS):
            try:
                on = beat(self._graph, self._job, self._worker, self._stage, self._done, self._total)
            except GroundswellError:
                continue  # The database restarts; it is asked again in a second.
            self._ended_for += 0 if on else 1
            if self._ended_for > _PATIENCE:
                finish(self._graph, self._job, self._worker, "cancelled")
                os._exit(0)


def work(graph: Graph, settings: Settings) -> int:
    """Work on jobs until none waits; how many there were. Raises DatabaseUnreachable where the database
    is gone.
    """
    worker = worker_name(os.getpid())
    done = 0
    wanted = (job.arguments.get("upload") for job in _all_open(graph))
    remove_forgotten(settings, [str(one) for one in wanted if one])
    while (job := take(graph, worker)) is not None:
        over = _work_on(graph, settings, job, worker)
        if over and job.kind == "import":
            remove_upload(settings, str(job.arguments["upload"]))
        done += 1
    return done


def _work_on(graph: Graph, settings: Settings, job: Job, worker: str) -> bool:
    """Whether the job is over; else it waits again."""
    try:
        with Told(graph, job, worker) as progress:
            made = _KINDS[job.kind](graph, settings, job, progress)
        finish(graph, job, worker, "complete", result=made)
    except _Ended:
        finish(graph, job, worker, "cancelled")
    except _Stopped:
        finish(graph, job, worker, "waiting")
        raise
    except DatabaseUnreachable:
        _give_back(graph, job, worker)
        return False
    except GroundswellError as error:
        finish(graph, job, worker, "failed", problem=str(error), remedy=error.remedy)
    except Exception as error:
        _log.exception("Job %s (%s of %s) failed", job.id, job.kind, job.dataset)
        said = f"Something went wrong: {type(error).__name__}."
        finish(graph, job, worker, "failed", problem=said, remedy="The worker's log says more.")
    return True


def _give_back(graph: Graph, job: Job, worker: str) -> None:
    """The database went away midway; once it is back, the job waits again. Raises DatabaseUnreachable where
    it does not come back: whoever works next finds the job.
    """
    for left in reversed(range(_AWAY_SECONDS)):
        try:
            finish(graph, job, worker, "waiting")
            return
        except DatabaseUnreachable:
            if not left:
                raise
            time.sleep(1)


def _all_open(graph: Graph) -> list[Job]:
    return [job for state in _OPEN for job in jobs(graph, state=state, limit=_MANY)]


def _network(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    cutoff, encoder = _day(job, "cutoff"), TextEncoder.of(settings)
    rebuild = bool(job.arguments.get("rebuild"))
    return {
        "network": build_network(
            graph, job.dataset, progress, cutoff=cutoff, encoder=encoder, rebuild=rebuild
        ).id
    }


def _training(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    cutoff = _day(job, "cutoff")
    if all_open(campaign_list(graph, job.dataset)):
        return {"model": train_next_users(graph, settings, job.dataset, progress, cutoff).id}
    made = train(
        graph,
        settings,
        job.dataset,
        progress,
        cutoff=cutoff,
        configuration=Configuration(holidays=job.arguments.get("holidays")),
        retrain=bool(job.arguments.get("retrain")),
    )
    return {"model": made.id}


def _forecast(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    campaign, horizon = str(job.arguments["campaign"]), int(job.arguments["horizon"])
    origin = _day(job, "origin")
    made = forecast_campaign(graph, settings, job.dataset, campaign, horizon, progress, origin)
    return {"campaign": campaign, "origin": str(made.origin), "model": made.model}


def _back_test(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    asked = job.arguments
    first, until = date.fromisoformat(asked["since"]), date.fromisoformat(asked["until"])
    how = (Configuration(holidays=asked.get("holidays")), int(asked["horizon"]), int(asked["every"]))
    tested = back_test(graph, settings, job.dataset, first, until, progress, *how)
    store_back_test(graph, job.dataset, tested, until, int(asked["every"]))
    return {"since": str(first), "until": str(until)}


def _import(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    upload, most = str(job.arguments["upload"]), job.arguments.get("max_rejected")
    opened = open_upload(graph, settings, upload, progress, most)
    named = f"{job.dataset}.{opened.number}"
    try:
        opened.run()
    except _Ended:
        opened.cancelled()
        raise
    except ImportStopped as error:
        raise ImportStopped(str(error), f"See /v1/imports/{named}/rejected. {error.remedy}") from error
    return {"import": named}


_KINDS: dict[str, Callable[[Graph, Settings, Job, Progress], Row]] = {
    "network": _network,
    "training": _training,
    "forecast": _forecast,
    "back-test": _back_test,
    "import": _import,
}


def _day(job: Job, name: str) -> date | None:
    told = job.arguments.get(name)
    return date.fromisoformat(told) if told else None


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _Stopped


def main() -> None:
    """Work until nothing waits, or until it is told to end (SIGTERM): its job then waits again."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    settings = Settings()
    os.nice(_NICE)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is its parent's, which then ends it.
    try:
        with connect(settings) as graph:
            _log.info("%d jobs done", work(graph, settings))
    except _Stopped:
        _log.info("Ended; the job waits")
    except GroundswellError as error:
        _log.error("%s %s", error, error.remedy)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
