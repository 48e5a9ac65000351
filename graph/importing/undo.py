"""Undoes one import: removes what it added and restores what it changed."""

from dataclasses import dataclass, replace

from graph.connection import Graph
from graph.dataset_lock import locks_dataset
from graph.errors import InvalidRequest
from graph.importing.participation.derive import derive_participations
from graph.importing.runs.coverage import record_coverage
from graph.importing.runs.records import ImportRun, find_import, import_runs
from graph.progress import Progress


@dataclass(frozen=True)
class UndoReport:
    """Numbers of removed nodes and relationships and of restored values.

    Attributes
    ----------
    run
        The import's id.
    nodes, relationships, changes
        Removed nodes and relationships, restored values.
    participations
        Participations of the data set that remain.
    """

    run: str
    nodes: int
    relationships: int
    changes: int
    participations: int


@locks_dataset("undo")
def undo_import(graph: Graph, dataset: str, number: int, progress: Progress) -> UndoReport:
    """Remove what import `number` added, restore what it changed, and derive participations again.

    After a kill, the next call completes it.

    Raises
    ------
    NotFound
        There is no such import.
    InvalidRequest
        It is already undone, or later imports depend on it.
    DatasetLocked
        Another process changes the data set.
    """
    run = find_import(graph, dataset, number)
    _check(graph, run)
    report = _remove(graph, run, progress)
    remaining = _remaining(graph, run)
    if remaining:
        derive_participations(graph, dataset, max(remaining), progress)
    graph.run("undo/finish", dataset=dataset, **{"import": number})
    if remaining:
        record_coverage(graph, dataset, max(remaining))
    participations = graph.single("importing/participations", dataset=dataset)["rows"]
    return replace(report, participations=participations)


def replace_import(graph: Graph, dataset: str, number: int, progress: Progress) -> UndoReport | None:
    """Undo import `number` for an import that loads its rows again and then derives participations.

    Return None where it is undone already.
    """
    run = find_import(graph, dataset, number)
    if run.state == "undone":
        return None
    report = _remove(graph, run, progress)
    graph.run("undo/finish", dataset=dataset, **{"import": number})
    return report


def _remove(graph: Graph, run: ImportRun, progress: Progress) -> UndoReport:
    """Remove what an import added and restore what it changed, except for participations."""
    keys = {"dataset": run.dataset, "import": run.number}
    graph.run("undo/begin", **keys)
    advance = progress.stage(f"Undoing {run.id}", 7)
    relationships = 0
    for statement in ("undo/links_of_users", "undo/other_links"):
        relationships += graph.run(statement, **keys)[0]["rows"]
        advance(1)
    changes = 0
    for statement in ("undo/restore_replaced", "undo/targetings", "undo/changes"):
        changes += graph.run(statement, **keys)[0]["rows"]
        advance(1)
    nodes = graph.run("undo/nodes", **keys)[0]["rows"]
    advance(1)
    graph.run("undo/repair", **keys | {"import": max(_remaining(graph, run), default=run.number)})
    advance(1)
    return UndoReport(run.id, nodes, relationships, changes, 0)


def _remaining(graph: Graph, undone: ImportRun) -> list[int]:
    runs = import_runs(graph, undone.dataset)
    return [run.number for run in runs if run.state != "undone" and run.number != undone.number]


def _check(graph: Graph, run: ImportRun) -> None:
    if run.state == "undone":
        raise InvalidRequest(
            f"{run.id} of {run.dataset!r} is already undone.", "There is nothing left to undo."
        )
    later = graph.run("undo/dependents", dataset=run.dataset, **{"import": run.number})
    if later and run.state != "undoing":
        dependents = ", ".join(f"import/{row['number']}" for row in later)
        raise InvalidRequest(
            f"{run.id} of {run.dataset!r} cannot be undone: {dependents} added to its data.",
            f"Undo {dependents} first, in this order.",
        )
