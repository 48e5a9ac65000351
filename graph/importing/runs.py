"""Records imports: each is a `Run` in the graph, numbered within its data set."""

import json
import os
import socket
from dataclasses import dataclass
from typing import Literal

import psutil

from graph.connection import Graph, Row
from graph.errors import ImportRunning, NotFound
from graph.importing.mapping.model import Mapping
from graph.importing.warnings import DataWarning, from_json

_IDLE_SECONDS = 600

State = Literal["running", "complete", "stopped", "failed", "interrupted", "undoing", "undone"]


@dataclass(frozen=True)
class ImportRun:
    """One import: its source, the outcome of its rows, and its state."""

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
    return [_import_run(row) for row in graph.run("importing/jobs", dataset=dataset)]


def find_import(graph: Graph, dataset: str, number: int) -> ImportRun:
    """Return one import. Raises NotFound."""
    for run in import_runs(graph, dataset):
        if run.number == number:
            return run
    raise NotFound(
        f"Data set {dataset!r} has no import/{number}.", "`groundswell imports` lists all imports."
    )


def begin(graph: Graph, mapping: Mapping, source: str, files: dict[str, str]) -> int:
    """Resume the unfinished import of the same mapping and files, or begin a new one.

    Parameters
    ----------
    graph, mapping
        The database and the mapping.
    source
        Where the files come from, for the record.
    files
        Checksum of each file by name.

    Returns
    -------
    int
        The import's number.

    Raises
    ------
    ImportRunning
        Another process imports into the data set, or an undo of it is unfinished.
    """
    earlier = graph.run("importing/jobs", dataset=mapping.dataset)
    for row in earlier:
        if row["state"] == "running" and _is_alive(row):
            raise ImportRunning(
                f"import/{row['number']} of {mapping.dataset!r} is running (process {row['process']} on "
                f"{row['host']}).",
                "Wait for it to end, or stop that process.",
            )
        if row["state"] == "undoing":
            raise ImportRunning(
                f"import/{row['number']} of {mapping.dataset!r} has been undone only in part.",
                f"Finish the undo: `groundswell import undo {row['number']} --dataset {mapping.dataset}`.",
            )
    properties = {
        "source": source,
        "mapping": mapping.digest(),
        "rules": mapping.model_dump_json(include={"kinds", "participation"}),
        "zone": mapping.zone,
        "files": list(files),
        "checksums": list(files.values()),
        "host": socket.gethostname(),
        "process": f"{os.getpid()} {psutil.Process().create_time()}",
    }
    for row in earlier:
        same = all(row[key] == properties[key] for key in ("source", "mapping", "files", "checksums"))
        if same and row["state"] not in ("complete", "undone"):
            number = int(row["number"])
            graph.run("importing/resume", dataset=mapping.dataset, number=number, properties=properties)
            return number
    begun = graph.single("importing/begin", dataset=mapping.dataset, properties=properties)
    return int(begun["number"])


def rules(graph: Graph, dataset: str, number: int) -> Row:
    """Return the kinds and the participation rule of an import's mapping."""
    (text,) = (
        row["rules"] for row in graph.run("importing/jobs", dataset=dataset) if row["number"] == number
    )
    parsed: Row = json.loads(text)
    return parsed


def _import_run(row: Row) -> ImportRun:
    fields = {key: row[key] for key in ImportRun.__dataclass_fields__}
    fields["warnings"] = from_json(row["warnings"])
    if row["state"] == "running" and not _is_alive(row):
        fields["state"] = "interrupted"
    return ImportRun(**fields)


def _is_alive(row: Row) -> bool:
    """Return whether the import's process runs; on another machine, whether it was active lately."""
    if row["host"] != socket.gethostname():
        return int(row["idle"]) < _IDLE_SECONDS
    pid, _, created = str(row["process"]).partition(" ")
    try:
        process = psutil.Process(int(pid))
        return process.pid != os.getpid() and abs(process.create_time() - float(created)) < 1
    except (psutil.NoSuchProcess, ValueError):
        return False
