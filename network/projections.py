"""Short-lived GDS projections and what is computed on them.

Results are read as writes are: a projection lives in the memory of the server that writes go to.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from graph.connection import Graph, Row


@contextmanager
def projection(graph: Graph, statement: str, **parameters: object) -> Iterator[str]:
    """The name of a projection made by `statement`, dropped at the end whatever happens."""
    name = f"groundswell-{uuid.uuid4()}"
    try:
        graph.run(statement, graph=name, **parameters)
        yield name
    finally:
        graph.run("network/drop_projection", graph=name)


def nearest_users(graph: Graph, dataset: str, rows: list[Row], neighbours: int, seed: int) -> pd.DataFrame:
    """kNN over user vectors (`rows` of user, vector): user, other, score (cosine)."""
    columns = ["user", "other", "score"]
    if len(rows) < 2:
        return pd.DataFrame({name: [] for name in columns})
    with projection(graph, "network/project_vectors", dataset=dataset, rows=rows) as name:
        found = graph.run("network/nearest_users", graph=name, neighbours=neighbours, seed=seed)
    return pd.DataFrame(found, columns=columns)


def reversed_page_rank(graph: Graph, dataset: str, run: str) -> pd.Series:
    """PageRank on the reversed spreading network, indexed by user."""
    with projection(graph, "network/project_reversed", dataset=dataset, run=run) as name:
        found = pd.DataFrame(graph.run("network/centralities", graph=name))
    return found.set_index("user")["score"]


def leiden_communities(graph: Graph, dataset: str, run: str, users: pd.Index, seed: int) -> pd.Series:
    """Leiden community of each of `users`, indexed by user; one outside the network is a community of one."""
    with projection(graph, "network/project_undirected", dataset=dataset, run=run) as name:
        found = pd.DataFrame(
            graph.run("network/communities", graph=name, seed=seed), columns=["user", "community"]
        )
    communities = found.set_index("user")["community"]
    alone = users.difference(communities.index)
    return pd.concat([communities, pd.Series(range(-len(alone), 0), index=alone, dtype="int64")])
