"""The profile of a single user, and its erasure."""

import csv
from collections import Counter
from pathlib import Path

from graph.connection import Graph, Row
from graph.dataset_lock import locks_dataset
from graph.errors import NotFound
from graph.importing.mapping.kinds import DERIVED
from graph.settings import Settings

_INTERNAL = frozenset({"dataset", "id", "name", "import", "changed_by"})
"""Properties of a user that are not attributes."""


def profile(graph: Graph, dataset: str, user: str, run: str | None) -> Row:
    """Return the profile of a user.

    Parameters
    ----------
    graph, dataset, user
        The database, the data set and the user's id.
    run
        The network whose derived tags to include, if any.

    Returns
    -------
    dict
        user, name, attributes, behaviours, tags and campaigns; see ``users/profile``.

    Raises
    ------
    NotFound
        There is no such user.
    """
    rows = graph.run("users/profile", dataset=dataset, user=user, run=run, derived=sorted(DERIVED))
    if not rows:
        raise user_not_found(dataset, user)
    (row,) = rows
    properties = row.pop("properties")
    plain = {key: value for key, value in properties.items() if isinstance(value, str | int | float | bool)}
    attributes = {key: value for key, value in sorted(plain.items()) if key not in _INTERNAL}
    return {**row, "name": properties.get("name"), "attributes": attributes}


@locks_dataset("erasure of a user")
def erase(graph: Graph, settings: Settings, dataset: str, user: str) -> dict[str, int]:
    """Delete a user and all data derived from them; also remove the id from local files of rejected rows.

    Returns
    -------
    dict
        Number of removed items by kind.

    Raises
    ------
    NotFound
        There is no such user.
    DatasetLocked
        Another process changes the data set.
    """
    rows = graph.run("users/erase", dataset=dataset, user=user)
    if not rows:
        raise user_not_found(dataset, user)
    removed = Counter({item["what"]: item["number"] for item in rows[0]["removed"]})
    removed["values of rejected rows"] = sum(
        _erase_value(path, user) for path in (settings.home / "imports" / dataset).glob("*/rejected.csv")
    )
    return {what: number for what, number in removed.items() if number}


def _erase_value(path: Path, user: str) -> int:
    """Replace the id in a file of rejected rows, and return the number of replacements."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hits = [row for row in rows if row["value"] == user]
    if hits:
        for row in hits:
            row["value"] = "(erased)"
        temporary = path.with_suffix(".new")
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        temporary.replace(path)
    return len(hits)


def user_not_found(dataset: str, user: str) -> NotFound:
    """Return the error for an unknown user."""
    return NotFound(
        f"Data set {dataset!r} has no user {user!r}.",
        "Check the id: users have the ids of the imported files.",
    )
