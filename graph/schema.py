"""Applies schema migrations, ``cypher/schema/V*__*.cypher``, each once and in order."""

import hashlib

import cypher
from graph.connection import Graph
from graph.errors import SchemaError


def migrations() -> list[str]:
    """Return the names of the migrations in order."""
    return [name for name in cypher.names() if name.startswith("schema/V")]


def migrate(graph: Graph) -> list[str]:
    """Apply missing migrations and return their versions.

    Raises SchemaError where a file differs from the applied migration.
    """
    return _apply(graph, migrations())


def apply_migration(graph: Graph, name: str) -> None:
    """Apply one migration if it is missing, before the others."""
    _apply(graph, [name])


def _apply(graph: Graph, names: list[str]) -> list[str]:
    applied = {row["version"]: row["checksum"] for row in graph.run("schema/applied")}
    new = []
    for name in names:
        version = name.removeprefix("schema/")
        checksum = hashlib.sha256(cypher.statement(name).text.encode()).hexdigest()
        if version not in applied:
            graph.run_schema(name)
            graph.run("schema/record", version=version, checksum=checksum)
            new.append(version)
        elif applied[version] != checksum:
            raise SchemaError(
                f"Migration {version} differs from the one applied to this database.",
                f"Restore cypher/{name}.cypher and put the change into a new migration.",
            )
    return new
