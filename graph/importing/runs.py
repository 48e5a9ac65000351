"""The record of import jobs: each is a `Run` in the graph, numbered within its data set."""

import json
import os
import socket
from dataclasses import dataclass
from typing import Literal

import psutil

from graph.connection import Graph, Row
from graph.errors import ImportRunning, NotFound
from graph.importing.mapping import Mapping

_IDLE_SECONDS = 600

State = Literal["running", "complete", "stopped", "failed", "interrupted", "undoing", "undone"]


@dataclass(frozen=True)
class ImportRun:
    """One job: where its rows came from, what became of them, and how it stands."""

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

    @property
    def id(self) -> str:
        """import/<number>"""
        return f"import/{self.number}"


def import_runs(graph: Graph, dataset: str | None = None) -> list[ImportRun]:
    """Every job, of one data set or of all, the latest first."""
    return [_import_run(row) for row in graph.run("importing/jobs", dataset=dataset)]


def find_import(graph: Graph, dataset: str, number: int) -> ImportRun:
    """Raises NotFound."""
    for run in import_runs(graph, dataset):
        if run.number == number:
            return run
    raise NotFound(
        f"There is no import/{number} of {dataset!r}.", "`groundswell imports` lists all import jobs."
    )


def begin(graph: Graph, mapping: Mapping, source: str, files: dict[str, str]) -> int:
    """The number of the job to work on: an unfinished one of the same mapping and files, else a new one.

    `files` are their names with their checksums.

    Raises ImportRunning where a job of the data set is running elsewhere.
    """
    earlier = graph.run("importing/jobs", dataset=mapping.dataset)
    for row in earlier:
        if row["state"] == "running" and _is_alive(row):
            raise ImportRunning(
                f"import/{row['number']} of {mapping.dataset!r} is running (process {row['process']} on "
                f"{row['host']}).",
                "Wait for it to end, or end that process.",
            )
        if row["state"] == "undoing":
            raise ImportRunning(
                f"import/{row['number']} of {mapping.dataset!r} is half undone.",
                f"Finish that first: `groundswell import undo {row['number']} --dataset {mapping.dataset}`.",
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
    """The kinds and the participation rule that a job was run with."""
    (text,) = (
        row["rules"] for row in graph.run("importing/jobs", dataset=dataset) if row["number"] == number
    )
    found: Row = json.loads(text)
    return found


def _import_run(row: Row) -> ImportRun:
    fields = {key: row[key] for key in ImportRun.__dataclass_fields__}
    if row["state"] == "running" and not _is_alive(row):
        fields["state"] = "interrupted"
    return ImportRun(**fields)


def _is_alive(row: Row) -> bool:
    """Whether the process that works on a job lives; on another machine: whether it did something lately."""
    if row["host"] != socket.gethostname():
        return int(row["idle"]) < _IDLE_SECONDS
    pid, _, created = str(row["process"]).partition(" ")
    try:
        process = psutil.Process(int(pid))
        return process.pid != os.getpid() and abs(process.create_time() - float(created)) < 1
    except (psutil.NoSuchProcess, ValueError):
        return False
