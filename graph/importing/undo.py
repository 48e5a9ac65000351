"""Undoes one import: removes what it added and restores what it changed."""

from dataclasses import dataclass

from graph.connection import Graph
from graph.dataset_lock import locks_dataset
from graph.errors import InvalidRequest
from graph.importing.mapping.kinds import BehaviourKind, Participation
from graph.importing.participations import derive_participations
from graph.importing.runs import ImportRun, find_import, import_runs, rules
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
    keys = {"dataset": dataset, "import": number}
    graph.run("undo/begin", **keys)
    advance = progress.stage(f"Undoing {run.id}", 5)
    relationships = 0
    for statement in ("undo/links_of_users", "undo/other_links"):
        relationships += graph.run(statement, **keys)[0]["rows"]
        advance(1)
    changes = graph.run("undo/changes", **keys)[0]["rows"]
    advance(1)
    nodes = graph.run("undo/nodes", **keys)[0]["rows"]
    advance(1)
    runs = import_runs(graph, dataset)
    remaining = [run.number for run in runs if run.state != "undone" and run.number != number]
    latest = max(remaining, default=number)
    graph.run("undo/repair", **keys | {"import": latest})
    advance(1)
    participations = 0
    if remaining:
        latest_rules = rules(graph, dataset, latest)
        participations = derive_participations(
            graph,
            dataset,
            latest,
            {name: BehaviourKind.model_validate(kind) for name, kind in latest_rules["kinds"].items()},
            Participation.model_validate(latest_rules["participation"]),
            progress,
            everything=True,
        )
    graph.run("undo/finish", **keys)
    return UndoReport(run.id, nodes, relationships, changes, participations)


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
