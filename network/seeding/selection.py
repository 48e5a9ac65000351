"""Seed selection by any method, with one kind of result."""

from typing import Literal, get_args

import numpy as np

from graph.connection import Graph
from network.seeding.celf import select_by_celf
from network.seeding.centralities import centrality_scores, gds_celf
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
    constraints: SeedConstraints,
    method: Method = "imm",
    *,
    graph: Graph | None = None,
    epsilon: float = 0.2,
    seed: int = 0,
) -> SeedSelection:
    """Select seeds and estimate what each adds, in the same way for every method.

    Parameters
    ----------
    network
        The weighted network.
    constraints
        The number of seeds and what restricts them.
    method
        How to select them.
    graph
        The database, for the methods that run in Graph Data Science.
    epsilon
        Approximation error of IMM and of the estimates.
    seed
        Seeds the sampling.

    Returns
    -------
    SeedSelection
        The seeds and their marginal spread.

    Raises
    ------
    ValueError
        If the constraints do not fit the network, or a GDS method has no `graph`.
    """
    constraints.check(network.nodes)
    if method == "imm":
        seeds = select_by_imm(network, constraints, epsilon, seed)
    elif method == "celf":
        seeds = select_by_celf(network, constraints, seed=seed)
    elif graph is None:
        raise ValueError(f"{method} runs in Graph Data Science and needs a graph")
    elif method == "gds-celf":
        seeds = top_k(gds_celf(graph, network, constraints.k), constraints)
    else:
        seeds = top_k(centrality_scores(graph, network, method), constraints)
    return measure(network, seeds, epsilon, seed)


def top_k(score: Floats, constraints: SeedConstraints) -> Ints:
    """The nodes with the highest scores that the constraints allow; the lower node wins a tie."""
    allowed, costs, parts, room = constraints.arrays(len(score))
    room, budget, chosen = room.copy(), constraints.budget, list[int]()
    for node in np.lexsort((np.arange(len(score)), -score)).tolist():
        places = [(quota, parts[quota, node]) for quota in range(len(parts))]
        if not allowed[node] or costs[node] > budget or any(room[place] <= 0 for place in places):
            continue
        chosen.append(node)
        budget -= costs[node]
        for place in places:
            room[place] -= 1
        if len(chosen) == constraints.k:
            break
    return np.array(chosen, dtype=np.int64)
