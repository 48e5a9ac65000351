"""CELF, the reference: greedy selection by simulation, looking again only where it may pay.

Leskovec et al., "Cost-effective Outbreak Detection in Networks" (KDD 2007). Every look is a simulation of
its own, so that it takes hundreds of times as long as IMM.
"""

import heapq

import numpy as np

from network.seeding.diffusion import simulate
from network.seeding.weighted_network import Ints, Network, SeedConstraints


def select_by_celf(network: Network, terms: SeedConstraints, runs: int = 1_000, seed: int = 0) -> Ints:
    """The nodes chosen; Raises ValueError for terms that do not fit."""
    terms.check(network.nodes)
    allowed, costs, parts, room = terms.arrays(network.nodes)
    room, budget = room.copy(), terms.budget
    spread, chosen = 0.0, list[int]()

    def gain(node: int) -> float:
        # The same random numbers for all that are compared.
        reached = float(simulate(network, np.array([*chosen, node]), runs, seed + len(chosen)).mean())
        return (reached - spread) / float(costs[node])

    queue = [(-gain(node), node, 0) for node in np.flatnonzero(allowed).tolist()]
    heapq.heapify(queue)
    while queue and len(chosen) < terms.k:
        _, node, looked_at = heapq.heappop(queue)
        places = [(quota, parts[quota, node]) for quota in range(len(parts))]
        if costs[node] > budget or any(room[place] <= 0 for place in places):
            continue
        if looked_at < len(chosen):
            heapq.heappush(queue, (-gain(node), node, len(chosen)))
            continue
        chosen.append(node)
        # Afresh, not added up: the gain that won was the luckiest of many.
        spread = float(simulate(network, np.array(chosen), runs, seed + len(chosen)).mean())
        budget -= costs[node]
        for place in places:
            room[place] -= 1
    return np.array(chosen, dtype=np.int64)
