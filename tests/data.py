"""What the tests import, and how they take it away again."""

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
