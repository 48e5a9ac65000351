"""Runs an import: opens files, chooses the engine, loads rows, derives participations, reports outcomes."""

from contextlib import suppress
from pathlib import Path
from typing import Literal

from graph.connection import Graph
from graph.dataset_lock import dataset_lock
from graph.errors import DatabaseError, GroundswellError, ImportStopped, InvalidRequest, LockLost
from graph.importing.adapters import Prepared
from graph.importing.check import tally_files
from graph.importing.engines.bulk import BulkEngine, bulk_obstacle
from graph.importing.engines.loaders import Target
from graph.importing.engines.stream import StreamEngine
from graph.importing.mapping.kinds import DERIVED
from graph.importing.mapping.model import Mapping
from graph.importing.participation.derive import derive_participations
from graph.importing.participation.tally import NO_BEHAVIOURS, NO_PARTICIPATIONS, Tally
from graph.importing.reading.input_files import InputFiles, open_input_files
from graph.importing.report import ImportReport
from graph.importing.runs import limits, records
from graph.importing.runs.coverage import record_coverage
from graph.importing.runs.ledger import Ledger
from graph.importing.runs.rejects import Rejects
from graph.importing.runs.rereading import replaced_imports
from graph.importing.runs.row_counts import RowCounts
from graph.importing.undo import replace_import
from graph.importing.unmapped_columns import unmapped_warnings
from graph.importing.values.ambiguous_columns import refuse_ambiguous_columns
from graph.importing.values.later_files import leave_out_superseded
from graph.importing.values.observer import Observer
from graph.importing.values.shared_codes import keep_shared_codes
from graph.importing.warnings import DataWarning, to_json
from graph.progress import Progress
from graph.schema import migrate
from graph.settings import Settings

_BULK_ROWS = 500_000
"""For fewer rows, restarting the server takes longer than the bulk engine saves."""

Engine = Literal["auto", "bulk", "stream"]


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
        The bulk engine was requested and cannot be used; or earlier imports must be undone first, see
        ``rereading``.
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
        replaced = replaced_imports(graph, self._files)
        standing = graph.run("importing/campaign_ids", dataset=mapping.dataset, replaced=replaced)
        keep_shared_codes(self._files, progress, [row["id"] for row in standing])
        leave_out_superseded(self._files, progress)
        self._unmapped = unmapped_warnings(self._files)
        chosen = _choose(graph, settings, engine, self._files)
        if chosen == "stream":
            # The bulk engine replaces the database, constraints included.
            migrate(graph)
        origin = source or str(folder.resolve())
        self.number = records.begin(graph, mapping, origin, self._files.files, replaced)
        self._target = Target(mapping, self.number)
        self._expected = {table: sum(file.rows for file in files) for table, files in self._files.tables()}
        self._rejects = Rejects(settings.home / "imports" / mapping.dataset / str(self.number))
        self._observer = Observer(
            mapping,
            compares_files=self._files.may_repeat_rows,
            several_files=self._files.unkeyed_series,
            order_sources=self._files.order_sources,
        )
        self._ledger = Ledger(graph, mapping.dataset, self.number)
        self._tally = Tally(mapping)
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

    def _replace(self) -> None:
        """Undo the imports that this one replaces."""
        dataset = self._mapping.dataset
        for number in records.replaces(self._graph, dataset, self.number):
            replace_import(self._graph, dataset, number, self._progress)
            self.report.reloaded_imports.append(f"import/{number}")
        if self.report.reloaded_imports:
            self._ledger = Ledger(self._graph, dataset, self.number)

    def _load(self) -> None:
        mapping, report = self._mapping, self.report
        self._replace()
        parts = self._graph, self._target, self._ledger, self._rejects, self._observer, self._tally
        engine: BulkEngine | StreamEngine = (
            BulkEngine(*parts, self._settings) if report.engine == "bulk" else StreamEngine(*parts)
        )
        engine.load(self._files, self._progress, self._add_counts)
        report.warnings += engine.warnings()
        self._check_limits()
        migrate(self._graph)
        changes = derive_participations(self._graph, mapping.dataset, self.number, self._progress)
        report.participations, report.removed = changes.added, changes.removed
        report.warnings += [*self._changed_lines(), *_replaced(report.total.replaced)]
        report.warnings += record_coverage(self._graph, mapping.dataset, self.number, mapping)
        report.counts = count(self._graph, mapping.dataset)
        self._explain_counts()

    def _changed_lines(self) -> list[DataWarning]:
        replacing = any(source.key for sources in self._mapping.tables.values() for source in sources)
        exception = ", except for those that its source `replaces`" if replacing else ""
        warnings = []
        for file, numbers in sorted(self._ledger.changed.items()):
            imports = ", ".join(f"import/{number}" for number in sorted(numbers, reverse=True))
            text = (
                f"{file}: earlier lines were changed; rows loaded from them before stay{exception}. To "
                f"replace all of them, undo {imports} first."
            )
            warnings.append(DataWarning("changed_lines", text, len(numbers)))
        return warnings

    def _explain_counts(self) -> None:
        """Report which behaviours count, and why none does."""
        mapping, report = self._mapping, self.report
        none_at_all = not report.counts.get("participations")
        if "behaviours" in mapping.tables:
            # Rows that were loaded before are read again only where the reason is needed.
            tally = tally_files(self._files) if none_at_all and self._tally.skipped else self._tally
            report.tally = tally.lines()
            report.warnings += self._tally.campaign_warnings()
            nothing = tally.explain_none() if none_at_all else None
        elif self._ledger.has_behaviours:
            nothing = NO_PARTICIPATIONS if none_at_all else None
        else:
            nothing = NO_BEHAVIOURS
        report.warnings += [nothing] if nothing else []

    def _add_counts(self, table: str, counts: RowCounts) -> None:
        self.report.tables.setdefault(table, RowCounts()).add(counts)
        self._check_limits(self._expected)

    def _check_limits(self, expected: dict[str, int] | None = None) -> None:
        tables = self.report.tables
        table = limits.exceeded(tables, self._limit_of, expected)
        if table:
            reasons = self._rejects.reasons(self._ledger.batches_of(table))
            problem = limits.describe(table, tables[table], self._limit_of(table), reasons)
            raise ImportStopped(
                f"{self.report.run} stopped: {problem}.",
                limits.REMEDY.after("Loaded rows stay until the import is undone."),
            )

    def _finish(self, state: str, problem: str | None) -> None:
        reasons = self._rejects.collect(self._ledger.batches)
        self.report.reasons = {str(reason): count for reason, count in reasons.most_common()}
        self.report.rejects = self._rejects.file if reasons else None
        self.report.left_out = self._observer.left_out.lines()
        self.report.warnings += [
            *self._files.warnings(),
            *self._observer.warnings(),
            *self._files.unread_warnings(),
            *self._unmapped,
        ]
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


def _replaced(number: int) -> list[DataWarning]:
    if not number:
        return []
    text = (
        f"{number:,} behaviours of earlier imports were replaced: a later file has the same orders or ids "
        "with other values, or in rows that `where` leaves out."
    )
    return [DataWarning("replaced_behaviours", text, number)]


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
    with dataset_lock(graph, mapping.dataset, records.LOCK_PURPOSE) as lock:
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


def _choose(graph: Graph, settings: Settings, engine: Engine, files: InputFiles) -> str:
    if engine == "stream":
        return "stream"
    reason = bulk_obstacle(graph, settings)
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
