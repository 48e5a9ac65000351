"""Cypher statements on a real server: declared access, retries, bookmarks and parameters."""

import re
from typing import Any

import neo4j
import pytest
from neo4j.exceptions import SessionExpired

import cypher
from graph.connection import Graph

VALUES: dict[str, object] = {
    "string": "x", "integer": 1, "float": 0.5, "map": {}, "boolean": True, "ISO date": "2017-01-01",
    "ISO moment with zone": "2017-01-01T00:00:00[America/New_York]",
}  # fmt: skip


def example_value(kind: str) -> object:
    if kind.startswith("list"):
        return []
    return VALUES[kind.partition(",")[0].partition(" or ")[0].partition(" of")[0]]


@pytest.mark.parametrize("name", [name for name in cypher.names() if not name.startswith("schema/V")])
def test_declared_access_matches_the_plan(graph: Graph, name: str) -> None:
    statement = cypher.statement(name)
    parameters = {key: example_value(kind) for key, kind in statement.parameters.items()}
    with graph.driver.session(database=graph.database.name) as session:
        query_type = session.run(f"EXPLAIN {statement.text}", parameters).consume().query_type
    # The planner counts procedures of Graph Data Science as reads, but its catalogue is on one server only.
    uses_catalogue = re.search(r"gds\.graph\.|CALL gds\.", statement.text) is not None
    assert (statement.access == "read") == (query_type == "r" and not uses_catalogue)


def test_read_is_retried_after_a_broken_connection(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    run = neo4j.Transaction.run
    failures = [SessionExpired("gone")]

    def fail_once(self: neo4j.Transaction, *arguments: Any, **options: Any) -> neo4j.Result:
        if failures:
            raise failures.pop()
        return run(self, *arguments, **options)

    monkeypatch.setattr(neo4j.ManagedTransaction, "run", fail_once)
    assert graph.run("campaigns/exists", dataset="x", campaign="x") == []
    assert not failures


def test_session_waits_for_the_bookmark_of_an_earlier_write(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    bookmarks_of_sessions: list[set[str]] = []
    session = type(graph.driver).session

    def record(self: neo4j.Driver, **options: Any) -> neo4j.Session:
        bookmarks_of_sessions.append(set(options["bookmark_manager"].get_bookmarks()))
        return session(self, **options)

    monkeypatch.setattr(type(graph.driver), "session", record)
    bookmark_manager = neo4j.GraphDatabase.bookmark_manager()
    clustered = Graph(graph.driver, graph.database, bookmark_manager)
    clustered.run("keys/revoke_key", id="none")
    bookmarks = set(bookmark_manager.get_bookmarks())
    assert bookmarks
    clustered.transaction(lambda transaction: transaction.run("schema/applied"))
    assert bookmarks_of_sessions[-1] == bookmarks


def test_undeclared_parameter_is_rejected(graph: Graph) -> None:
    with pytest.raises(TypeError, match="surprise"):
        graph.run("runs/dataset", dataset="x", surprise=1)
