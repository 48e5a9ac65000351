"""Import jobs of the API: one at a time in the background, with their progress while they run."""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from graph.connection import Graph
from graph.errors import GroundswellError, ImportRunning
from graph.importing.job import ImportJob
from graph.importing.mapping import Mapping
from graph.settings import Settings


@dataclass
class Stage:
    """What a job is doing, how far it is, and how fast."""

    what: str
    total: int | None
    done: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.done / max(time.monotonic() - self.began, 1e-3)


class _Closing(Exception):
    """The process is going to end, and a job with it."""


class Watched:
    """Progress that can be asked for, and by which a job is told to end."""

    def __init__(self) -> None:
        self.now: Stage | None = None
        self.closing = False

    def stage(self, what: str, total: int | None = None) -> Callable[[int], None]:
        """Begin a stage."""
        stage = self.now = Stage(what, total)

        def advance(done: int) -> None:
            stage.done += done
            if self.closing:
                raise _Closing

        return advance


class ImportJobs:
    """The jobs of this process; what became of them is in the graph."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self._graph = graph
        self._settings = settings
        self._pool = ThreadPoolExecutor(1)
        self._watched: dict[tuple[str, int], Watched] = {}
        self._busy: set[str] = set()
        self._lock = Lock()

    def close(self) -> None:
        """End the running job after its present batch; sent again, it goes on from there."""
        for watched in list(self._watched.values()):
            watched.closing = True
        self._pool.shutdown(cancel_futures=True)

    def progress(self, dataset: str, number: int) -> Stage | None:
        """What a job is doing now; None where it does not run here."""
        watched = self._watched.get((dataset, number))
        return watched.now if watched else None

    @contextmanager
    def receive(self) -> Iterator[Path]:
        """A folder for uploaded files; it is deleted unless a job takes it over."""
        parent = self._settings.home / "imports"
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="upload-", dir=parent))
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def start(self, folder: Path, mapping: Mapping, max_rejected: float | None) -> int:
        """Begin to import an uploaded folder; the job's number. Raises ImportFailed and ImportRunning."""
        with self._lock:
            if mapping.dataset in self._busy:
                raise ImportRunning(
                    f"Another import of {mapping.dataset!r} is running here.",
                    "Wait for it to end, then send it again.",
                )
            self._busy.add(mapping.dataset)
        watched = Watched()
        try:
            # A live database: the bulk engine would stop the server under the API's feet.
            job = ImportJob(
                self._graph, self._settings, folder, mapping, watched,
                source="upload", engine="stream", max_rejected=max_rejected,
            )  # fmt: skip
        except BaseException:
            self._busy.discard(mapping.dataset)
            raise
        self._watched[mapping.dataset, job.number] = watched
        self._pool.submit(self._run, job, folder, mapping.dataset)
        return job.number

    def _run(self, job: ImportJob, folder: Path, dataset: str) -> None:
        try:
            # What went wrong is in the job's own record.
            with suppress(GroundswellError, _Closing):
                job.run()
        except Exception:
            logging.getLogger(__name__).exception("import/%s of %s failed", job.number, dataset)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            del self._watched[dataset, job.number]
            self._busy.discard(dataset)
