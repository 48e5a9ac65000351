"""What the tests import, and how they take it away again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from graph.connection import Graph

HOUSEHOLDS = 200
CUTOFF = date(2017, 11, 27)
CAMPAIGN = "18"


def query(graph: Graph, text: str, /, **parameters: object) -> list[dict[str, object]]:
    """Run a statement of the test's own."""
    with graph._driver.session(database=graph._database) as session:
        return session.run(text, parameters).data()


def remove_dataset(graph: Graph, dataset: str) -> None:
    """Delete every node of a data set, some thousand at a time."""
    query(
        graph,
        "MATCH (n) WHERE n.dataset = $dataset CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
        dataset=dataset,
    )


@contextmanager
def influence_supported(graph: Graph, dataset: str, run: str) -> Iterator[None]:
    """As if users followed each other in this data set: what is then shown can be looked at."""
    change = (
        "MATCH (r:Run {dataset: $d, id: $r}) "
        "SET r.influence_test_matched = $m, r.influence_test_shuffled = $s"
    )
    (was,) = query(
        graph,
        "MATCH (r:Run {dataset: $d, id: $r}) "
        "RETURN r.influence_test_matched AS m, r.influence_test_shuffled AS s",
        d=dataset, r=run,
    )  # fmt: skip
    query(graph, change, d=dataset, r=run, m=[2.0, 1.5, 2.5], s=[1.5, 1.2, 1.8])
    try:
        yield
    finally:
        query(graph, change, d=dataset, r=run, **was)
