"""Starts a worker process whenever the job queue has work."""

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

_POLL_SECONDS = 5.0
_STOP_SECONDS = 10
_ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 2) // 2))}
"""Leaves processors to the API: half the threads, and no busy waiting, which doubled the time of a training
next to other work.
"""
_log = logging.getLogger(__name__)


class WorkerProcess:
    """Runs `jobs.worker` in a process of its own while jobs wait or have lost their worker.

    If the API is killed, the worker continues. If the API shuts down, the worker stops and its job goes back
    into the queue.
    """

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self._graph, self._settings = graph, settings
        self._process: subprocess.Popen[bytes] | None = None
        self._wake_up, self._closing = Event(), False
        self._thread = Thread(target=self._watch, name="worker", daemon=True)

    def start(self) -> None:
        """Start polling the queue."""
        self._thread.start()

    def wake(self) -> None:
        """Poll the queue now, because a job was submitted."""
        self._wake_up.set()

    def close(self) -> None:
        """Stop polling, stop the worker, and put its job back into the queue."""
        self._closing = True
        self._wake_up.set()
        self._thread.join()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # A killed worker cannot do this itself. If the database is unreachable, the job counts as lost later.
        with suppress(GroundswellError):
            requeue_jobs_of(self._graph, worker_name(process.pid))

    def _watch(self) -> None:
        while not self._closing:
            # If the database is unreachable or the disk full, the next poll tries again.
            with suppress(GroundswellError, OSError):
                if (self._process is None or self._process.poll() is not None) and has_open_jobs(self._graph):
                    self._process = self._start_process()
            self._wake_up.wait(_POLL_SECONDS)
            self._wake_up.clear()

    def _start_process(self) -> subprocess.Popen[bytes]:
        logs = self._settings.home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "jobs.worker"],
                env={**self._settings.environment(), **_ENVIRONMENT},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
