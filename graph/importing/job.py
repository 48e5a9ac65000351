"""Runs an import: opens files, chooses the engine, loads rows, derives participations, reports outcomes."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from graph.connection import Graph
from graph.dataset_lock import dataset_lock
from graph.errors import DatabaseError, GroundswellError, ImportStopped, InvalidRequest, LockLost
from graph.importing import limits, runs
from graph.importing.adapters import Prepared
from graph.importing.engines.bulk import BulkEngine, bulk_obstacle
from graph.importing.engines.loaders import Target
from graph.importing.engines.stream import StreamEngine
from graph.importing.ledger import Ledger, RowCounts
from graph.importing.mapping.kinds import DERIVED
from graph.importing.mapping.model import Mapping
from graph.importing.participations import derive_participations
from graph.importing.preflight import refuse_ambiguous_columns
from graph.importing.reading.input_files import InputFiles, open_input_files
from graph.importing.rejects import Rejects
from graph.importing.values.observer import Observer
from graph.importing.warnings import DataWarning, to_json
from graph.progress import Progress
from graph.schema import migrate
from graph.settings import Settings

_BULK_ROWS = 500_000
"""For fewer rows, restarting the server takes longer than the bulk engine saves."""

Engine = Literal["auto", "bulk", "stream"]


@dataclass
class ImportReport:
    """The outcome of an import.

    Attributes
    ----------
    dataset, run, engine
        Data set, id of the import, and engine.
    tables
        Number of rows by outcome, by table.
    counts
        What the graph contains of the data set afterwards.
    participations
        Number of participations that the import added.
    rejects
        The file of rejected rows, if any.
    reasons
        Number of rejected rows per reason.
    warnings
        What should be looked at although no row is wrong.
    """

    dataset: str
    run: str
    engine: str
    tables: dict[str, RowCounts] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    participations: int = 0
    rejects: Path | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    warnings: list[DataWarning] = field(default_factory=list)

    @property
    def total(self) -> RowCounts:
        """The sum over all tables."""
        return RowCounts.sum(self.tables.values())


class ImportJob:
    """One import. Creating it registers a `Run` in the graph; `run` loads the rows that are missing.

    The caller holds the lock of the data set all the time; see ``graph.dataset_lock``.

    Parameters
    ----------
    graph, settings
        The database, and where files are stored.
    folder, mapping
        The input files and their mapping.
    progress
        Receives the stages.
    source
        Name of the source in the record; default: the folder.
    engine
        bulk, stream, or auto to choose by size and database.
    max_rejected
        Share of rejected rows of a table above which the import stops; default: the mapping's.

    Raises
    ------
    ImportFailed
        A file is missing or unreadable, or a column can be read in two ways.
    ImportRunning
        An undo of the data set is unfinished.
    InvalidRequest
        The bulk engine was requested and cannot be used.
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
        self._limit_of = mapping.limit if max_rejected is None else lambda _table: max_rejected
        self._files = open_input_files(folder, mapping, progress)
        refuse_ambiguous_columns(self._files, progress)
        chosen = _choose(graph, settings, mapping, engine, self._files)
        if chosen == "stream":
            # The bulk engine replaces the database, constraints included.
            migrate(graph)
        self.number = runs.begin(graph, mapping, source or str(folder.resolve()), self._files.files)
        self._target = Target(mapping, self.number)
        self._rejects = Rejects(settings.home / "imports" / mapping.dataset / str(self.number))
        self._observer = Observer(mapping)
        self._ledger = Ledger(graph, mapping.dataset, self.number)
        graph.run("importing/engine", dataset=mapping.dataset, number=self.number, engine=chosen)
        self.report = ImportReport(mapping.dataset, f"import/{self.number}", chosen)

    def run(self) -> ImportReport:
        """Load the missing rows; `report` is up to date at any time, also after an error.

        Rows loaded before an error stay.

        Raises
        ------
        ImportStopped
            More than the allowed share of rows was rejected.
        ImportFailed
            A file cannot be read to the end.
        """
        try:
            self._load()
        except LockLost:  # Another process may have continued this import: its record is that process's.
            raise
        except GroundswellError as error:
            state = "stopped" if isinstance(error, ImportStopped) else "failed"
            # Without a database the state cannot be recorded; the import then shows as interrupted.
            with suppress(DatabaseError):
                self._finish(state, str(error))
            raise
        self._finish("complete", None)
        return self.report

    def mark_cancelled(self) -> None:
        """Record that the user cancelled the import; running it again continues it."""
        self._finish("stopped", "It was cancelled.")

    def _load(self) -> None:
        mapping, report = self._mapping, self.report
        engine = (
            BulkEngine(self._graph, self._settings, self._target, self._ledger, self._rejects, self._observer)
            if report.engine == "bulk"
            else StreamEngine(self._graph, self._target, self._ledger, self._rejects, self._observer)
        )
        engine.load(self._files, self._progress, self._add_counts)
        self._check_limits(finished=True)
        migrate(self._graph)
        report.participations = derive_participations(
            self._graph, mapping.dataset, self.number, mapping.kinds, mapping.participation, self._progress
        )
        report.counts = count(self._graph, mapping.dataset)

    def _add_counts(self, table: str, counts: RowCounts) -> None:
        self.report.tables.setdefault(table, RowCounts()).add(counts)
        self._check_limits(finished=False)

    def _check_limits(self, *, finished: bool) -> None:
        tables = self.report.tables
        table = limits.exceeded(tables, self._limit_of, finished=finished)
        if table:
            reasons = self._rejects.reasons(self._ledger.batches_of(table))
            problem = limits.describe(table, tables[table], self._limit_of(table), reasons)
            raise ImportStopped(
                f"{self.report.run} stopped: {problem}.",
                f"{limits.REMEDY} Loaded rows stay; `groundswell import undo` removes them.",
            )

    def _finish(self, state: str, problem: str | None) -> None:
        reasons = self._rejects.collect(self._ledger.batches)
        self.report.reasons = dict(reasons.most_common())
        self.report.rejects = self._rejects.file if reasons else None
        self.report.warnings += [*self._files.warnings(), *self._observer.warnings()]
        total = self.report.total
        total.check()
        self._graph.run(
            "importing/finish",
            dataset=self._mapping.dataset,
            number=self.number,
            state=state,
            problem=problem,
            read=total.read,
            warnings=to_json(self.report.warnings),
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
    """Import the files of `folder`; see `ImportJob` for parameters and errors.

    Repeating an import changes nothing; after an error or a kill, the same call continues it. Also raises
    DatasetLocked.
    """
    with dataset_lock(graph, mapping.dataset, runs.LOCK_PURPOSE) as lock:
        job = ImportJob(
            graph,
            settings,
            folder,
            mapping,
            lock.guard(progress),
            source=source,
            engine=engine,
            max_rejected=max_rejected,
        )
        return job.run()


def _choose(graph: Graph, settings: Settings, mapping: Mapping, engine: Engine, files: InputFiles) -> str:
    if engine == "stream":
        return "stream"
    reason = bulk_obstacle(graph, settings, mapping)
    if engine == "bulk" and reason:
        raise InvalidRequest(
            f"A bulk import is not possible: {reason}.",
            "Omit --engine, or use --engine stream.",
        )
    few = sum(file.rows for file in files.inputs) < _BULK_ROWS
    return "stream" if reason or (few and engine == "auto") else "bulk"


def count(graph: Graph, dataset: str) -> dict[str, int]:
    """Count what the graph contains of a data set."""
    rows = graph.run("importing/counts", dataset=dataset, derived=sorted(DERIVED))
    return {row["what"]: row["rows"] for row in rows if row["rows"]}


def import_prepared(
    graph: Graph, settings: Settings, prepared: Prepared, progress: Progress, engine: Engine = "auto"
) -> ImportReport:
    """Import a data set that an adapter prepared; see `import_files`."""
    return import_files(
        graph, settings, prepared.folder, prepared.mapping, progress, source=prepared.name, engine=engine
    )
