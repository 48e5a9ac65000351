"""Every Cypher file compiles on a real server with the parameters it declares."""

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


def value(kind: str) -> object:
    if kind.startswith("list"):
        return []
    return VALUES[kind.partition(",")[0].partition(" or ")[0].partition(" of")[0]]


@pytest.mark.parametrize("name", [n for n in cypher.names() if not n.startswith("schema/V")])
def test_declared_access_matches_the_plan(graph: Graph, name: str) -> None:
    statement = cypher.statement(name)
    parameters = {key: value(kind) for key, kind in statement.parameters.items()}
    with graph._driver.session(database=graph._database) as session:
        planned = session.run(f"EXPLAIN {statement.text}", parameters).consume().query_type
    # The planner does not see the catalogue of Graph Data Science, which lives on one server only.
    uses_catalogue = re.search(r"gds\.graph\.|CALL gds\.", statement.text) is not None
    assert (statement.access == "read") == (planned == "r" and not uses_catalogue)


def test_read_is_retried_after_a_broken_connection(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    run = neo4j.Transaction.run
    failures = [SessionExpired("gone")]

    def break_once(self: neo4j.Transaction, *arguments: Any, **options: Any) -> neo4j.Result:
        if failures:
            raise failures.pop()
        return run(self, *arguments, **options)

    monkeypatch.setattr(neo4j.ManagedTransaction, "run", break_once)
    assert graph.run("campaigns/exists", dataset="x", campaign="x") == []
    assert not failures


def test_statements_see_what_an_earlier_one_wrote(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[set[str]] = []
    session = type(graph._driver).session

    def record(self: neo4j.Driver, **options: Any) -> neo4j.Session:
        opened.append(set(options["bookmark_manager"].get_bookmarks()))
        return session(self, **options)

    monkeypatch.setattr(type(graph._driver), "session", record)
    bookmarks = neo4j.GraphDatabase.bookmark_manager()
    clustered = Graph(graph._driver, graph._database, graph._address, bookmarks=bookmarks)
    clustered.run("keys/revoke_key", id="none")
    written = set(bookmarks.get_bookmarks())
    assert written
    clustered.transaction(lambda transaction: transaction.run("schema/applied"))
    assert opened[-1] == written


def test_undeclared_parameters_are_refused_before_anything_runs(graph: Graph) -> None:
    with pytest.raises(TypeError, match="surprise"):
        graph.run("runs/dataset", dataset="x", surprise=1)
