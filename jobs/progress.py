"""Progress of a running job: heartbeats to the queue, and cancellation."""

import os
import threading
from collections.abc import Callable

from graph.connection import Graph
from graph.errors import GroundswellError
from jobs.queue import Job, finish, heartbeat

HEARTBEAT_SECONDS = 1.0
_MAX_HEARTBEATS_AFTER_CANCEL = 15
"""If the job has not noticed its cancellation after this many heartbeats, its process exits."""


class JobCancelled(BaseException):
    """The job was cancelled, or another worker claimed it.

    A BaseException, so that no ``except Exception`` in the work treats it as a failure.
    """


class JobProgress:
    """A ``graph.progress.Progress`` that a background thread writes to the queue every second.

    Raises ``JobCancelled`` from the job's own thread, at its next report, after the job was cancelled.
    """

    def __init__(self, graph: Graph, job: Job, worker: str) -> None:
        self._graph, self._job, self._worker = graph, job, worker
        self._stage: str | None = None
        self._done = 0
        self._total: int | None = None
        self._closed = threading.Event()
        self._heartbeats_after_cancel = 0
        self._thread = threading.Thread(target=self._send_heartbeats, daemon=True)

    def __enter__(self) -> "JobProgress":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()

    def stage(self, name: str, total: int | None = None) -> Callable[[int], None]:
        """Begin a stage; the returned function takes the number of units just done."""
        self._stage, self._done, self._total = name, 0, total
        self._check_cancelled()

        def advance(done: int) -> None:
            self._done += done
            self._check_cancelled()

        return advance

    def _check_cancelled(self) -> None:
        if self._heartbeats_after_cancel:
            raise JobCancelled

    def _send_heartbeats(self) -> None:
        while not self._closed.wait(HEARTBEAT_SECONDS):
            try:
                keep_going = heartbeat(
                    self._graph, self._job, self._worker, self._stage, self._done, self._total
                )
            except GroundswellError:
                continue  # The database may be restarting; the next heartbeat tries again.
            self._heartbeats_after_cancel += 0 if keep_going else 1
            if self._heartbeats_after_cancel > _MAX_HEARTBEATS_AFTER_CANCEL:
                finish(self._graph, self._job, self._worker, "cancelled")
                os._exit(0)
