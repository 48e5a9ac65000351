"""One way in to every method of seed selection, with one kind of result."""

from typing import Literal, get_args

import numpy as np

from graph.connection import Graph
from network.seeding.celf import select_by_celf
from network.seeding.centralities import gds_celf, scores
from network.seeding.imm import SeedSelection, measure, select_by_imm
from network.seeding.weighted_network import Floats, Ints, Network, SeedConstraints

Method = Literal[
    "imm",
    "celf",
    "gds-celf",
    "pagerank",
    "pagerank-forward",
    "articlerank",
    "betweenness",
    "degree",
    "k-core",
]
METHODS: tuple[str, ...] = get_args(Method)


def select(
    network: Network,
    terms: SeedConstraints,
    method: Method = "imm",
    *,
    graph: Graph | None = None,
    epsilon: float = 0.2,
    seed: int = 0,
) -> SeedSelection:
    """The seeds by `method` within `terms`, and what each adds, measured alike for every method.

    `epsilon` is how far IMM, and the measuring, may miss. GDS's methods need a `graph` to run in. Raises
    ValueError for terms that do not fit, and where such a method has none.
    """
    terms.check(network.nodes)
    if method == "imm":
        chosen = select_by_imm(network, terms, epsilon, seed)
    elif method == "celf":
        chosen = select_by_celf(network, terms, seed=seed)
    elif graph is None:
        raise ValueError(f"{method} runs in Graph Data Science: give it a graph")
    elif method == "gds-celf":
        chosen = top_k(gds_celf(graph, network, terms.k), terms)
    else:
        chosen = top_k(scores(graph, network, method), terms)
    return measure(network, chosen, epsilon, seed)


def top_k(score: Floats, terms: SeedConstraints) -> Ints:
    """The nodes with the highest scores that the terms allow; ties go to the lower node."""
    allowed, costs, parts, room = terms.arrays(len(score))
    room, budget, chosen = room.copy(), terms.budget, list[int]()
    for node in np.lexsort((np.arange(len(score)), -score)).tolist():
        places = [(quota, parts[quota, node]) for quota in range(len(parts))]
        if not allowed[node] or costs[node] > budget or any(room[place] <= 0 for place in places):
            continue
        chosen.append(node)
        budget -= costs[node]
        for place in places:
            room[place] -= 1
        if len(chosen) == terms.k:
            break
    return np.array(chosen, dtype=np.int64)
