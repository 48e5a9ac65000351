"""Applies schema migrations, ``cypher/schema/V*__*.cypher``, each once and in order."""

import hashlib
import random
import time

import cypher
from graph.connection import Graph
from graph.errors import DatabaseError, SchemaError

_ATTEMPTS = 8
_FIRST_PAUSE = 0.2
"""Seconds, doubled after each attempt: half a minute in total."""


def migrations() -> list[str]:
    """Return the names of the migrations in order."""
    return [name for name in cypher.names() if name.startswith("schema/V")]


def migrate(graph: Graph) -> list[str]:
    """Apply missing migrations and return their versions.

    Raises SchemaError where a file differs from the applied migration.
    """
    return _apply(graph, migrations())


def apply_migration(graph: Graph, name: str) -> None:
    """Apply one migration if it is missing, before the others; `migrate` records it.

    Until there is a constraint for records of migrations, two processes could each write one.
    """
    if not any(row["version"] == name.removeprefix("schema/") for row in graph.run("schema/applied")):
        _run(graph, name)


def _apply(graph: Graph, names: list[str]) -> list[str]:
    applied = {row["version"]: row["checksum"] for row in graph.run("schema/applied")}
    new = []
    for name in names:
        version = name.removeprefix("schema/")
        checksum = hashlib.sha256(cypher.statement(name).text.encode()).hexdigest()
        if version not in applied:
            _run(graph, name)
            graph.run("schema/record", version=version, checksum=checksum)
            new.append(version)
        elif applied[version] != checksum:
            raise SchemaError(
                f"Migration {version} differs from the one applied to this database.",
                f"Restore cypher/{name}.cypher and put the change into a new migration.",
            )
    return new


def _run(graph: Graph, name: str) -> None:
    """Run a migration again where another process that applies one is in its way; all can be repeated."""
    for attempt in range(_ATTEMPTS):
        try:
            graph.run_schema(name)
            return
        except DatabaseError as error:
            code = str(getattr(error.__cause__, "code", ""))
            is_last = attempt == _ATTEMPTS - 1
            if is_last or not (code.startswith("Neo.TransientError") or ".Schema." in code):
                raise
        time.sleep(_FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5))
