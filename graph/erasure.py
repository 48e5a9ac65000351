"""Erases a user: from the graph, and from the files that the program wrote."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from graph.connection import Graph
from graph.dataset_lock import locks_dataset
from graph.erased_files import erase_from_files
from graph.erased_texts import UserEraser
from graph.importing.runs.records import import_runs
from graph.importing.values.erased_users import stored_hash
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
def erase(graph: Graph, settings: Settings, dataset: str, user: str, *, may_return: bool = False) -> Erasure:
    """Delete a user, all data derived from it, and its id in the files of the data folder.

    Imports leave out the rows of erased users, whom the data set knows by a keyed hash of the id.

    Parameters
    ----------
    graph, settings
        The database, and where the files are.
    dataset, user
        The data set, and the user's id.
    may_return
        Keep no hash, and delete an earlier one: the next import reads all files again, and the user returns
        with their rows.

    Raises
    ------
    NotFound
        Neither the graph nor a file has such a user.
    DatasetLocked
        Another process changes the data set.
    """
    hashed = stored_hash(graph, dataset, user)
    # Before anything is deleted: an import after a kill at any point leaves the user out.
    is_new = not may_return and graph.single("users/record_erased", dataset=dataset, hash=hashed)["is_new"]
    rows = graph.run("users/erase", dataset=dataset, user=user)
    removed = Counter({item["what"]: item["number"] for row in rows for item in row["removed"]})
    in_files, waiting = erase_from_files(graph, settings, dataset, user)
    removed.update(in_files)
    removed["messages of imports and jobs"] = _erase_from_messages(graph, dataset, UserEraser(user))
    if may_return or (is_new and not +removed):
        forgotten = graph.single("users/forget_erased", dataset=dataset, hash=hashed)["forgotten"]
        removed["hash of the erased id"] = forgotten if may_return else 0
    if not +removed:
        raise user_not_found(dataset, user)
    jobs = [
        f"The uploaded files of import job {job}, which has not ended: they are deleted a day after it."
        for job in waiting
    ]
    return Erasure(dict(+removed), [*jobs, _imported_files(graph, dataset, may_return), *_REMAINS])


def _imported_files(graph: Graph, dataset: str, may_return: bool) -> str:
    """Return that the imported files may still have the user's rows, and what an import does with them."""
    sources = {Path(run.source).name for run in import_runs(graph, dataset) if run.state != "undone"}
    named = f" (of {', '.join(sorted(sources))})" if sources else ""
    then = (
        "The next import of them restores the user."
        if may_return
        else "Imports leave these rows out: a keyed hash of the id is kept for that."
    )
    return (
        f"The imported files{named} and copies of them in the cache folder may still have the user's rows. "
        f"{then}"
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
