"""Records imports: each is a `Run` in the graph, numbered within its data set."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from graph.connection import Graph, Row
from graph.dataset_lock import lock_owners
from graph.errors import ImportRunning, NotFound
from graph.importing.mapping.kinds import BehaviourKind, Participation
from graph.importing.mapping.model import Mapping
from graph.importing.warnings import DataWarning, from_json
from graph.remedies import Remedy

LOCK_PURPOSE = "import"
"""The purpose of the lock that an import holds; see ``graph.dataset_lock``."""

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
    left_out: int
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
    properties = {
        "source": source,
        "mapping": mapping.digest(),
        "rules": _stated_rules(mapping),
        "zone": mapping.zone,
        "files": list(files),
        "checksums": list(files.values()),
        "replaces": list(replaces),
    }
    resumed = next((row for row in earlier if _continues(row, properties)), None)
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


@dataclass(frozen=True)
class Rules:
    """Which behaviours count as participation: kinds by relationship type, and the rule for all kinds."""

    kinds: dict[str, BehaviourKind]
    participation: Participation
    returns: dict[str, str]
    """The type of what each type of returns takes back."""
    ids: dict[str, list[str]]
    """The rules that make ids of a table equal."""

    def with_returns(self, relationship_type: str) -> list[str]:
        """Return `relationship_type`, and the types that take its behaviours back."""
        return [relationship_type, *(kind for kind, of in self.returns.items() if of == relationship_type)]


def standing_rules(graph: Graph, dataset: str) -> Rules:
    """Return the rules of a data set: of each kind and of the ids of each table, the latest that is stated.

    A mapping without behaviours does not change the rule for all kinds unless it states one.
    """
    kinds: dict[str, BehaviourKind] = {}
    returns: dict[str, str] = {}
    ids: dict[str, list[str]] = {}
    participation = Participation()
    for row in sorted(graph.run("importing/jobs", dataset=dataset), key=lambda row: int(row["number"])):
        if row["state"] in ("undone", "undoing"):
            continue
        stated = json.loads(row["rules"])
        ids |= stated.get("ids", {})
        for definition in stated["kinds"].values():
            kind = BehaviourKind.model_validate(definition)
            kinds[kind.type] = kind
            if kind.returns is not None:
                returns[kind.type] = stated["kinds"][kind.returns]["type"]
        if stated.get("participation") is not None:
            participation = Participation.model_validate(stated["participation"])
    return Rules(kinds, participation, returns, ids)


def _stated_rules(mapping: Mapping) -> str:
    """Return the rules that a mapping states, as JSON."""
    states_rule = "behaviours" in mapping.tables or "participation" in mapping.model_fields_set
    return mapping.model_dump_json(include={"kinds", "ids", *(["participation"] if states_rule else [])})


def _import_run(row: Row) -> ImportRun:
    fields = {key: row[key] for key in ImportRun.__dataclass_fields__}
    fields["warnings"] = from_json(row["warnings"])
    return ImportRun(**fields)
