"""Erases a user: from the graph, and from the files that the program wrote."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from graph.connection import Graph
from graph.dataset_lock import locks_dataset
from graph.erased_files import erase_from_files
from graph.erased_texts import UserEraser
from graph.importing.runs.records import import_runs
from graph.importing.warnings import from_json, to_json
from graph.settings import Settings
from graph.users import user_not_found

_REMAINS = [
    "Backups, and files that were exported or downloaded.",
    "Neo4j's own files keep deleted values until it overwrites them.",
]


@dataclass(frozen=True)
class Erasure:
    """What an erasure removed, and where the user may still occur.

    Attributes
    ----------
    removed
        Number of removed items by kind.
    remains
        Places that the erasure does not reach, as sentences.
    """

    removed: dict[str, int]
    remains: list[str]


@locks_dataset("erasure of a user")
def erase(graph: Graph, settings: Settings, dataset: str, user: str) -> Erasure:
    """Delete a user, all data derived from it, and its id in the files of the data folder.

    Raises
    ------
    NotFound
        Neither the graph nor a file has such a user.
    DatasetLocked
        Another process changes the data set.
    """
    rows = graph.run("users/erase", dataset=dataset, user=user)
    removed = Counter({item["what"]: item["number"] for row in rows for item in row["removed"]})
    in_files, waiting = erase_from_files(graph, settings, dataset, user)
    removed.update(in_files)
    removed["messages of imports and jobs"] = _erase_from_messages(graph, dataset, UserEraser(user))
    if not +removed:
        raise user_not_found(dataset, user)
    jobs = [
        f"The uploaded files of import job {job}, which has not ended and may restore the user: cancel it, "
        "or erase the user again after it."
        for job in waiting
    ]
    return Erasure(dict(+removed), [*jobs, _imported_files(graph, dataset), *_REMAINS])


def _imported_files(graph: Graph, dataset: str) -> str:
    """Return that the imported files may still have the user's rows, and what to do."""
    sources = {Path(run.source).name for run in import_runs(graph, dataset) if run.state != "undone"}
    named = f" (of {', '.join(sorted(sources))})" if sources else ""
    return (
        f"The imported files{named} and copies of them in the cache folder may still have the user's rows. "
        "Importing them again, for example after a correction of the mapping, restores the user: remove the "
        "rows from the files, or leave them out with `where` in the mapping."
    )


def _erase_from_messages(graph: Graph, dataset: str, eraser: UserEraser) -> int:
    """Replace the id in the problems and warnings of runs and jobs; return the number of changed ones."""
    changed = []
    for row in graph.run("users/stored_texts", dataset=dataset):
        warnings = [
            replace(
                warning,
                text=eraser.in_sentence(warning.text),
                examples=[eraser.in_value(example) for example in warning.examples],
            )
            for warning in from_json(row["warnings"])
        ]
        new = {
            "node": row["node"],
            "problem": row["problem"] and eraser.in_sentence(row["problem"]),
            "warnings": row["warnings"] and to_json(warnings),
        }
        if new["problem"] != row["problem"] or warnings != from_json(row["warnings"]):
            changed.append(new)
    if changed:
        graph.run("users/write_texts", dataset=dataset, rows=changed)
    return len(changed)
