"""Every Cypher file compiles on a real server with the parameters it declares."""

import pytest
from neo4j import Session
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
def test_explains(graph: Graph, name: str) -> None:
    one = cypher.statement(name)
    parameters = {key: value(kind) for key, kind in one.parameters.items()}
    with graph._driver.session(database=graph._database) as session:
        kind = session.run(f"EXPLAIN {one.text}", parameters).consume().query_type
    # What only reads may be run again where the connection broke off.
    assert kind == "r" or not one.reads


def test_read_is_retried_after_a_broken_connection(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def broken(self: Session, *_: object, **__: object) -> None:
        tries.append(self)
        raise SessionExpired("gone")

    monkeypatch.setattr(Session, "run", broken)
    assert graph.run("campaigns/exists", dataset="x", campaign="x") == []
    assert len(tries) == 1


def test_which_statements_read() -> None:
    assert cypher.statement("campaigns/key_users").reads
    for writes in ("campaigns/create", "undo/begin", "gds/fast_rp", "gds/project_edges", "undo/changes"):
        assert not cypher.statement(writes).reads


def test_undeclared_parameters_are_refused_before_anything_runs(graph: Graph) -> None:
    with pytest.raises(TypeError, match="surprise"):
        graph.run("runs/dataset", dataset="x", surprise=1)
