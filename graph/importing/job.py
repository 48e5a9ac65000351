"""Runs an import job: files, mapping, engine, participations, and an account of every row."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from graph.connection import Graph
from graph.errors import DatabaseError, GroundswellError, ImportStopped, InvalidRequest
from graph.importing import runs
from graph.importing.adapters import Prepared
from graph.importing.bulk import BulkEngine, why_not
from graph.importing.input_files import Delivery, open_delivery
from graph.importing.ledger import Ledger, Tally
from graph.importing.loaders import Target
from graph.importing.mapping import DERIVED, Mapping
from graph.importing.participations import derive_participations
from graph.importing.rejects import Rejects
from graph.importing.stream import StreamEngine
from graph.progress import Progress
from graph.schema import migrate
from graph.settings import Settings

_ENOUGH_ROWS = 1_000
_BULK_ROWS = 500_000
"""Below, stopping and starting the server takes longer than it saves."""

Engine = Literal["auto", "bulk", "stream"]


@dataclass
class ImportReport:
    """What became of the rows of a job, table by table, and what the graph holds now."""

    dataset: str
    run: str
    engine: str
    tables: dict[str, Tally] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    participations: int = 0
    """Derived by this job."""
    rejects: Path | None = None
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> Tally:
        """Over all tables."""
        return Tally.of(self.tables.values())


class ImportJob:
    """One import: opened, it has a number and a `Run` in the graph; run, it loads what is missing.

    Opening raises ImportFailed where a file that the mapping names is not there or cannot be read, or
    where another job of the data set is running.
    """

    def __init__(
        self,
        graph: Graph,
        settings: Settings,
        folder: Path,
        mapping: Mapping,
        progress: Progress,
        *,
        source: str | None = None,
        engine: Engine = "auto",
        max_rejected: float | None = None,
    ) -> None:
        self._graph, self._settings, self._mapping, self._progress = graph, settings, mapping, progress
        self._limit = mapping.max_rejected if max_rejected is None else max_rejected
        self._delivery = open_delivery(folder, mapping, progress)
        chosen = _choose(graph, settings, mapping, engine, self._delivery)
        if chosen == "stream":
            # The bulk engine replaces the database: it needs no constraints before.
            migrate(graph)
        self.number = runs.begin(graph, mapping, source or str(folder.resolve()), self._delivery.files)
        self._target = Target(mapping, self.number)
        self._rejects = Rejects(settings.home / "imports" / mapping.dataset / str(self.number))
        self._ledger = Ledger(graph, mapping.dataset, self.number)
        graph.run("importing/engine", dataset=mapping.dataset, number=self.number, engine=chosen)
        self.report = ImportReport(mapping.dataset, f"import/{self.number}", chosen)

    def run(self) -> ImportReport:
        """Load what is missing; what becomes of it is in `report` all along.

        Raises ImportStopped where more than the allowed share of rows is rejected, ImportFailed where a
        file cannot be read to its end. What was loaded until then stays.
        """
        try:
            self._load()
        except GroundswellError as error:
            state = "stopped" if isinstance(error, ImportStopped) else "failed"
            # A database that is gone cannot be told; the job then shows as interrupted.
            with suppress(DatabaseError):
                self._finish(state, str(error))
            raise
        self._finish("complete", None)
        return self.report

    def cancelled(self) -> None:
        """Say that it was ended midway, by wish; what was loaded stays, and run again it goes on."""
        self._finish("stopped", "It was cancelled.")

    def _load(self) -> None:
        mapping, report = self._mapping, self.report
        engine = (
            BulkEngine(self._graph, self._settings, self._target, self._ledger, self._rejects)
            if report.engine == "bulk"
            else StreamEngine(self._graph, self._target, self._ledger, self._rejects)
        )
        engine.load(self._delivery, self._progress, self._watch)
        _check_share(report, self._limit, at_the_end=True)
        migrate(self._graph)
        report.participations = derive_participations(
            self._graph, mapping.dataset, self.number, mapping.kinds, mapping.participation, self._progress
        )
        report.counts = count(self._graph, mapping.dataset)

    def _watch(self, table: str, tally: Tally) -> None:
        self.report.tables.setdefault(table, Tally()).add(tally)
        _check_share(self.report, self._limit)

    def _finish(self, state: str, problem: str | None) -> None:
        reasons = self._rejects.collect(self._ledger.batches)
        self.report.reasons = dict(reasons.most_common())
        self.report.rejects = self._rejects.file if reasons else None
        total = self.report.total
        total.check()
        self._graph.run(
            "importing/finish",
            dataset=self._mapping.dataset,
            number=self.number,
            state=state,
            problem=problem,
            read=total.read,
            **total.outcomes(),
        )


def import_files(
    graph: Graph,
    settings: Settings,
    folder: Path,
    mapping: Mapping,
    progress: Progress,
    *,
    source: str | None = None,
    engine: Engine = "auto",
    max_rejected: float | None = None,
) -> ImportReport:
    """Bring the files of `folder` into the graph, as `mapping` says; a second run changes nothing.

    Raises what opening and running an `ImportJob` raise; the same call goes on from where it ended.
    """
    job = ImportJob(
        graph, settings, folder, mapping, progress, source=source, engine=engine, max_rejected=max_rejected
    )
    return job.run()


def _choose(graph: Graph, settings: Settings, mapping: Mapping, engine: Engine, delivery: Delivery) -> str:
    if engine == "stream":
        return "stream"
    reason = why_not(graph, settings, mapping)
    if engine == "bulk" and reason:
        raise InvalidRequest(
            f"A bulk import is not possible: {reason}.",
            "Leave the engine to Groundswell, or use --engine stream.",
        )
    few = sum(one.rows for one in delivery.inputs) < _BULK_ROWS
    return "stream" if reason or (few and engine == "auto") else "bulk"


def count(graph: Graph, dataset: str) -> dict[str, int]:
    """What the graph holds of a data set."""
    rows = graph.run("importing/counts", dataset=dataset, derived=sorted(DERIVED))
    return {row["what"]: row["rows"] for row in rows if row["rows"]}


def _check_share(report: ImportReport, limit: float, *, at_the_end: bool = False) -> None:
    total = report.total
    if (at_the_end or total.read >= _ENOUGH_ROWS) and total.rejected > limit * total.read:
        raise ImportStopped(
            f"{report.run} has stopped: {total.rejected:,} of {total.read:,} rows were rejected, more than "
            f"the {limit:.0%} allowed.",
            "Look into the rejected rows, correct the mapping or the files, and import again (what was "
            "loaded stays, `groundswell import undo` takes it back); or allow more with --max-rejected.",
        )


def import_prepared(
    graph: Graph, settings: Settings, prepared: Prepared, progress: Progress, engine: Engine = "auto"
) -> ImportReport:
    """Bring a known data set into the graph; as `import_files`."""
    return import_files(
        graph, settings, prepared.folder, prepared.mapping, progress, source=prepared.name, engine=engine
    )
