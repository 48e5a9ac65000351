"""The profile of a single user."""

from graph.connection import Graph, Row
from graph.errors import NotFound
from graph.importing.mapping.kinds import DERIVED

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


def user_not_found(dataset: str, user: str) -> NotFound:
    """Return the error for an unknown user."""
    return NotFound(
        f"Data set {dataset!r} has no user {user!r}.",
        "Check the id: users have the ids of the imported files.",
    )
