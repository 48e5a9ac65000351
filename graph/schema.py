"""Versioned schema migrations: ``cypher/schema/V*__*.cypher``, each applied once, in order."""

import hashlib

import cypher
from graph.connection import Graph
from graph.errors import SchemaError


def migrations() -> list[str]:
    """The names of the migrations, in the order of application."""
    return [name for name in cypher.names() if name.startswith("schema/V")]


def migrate(graph: Graph) -> list[str]:
    """Apply what is missing and return its names.

    Raises SchemaError where a migration was changed after it had been applied.
    """
    applied = {row["version"]: row["checksum"] for row in graph.run("schema/applied")}
    fresh = []
    for name in migrations():
        version = name.removeprefix("schema/")
        checksum = hashlib.sha256(cypher.statement(name).text.encode()).hexdigest()
        if version not in applied:
            graph.run_schema(name)
            graph.run("schema/record", version=version, checksum=checksum)
            fresh.append(version)
        elif applied[version] != checksum:
            raise SchemaError(
                f"Migration {version} was changed after it had been applied to this database.",
                f"Restore cypher/{name}.cypher and put the change into a new migration.",
            )
    return fresh
