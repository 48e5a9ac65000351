"""Temporary GDS projections and the algorithms run on them.

Algorithms run in write transactions: a projection exists only in the memory of the server that took the write
that made it.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from graph.connection import Graph, Row


@contextmanager
def projection(graph: Graph, statement: str, **parameters: object) -> Iterator[str]:
    """Project a graph by `statement`, yield its name, and drop it when the block ends."""
    name = f"groundswell-{uuid.uuid4()}"
    try:
        graph.run(statement, graph=name, **parameters)
        yield name
    finally:
        graph.run("network/drop_projection", graph=name)


def nearest_users(graph: Graph, dataset: str, rows: list[Row], neighbours: int, seed: int) -> pd.DataFrame:
    """k nearest neighbours by the cosine of user vectors, computed by GDS.

    Parameters
    ----------
    rows
        Maps with the keys user and vector.
    neighbours
        Neighbours per user.

    Returns
    -------
    pd.DataFrame
        Columns user, other, score (cosine).
    """
    columns = ["user", "other", "score"]
    if len(rows) < 2:
        return pd.DataFrame({name: [] for name in columns})
    with projection(graph, "network/project_vectors", dataset=dataset, rows=rows) as name:
        neighbour_rows = graph.run("network/nearest_users", graph=name, neighbours=neighbours, seed=seed)
    return pd.DataFrame(neighbour_rows, columns=columns)


def reversed_page_rank(graph: Graph, dataset: str, run: str) -> pd.Series:
    """PageRank of each user on the spreading network with reversed edges, indexed by user."""
    with projection(graph, "network/project_reversed", dataset=dataset, run=run) as name:
        ranks = pd.DataFrame(graph.run("network/page_rank", graph=name))
    return ranks.set_index("user")["score"]


def leiden_communities(graph: Graph, dataset: str, run: str, users: pd.Index, seed: int) -> pd.Series:
    """Leiden community of each user, indexed by user.

    A user outside the spreading network forms a community alone, with a negative label.
    """
    with projection(graph, "network/project_undirected", dataset=dataset, run=run) as name:
        rows = pd.DataFrame(
            graph.run("network/communities", graph=name, seed=seed), columns=["user", "community"]
        )
    communities = rows.set_index("user")["community"]
    isolated = users.difference(communities.index)
    labels = pd.Series(range(-len(isolated), 0), index=isolated, dtype="int64")
    return pd.concat([communities, labels])
