"""Takes back what one import job added, and nothing else."""

from dataclasses import dataclass

from graph.connection import Graph
from graph.errors import InvalidRequest
from graph.importing.mapping import BehaviourKind, Participation
from graph.importing.participations import derive_participations
from graph.importing.runs import ImportRun, find_import, import_runs, rules
from graph.progress import Progress


@dataclass(frozen=True)
class UndoReport:
    """What was taken back."""

    run: str
    nodes: int
    relationships: int
    changes: int
    participations: int
    """Those of the data set that remain."""


def undo_import(graph: Graph, dataset: str, number: int, progress: Progress) -> UndoReport:
    """Remove what import `number` added, restore what it changed, and derive participations anew.

    Killed half-way, it is finished by calling it again. Raises NotFound, and InvalidRequest where later
    imports build on this one or it was undone before.
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
    left = [one for one in import_runs(graph, dataset) if one.state != "undone" and one.number != number]
    latest = max((one.number for one in left), default=number)
    graph.run("undo/repair", **keys | {"import": latest})
    advance(1)
    made = 0
    if left:
        said = rules(graph, dataset, latest)
        made = derive_participations(
            graph,
            dataset,
            latest,
            {name: BehaviourKind.model_validate(kind) for name, kind in said["kinds"].items()},
            Participation.model_validate(said["participation"]),
            progress,
            everything=True,
        )
    graph.run("undo/finish", **keys)
    return UndoReport(run.id, nodes, relationships, changes, made)


def _check(graph: Graph, run: ImportRun) -> None:
    if run.state == "undone":
        raise InvalidRequest(
            f"{run.id} of {run.dataset!r} was undone before.", "There is nothing left to undo."
        )
    if run.state == "running":
        raise InvalidRequest(
            f"{run.id} of {run.dataset!r} is running.", "Wait for it to end, or end it first."
        )
    later = graph.run("undo/dependents", dataset=run.dataset, **{"import": run.number})
    if later and run.state != "undoing":
        first = ", ".join(f"import/{one['number']}" for one in later)
        raise InvalidRequest(
            f"{run.id} of {run.dataset!r} cannot be undone alone: {first} added to what it brought.",
            f"Undo {first} first, in this order.",
        )
