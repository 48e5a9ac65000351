"""CELF, the reference method: lazy greedy seed selection by simulation.

Each evaluation is a simulation, so CELF takes hundreds of times as long as IMM.

References
----------
Leskovec et al., "Cost-effective Outbreak Detection in Networks" (KDD 2007).
"""

import heapq

import numpy as np

from network.seeding.diffusion import simulate
from network.seeding.weighted_network import Ints, Network, SeedConstraints


def select_by_celf(network: Network, constraints: SeedConstraints, runs: int = 1_000, seed: int = 0) -> Ints:
    """Select seeds by CELF.

    Parameters
    ----------
    network
        The weighted network.
    constraints
        The number of seeds and what restricts them.
    runs
        Simulations per evaluation.
    seed
        Seeds the simulations.

    Returns
    -------
    Ints
        The seeds in the order chosen.

    Raises
    ------
    ValueError
        If the constraints do not fit the network.
    """
    constraints.check(network.nodes)
    allowed, costs, parts, room = constraints.arrays(network.nodes)
    room, budget = room.copy(), constraints.budget
    spread, chosen = 0.0, list[int]()

    def gain(node: int) -> float:
        # Common random numbers for all candidates of a round.
        reached = float(simulate(network, np.array([*chosen, node]), runs, seed + len(chosen)).mean())
        return (reached - spread) / float(costs[node])

    queue = [(-gain(node), node, 0) for node in np.flatnonzero(allowed).tolist()]
    heapq.heapify(queue)
    while queue and len(chosen) < constraints.k:
        _, node, evaluated_in = heapq.heappop(queue)
        places = [(quota, parts[quota, node]) for quota in range(len(parts))]
        if costs[node] > budget or any(room[place] <= 0 for place in places):
            continue
        if evaluated_in < len(chosen):
            heapq.heappush(queue, (-gain(node), node, len(chosen)))
            continue
        chosen.append(node)
        # Simulated again rather than summed up: the largest of many noisy gains is biased upwards.
        spread = float(simulate(network, np.array(chosen), runs, seed + len(chosen)).mean())
        budget -= costs[node]
        for place in places:
            room[place] -= 1
    return np.array(chosen, dtype=np.int64)
