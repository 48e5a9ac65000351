"""Records imports: each is a `Run` in the graph, numbered within its data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from graph.connection import Graph, Row
from graph.dataset_lock import lock_owners
from graph.errors import ImportRunning, NotFound
from graph.importing.mapping.model import Mapping
from graph.importing.runs.rules import stated_rules
from graph.importing.warnings import DataWarning, from_json
from graph.remedies import Remedy

LOCK_PURPOSE = "import"
"""The purpose of the lock that an import holds; see ``graph.dataset_lock``."""

State = Literal["running", "complete", "stopped", "failed", "interrupted", "undoing", "undone"]


@dataclass(frozen=True)
class ImportRun:
    """One import: its source, the outcome of its rows, and its state.

    Attributes
    ----------
    dataset, number, state
        Data set, number within it, and state.
    problem
        Why it stopped or failed.
    source, engine, mapping
        The folder as the record names it, the engine, and a digest of the mapping.
    read, loaded, rejected, unchanged, left_out
        Numbers of rows by outcome.
    replaced
        Number of behaviours of earlier imports that its rows replaced.
    started, finished, seconds
        ISO 8601 times, and the duration, so far if it is running.
    warnings
        What should be looked at although no row is wrong.
    """

    dataset: str
    number: int
    state: State
    problem: str | None
    source: str
    engine: str
    mapping: str
    read: int
    loaded: int
    rejected: int
    unchanged: int
    left_out: int
    replaced: int
    started: str
    finished: str | None
    seconds: int
    warnings: list[DataWarning]

    @property
    def id(self) -> str:
        """import/<number>"""
        return f"import/{self.number}"


def import_runs(graph: Graph, dataset: str | None = None) -> list[ImportRun]:
    """Return all imports, or those of one data set, the latest first."""
    rows = graph.run("importing/jobs", dataset=dataset)
    running = set()
    if any(row["state"] == "running" for row in rows):
        running = {name for name, owner in lock_owners(graph).items() if owner.purpose == LOCK_PURPOSE}
    for row in rows:
        if row["state"] == "running" and row["dataset"] not in running:
            row["state"] = "interrupted"
    return [_import_run(row) for row in rows]


def find_import(graph: Graph, dataset: str, number: int) -> ImportRun:
    """Return one import. Raises NotFound."""
    for run in import_runs(graph, dataset):
        if run.number == number:
            return run
    raise NotFound(
        f"Data set {dataset!r} has no import/{number}.", Remedy("List all imports", "list imports")
    )


def begin(
    graph: Graph, mapping: Mapping, source: str, files: dict[str, str], replaces: Sequence[int] = ()
) -> int:
    """Resume the unfinished import of the same mapping and files, or begin a new one.

    The caller holds the lock of the data set.

    Parameters
    ----------
    graph, mapping
        The database and the mapping.
    source
        Where the files come from, for the record.
    files
        Checksum of each file by name.
    replaces
        Imports that this one will undo before it loads rows.

    Returns
    -------
    int
        The import's number.

    Raises
    ------
    ImportRunning
        An undo of the data set is unfinished.
    """
    earlier = graph.run("importing/jobs", dataset=mapping.dataset)
    properties: Row = {
        "source": source,
        "mapping": mapping.digest(),
        "rules": stated_rules(mapping),
        "zone": mapping.zone,
        "country": mapping.country,
        "files": list(files),
        "checksums": list(files.values()),
        "replaces": list(replaces),
    }
    unfinished = (row for row in earlier if _continues(row, properties))
    resumed = next((row for row in unfinished if not _has_newer_content(row, earlier)), None)
    if resumed:
        earlier_ones = {*replaces, *resumed["replaces"]} - {resumed["number"]}
        properties["replaces"] = sorted(earlier_ones, reverse=True)
    for row in earlier:
        if row["state"] == "undoing" and row["number"] not in properties["replaces"]:
            raise ImportRunning(
                f"import/{row['number']} of {mapping.dataset!r} has been undone only in part.",
                Remedy("Finish the undo", "undo import", number=row["number"], dataset=mapping.dataset),
            )
    if resumed:
        number = int(resumed["number"])
        graph.run("importing/resume", dataset=mapping.dataset, number=number, properties=properties)
        return number
    begun = graph.single("importing/begin", dataset=mapping.dataset, properties=properties)
    return int(begun["number"])


def replaces(graph: Graph, dataset: str, number: int) -> list[int]:
    """Return the imports that import `number` undoes before it loads rows, the latest first."""
    rows = graph.run("importing/jobs", dataset=dataset)
    return next((sorted(row["replaces"], reverse=True) for row in rows if row["number"] == number), [])


def _continues(row: Row, properties: Row) -> bool:
    """Return whether `row` is an unfinished import of the same mapping and files."""
    same = all(row[key] == properties[key] for key in ("source", "mapping", "files", "checksums"))
    return same and row["resumable"] and row["state"] not in ("complete", "undoing", "undone")


def _has_newer_content(row: Row, jobs: list[Row]) -> bool:
    """Return whether a later import read other content of a file of this one."""
    checksums = dict(zip(row["files"], row["checksums"], strict=True))
    return any(
        checksums.get(name, checksum) != checksum
        for job in jobs
        if job["number"] > row["number"] and job["state"] != "undone"
        for name, checksum in zip(job["files"], job["checksums"], strict=True)
    )


def _import_run(row: Row) -> ImportRun:
    fields = {key: row[key] for key in ImportRun.__dataclass_fields__}
    fields["warnings"] = from_json(row["warnings"])
    return ImportRun(**fields)
