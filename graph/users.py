"""A single person: what is known of them, and how it is forgotten."""

import csv
from collections import Counter
from pathlib import Path

from graph.connection import Graph, Row
from graph.errors import NotFound
from graph.importing.mapping import DERIVED
from graph.settings import Settings

_OURS = frozenset({"dataset", "id", "name", "import", "changed_by"})
"""Properties of a user that are not its attributes."""


def profile(graph: Graph, dataset: str, user: str, run: str | None) -> Row:
    """user, name, attributes, behaviours, tags, campaigns: the row of ``users/profile``; derived tags are
    those of the network run. Raises NotFound.
    """
    rows = graph.run("users/profile", dataset=dataset, user=user, run=run, derived=sorted(DERIVED))
    if not rows:
        raise nobody(dataset, user)
    (row,) = rows
    properties = row.pop("properties")
    plain = {key: value for key, value in properties.items() if isinstance(value, str | int | float | bool)}
    attributes = {key: value for key, value in sorted(plain.items()) if key not in _OURS}
    return {**row, "name": properties.get("name"), "attributes": attributes}


def erase(graph: Graph, settings: Settings, dataset: str, user: str) -> dict[str, int]:
    """Forget a user and everything that was derived from them: how many of what was removed. Files of
    rejected rows on this machine lose the id, too. Raises NotFound.
    """
    rows = graph.run("users/erase", dataset=dataset, user=user)
    if not rows:
        raise nobody(dataset, user)
    removed = Counter({one["what"]: one["number"] for one in rows[0]["removed"]})
    removed["values of rejected rows"] = sum(
        _forget(file, user) for file in (settings.home / "imports" / dataset).glob("*/rejected.csv")
    )
    return {what: number for what, number in removed.items() if number}


def _forget(file: Path, user: str) -> int:
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    hits = [row for row in rows if row["value"] == user]
    if hits:
        for row in hits:
            row["value"] = "(erased)"
        draft = file.with_suffix(".new")
        with draft.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        draft.replace(file)
    return len(hits)


def nobody(dataset: str, user: str) -> NotFound:
    """The error where there is no such user."""
    return NotFound(
        f"There is no user {user!r} in the data set {dataset!r}.",
        "Users have the ids that the import gave them.",
    )
