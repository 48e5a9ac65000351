"""Sees to it that somebody works on the graph's jobs as long as there are any."""

import logging
import os
import subprocess
import sys
from contextlib import suppress
from threading import Event, Thread

from graph.connection import Graph
from graph.errors import GroundswellError
from graph.settings import Settings
from jobs.queue import has_open_jobs, requeue_jobs_of, worker_name

_LOOK_SECONDS = 5.0
_END_SECONDS = 10
_MODEST = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 2) // 2))}
"""Whoever asks the API meanwhile needs processors, and threads that wait for each other must not spin on
them: a training beside other work took twice as long.
"""
_log = logging.getLogger(__name__)


class WorkerProcess:
    """Starts `jobs.worker` when a job waits or was left midway, whoever asked for it. The process goes
    on where the API is killed, and gives its job back where the API ends.
    """

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self._graph, self._settings = graph, settings
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted, self._closing = Event(), False
        self._thread = Thread(target=self._watch, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to look for jobs."""
        self._thread.start()

    def wake(self) -> None:
        """There is a new job."""
        self._wanted.set()

    def close(self) -> None:
        """Look no more; whatever is being worked on waits for the next start."""
        self._closing = True
        self._wanted.set()
        self._thread.join()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # One that is deep in a computation does not hear of its end in time. Without the database, the job is
        # found to be lost later.
        with suppress(GroundswellError):
            requeue_jobs_of(self._graph, worker_name(process.pid))

    def _watch(self) -> None:
        while not self._closing:
            # A database that is away is asked again at the next look, a full disk is tried again.
            with suppress(GroundswellError, OSError):
                if (self._process is None or self._process.poll() is not None) and has_open_jobs(self._graph):
                    self._process = self._begin()
            self._wanted.wait(_LOOK_SECONDS)
            self._wanted.clear()

    def _begin(self) -> subprocess.Popen[bytes]:
        logs = self._settings.home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "jobs.worker"],
                env={**self._settings.environment(), **_MODEST},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
