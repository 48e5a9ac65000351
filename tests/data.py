"""The sample that the tests import, and statements of their own on the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from graph.connection import Graph
from graph.settings import Settings
from network.tags.text_encoder import TextEncoder

HOUSEHOLDS = 200
CUTOFF = date(2017, 11, 27)
CAMPAIGN = "18"


def query(graph: Graph, text: str, /, **parameters: object) -> list[dict[str, object]]:
    """Run a statement that only a test needs."""
    with graph.driver.session(database=graph.database.name) as session:
        return session.run(text, parameters).data()


def text_encoder() -> TextEncoder:
    """The encoder that commands use, which keeps vectors in the user's cache folder: they take seconds."""
    return TextEncoder.of(Settings())


def remove_dataset(graph: Graph, dataset: str) -> None:
    """Delete every node of a data set, in transactions of 5000."""
    query(
        graph,
        "MATCH (n) WHERE n.dataset = $dataset CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
        dataset=dataset,
    )


@contextmanager
def influence_supported(graph: Graph, dataset: str, run: str) -> Iterator[None]:
    """Within the context, store a result of the influence test whose verdict is *supported*."""
    update = (
        "MATCH (r:Run {dataset: $d, id: $r}) "
        "SET r.influence_test_matched = $m, r.influence_test_shuffled = $s"
    )
    (original,) = query(
        graph,
        "MATCH (r:Run {dataset: $d, id: $r}) "
        "RETURN r.influence_test_matched AS m, r.influence_test_shuffled AS s",
        d=dataset, r=run,
    )  # fmt: skip
    query(graph, update, d=dataset, r=run, m=[2.0, 1.5, 2.5], s=[1.5, 1.2, 1.8])
    try:
        yield
    finally:
        query(graph, update, d=dataset, r=run, **original)
