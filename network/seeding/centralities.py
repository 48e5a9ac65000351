"""Centralities and CELF of Graph Data Science, run on a network of arrays."""

import numpy as np

from graph.connection import Graph
from network.projections import projection
from network.seeding.weighted_network import Floats, Network

# Method: (statement, direction of the projection). PageRank and ArticleRank flow along edges; on reversed
# edges they reward users who influence others.
CENTRALITIES = {
    "pagerank": ("gds/page_rank", "reversed"),
    "pagerank-forward": ("gds/page_rank", "natural"),
    "articlerank": ("gds/article_rank", "reversed"),
    "betweenness": ("gds/betweenness", "natural"),
    "degree": ("gds/degree", "natural"),
    "k-core": ("gds/k_core", "undirected"),
}
_SIMULATIONS = 100
_SEED = 7
_SMALLEST_PROBABILITY = 0.01


def centrality_scores(graph: Graph, network: Network, method: str) -> Floats:
    """The centrality of each node, shape (n_nodes,); 0 for nodes without edges.

    Raises
    ------
    KeyError
        If `method` is not one of ``CENTRALITIES``.
    """
    statement, direction = CENTRALITIES[method]
    edges = _edges(network, reverse=direction == "reversed")
    project = "gds/project_undirected" if direction == "undirected" else "gds/project_edges"
    scores = np.zeros(network.nodes)
    if edges:
        with projection(graph, project, edges=edges) as name:
            for row in graph.run(statement, graph=name):
                scores[row["node"]] = row["score"]
    return scores


def gds_celf(graph: Graph, network: Network, k: int) -> Floats:
    """The rank of each seed chosen by GDS's CELF as a score, shape (n_nodes,): k for the first, 0 for no
    seed.

    GDS supports a single propagation probability of at least 0.01; the mean of the edges' is used.
    """
    edges = _edges(network, reverse=False)
    scores = np.zeros(network.nodes)
    if edges:
        probability = max(_SMALLEST_PROBABILITY, float(network.probabilities.mean()))
        with projection(graph, "gds/project_edges", edges=edges) as name:
            connected = len(np.unique(np.concatenate([network.sources, network.targets])))
            rows = graph.run(
                "gds/celf",
                graph=name,
                k=min(k, connected),
                runs=_SIMULATIONS,
                probability=probability,
                seed=_SEED,
            )
        # GDS returns the cumulative spread, which grows with each seed.
        for place, row in enumerate(sorted(rows, key=lambda row: float(row["score"]))):
            scores[row["node"]] = len(rows) - place
    return scores


def _edges(network: Network, *, reverse: bool) -> list[list[object]]:
    ends = (network.targets, network.sources) if reverse else (network.sources, network.targets)
    columns = (ends[0].tolist(), ends[1].tolist(), network.probabilities.tolist())
    return [list(row) for row in zip(*columns, strict=True)]
