"""Every Cypher file compiles on a real server with the parameters it declares."""

import pytest

import cypher
from graph.connection import Graph
from tests.data import query

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
    query(graph, f"EXPLAIN {one.text}", **{key: value(kind) for key, kind in one.parameters.items()})


def test_undeclared_parameters_are_refused_before_anything_runs(graph: Graph) -> None:
    with pytest.raises(TypeError, match="surprise"):
        graph.run("runs/dataset", dataset="x", surprise=1)
