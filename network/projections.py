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
def projection(graph: Graph, statement: str, **parameters: object) -> Iterator[str | None]:
    """Project a graph by `statement`, yield its name, and drop it when the block ends.

    It yields None where there is nothing to project: GDS makes no graph without nodes. The statement returns
    the number of nodes or edges.
    """
    name = f"groundswell-{uuid.uuid4()}"
    try:
        rows = graph.run(statement, graph=name, **parameters)
        yield name if rows and any(rows[0].values()) else None
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
        rows = graph.run("network/page_rank", graph=name) if name else []
    return pd.DataFrame(rows, columns=["user", "score"]).set_index("user")["score"]


def leiden_communities(graph: Graph, dataset: str, run: str, users: pd.Index, seed: int) -> pd.Series:
    """Leiden community of each user, indexed by user.

    A user outside the spreading network forms a community alone, with a negative label.
    """
    with projection(graph, "network/project_undirected", dataset=dataset, run=run) as name:
        found = graph.run("network/communities", graph=name, seed=seed) if name else []
    rows = pd.DataFrame(found, columns=["user", "community"])
    communities = rows.set_index("user")["community"].astype("int64")
    isolated = users.difference(communities.index)
    labels = pd.Series(range(-len(isolated), 0), index=isolated, dtype="int64")
    return pd.concat([communities, labels])
