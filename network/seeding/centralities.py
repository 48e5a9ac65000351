"""Graph Data Science's ways to rank users, run on a network of arrays."""

import numpy as np

from graph.connection import Graph
from network.projections import projection
from network.seeding.weighted_network import Floats, Network

# The statement of each, and how its network is projected: edges reversed, so that a rank that is passed
# on along them rewards influencing others; as they are; or without directions.
CENTRALITIES = {
    "pagerank": ("gds/page_rank", "reversed"),
    "pagerank-forward": ("gds/page_rank", "as is"),
    "articlerank": ("gds/article_rank", "reversed"),
    "betweenness": ("gds/betweenness", "as is"),
    "degree": ("gds/degree", "as is"),
    "k-core": ("gds/k_core", "undirected"),
}
_RUNS = 100
_SEED = 7


def scores(graph: Graph, network: Network, method: str) -> Floats:
    """The centrality of each node, shape (nodes,); a node without edges has 0. Raises KeyError."""
    statement, orientation = CENTRALITIES[method]
    edges = _edges(network, reverse=orientation == "reversed")
    project = "gds/project_undirected" if orientation == "undirected" else "gds/project_edges"
    found = np.zeros(network.nodes)
    if edges:
        with projection(graph, project, edges=edges) as name:
            for row in graph.run(statement, graph=name):
                found[row["node"]] = row["score"]
    return found


def gds_celf(graph: Graph, network: Network, k: int) -> Floats:
    """What GDS's CELF makes of the network: a score for those it chose, the first chosen the highest.

    It knows one probability for all edges, 0.01 at least; their mean is taken.
    """
    edges = _edges(network, reverse=False)
    found = np.zeros(network.nodes)
    if edges:
        probability = max(0.01, float(network.probabilities.mean()))
        with projection(graph, "gds/project_edges", edges=edges) as name:
            joined = len(np.unique(np.concatenate([network.sources, network.targets])))
            rows = graph.run(
                "gds/celf", graph=name, k=min(k, joined), runs=_RUNS, probability=probability, seed=_SEED
            )
        # The spread it tells grows with each one chosen.
        for place, row in enumerate(sorted(rows, key=lambda one: float(one["score"]))):
            found[row["node"]] = len(rows) - place
    return found


def _edges(network: Network, *, reverse: bool) -> list[list[object]]:
    ends = (network.targets, network.sources) if reverse else (network.sources, network.targets)
    columns = (ends[0].tolist(), ends[1].tolist(), network.probabilities.tolist())
    return [list(row) for row in zip(*columns, strict=True)]
