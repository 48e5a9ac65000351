"""Simulates how far seeds spread: the number of users reached in the end, and day by day.

Independent cascade: a newly reached user activates each neighbour once, with the edge's probability.
Linear threshold: a user is reached once the weights of the edges from reached users add up to the user's
random threshold; weights into a user that sum to more than 1 are scaled down to 1.

References
----------
Kempe, Kleinberg, Tardos, "Maximizing the Spread of Influence through a Social Network" (KDD 2003).
"""

import heapq
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numba import njit

from network.seeding.weighted_network import Floats, Ints, Network

Model = Literal["independent cascade", "linear threshold"]


@dataclass(frozen=True)
class Spread:
    """Users reached: the mean over simulations, the ends of its 95% interval, P10 and P90 of outcomes."""

    mean: float
    low: float
    high: float
    p10: float
    p90: float

    @classmethod
    def of(cls, outcomes: Floats) -> "Spread":
        """Summarise the outcomes of simulations, shape (runs,)."""
        mean, half = float(outcomes.mean()), 1.96 * float(outcomes.std(ddof=1)) / np.sqrt(len(outcomes))
        p10, p90 = (float(value) for value in np.quantile(outcomes, [0.1, 0.9]))
        return cls(mean, mean - half, mean + half, p10, p90)


def simulate(
    network: Network, seeds: Ints, runs: int = 10_000, seed: int = 0, model: Model = "independent cascade"
) -> Floats:
    """The number of users reached in each of `runs` simulations, seeds included, shape (runs,)."""
    starts, targets, probabilities = network.outgoing
    unique_seeds = np.unique(np.asarray(seeds, dtype=np.int64))
    if model == "independent cascade":
        reached = _cascade(network.nodes, starts, targets, probabilities, unique_seeds, runs, seed)
    else:
        weight_in = np.bincount(targets, probabilities, network.nodes)
        scaled = probabilities / np.maximum(weight_in[targets], 1.0)
        reached = _threshold(network.nodes, starts, targets, scaled, unique_seeds, runs, seed)
    return np.asarray(reached, dtype=np.float64)


def simulate_days(
    network: Network, seeds: Ints, delays: Floats, days: int, runs: int = 2_000, seed: int = 0
) -> Floats:
    """The number of users reached by the end of each day under independent cascade, shape (runs, days).

    Seeds are reached on day 1. Each activation takes a random one of `delays`, in days.
    """
    starts, targets, probabilities = network.outgoing
    unique_seeds = np.unique(np.asarray(seeds, dtype=np.int64))
    edges = (network.nodes, starts, targets, probabilities)
    delays = np.asarray(delays, dtype=np.float64)
    return np.asarray(_days(*edges, unique_seeds, delays, days, runs, seed), dtype=np.float64)


@njit(cache=True)
def _cascade(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    nodes, starts, targets, probabilities, seeds, runs, seed
):
    np.random.seed(seed)
    spreads = np.zeros(runs)
    reached = np.full(nodes, -1, dtype=np.int64)
    queue = np.empty(nodes, dtype=np.int64)
    for run in range(runs):
        tail = 0
        for node in seeds:
            reached[node] = run
            queue[tail] = node
            tail += 1
        head = 0
        while head < tail:
            node = queue[head]
            head += 1
            for edge in range(starts[node], starts[node + 1]):
                other = targets[edge]
                if reached[other] != run and np.random.random() < probabilities[edge]:
                    reached[other] = run
                    queue[tail] = other
                    tail += 1
        spreads[run] = tail
    return spreads


@njit(cache=True)
def _threshold(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    nodes, starts, targets, weights, seeds, runs, seed
):
    np.random.seed(seed)
    spreads = np.zeros(runs)
    reached = np.full(nodes, -1, dtype=np.int64)
    touched = np.full(nodes, -1, dtype=np.int64)
    threshold = np.zeros(nodes)
    queue = np.empty(nodes, dtype=np.int64)
    for run in range(runs):
        tail = 0
        for node in seeds:
            reached[node] = run
            queue[tail] = node
            tail += 1
        head = 0
        while head < tail:
            node = queue[head]
            head += 1
            for edge in range(starts[node], starts[node + 1]):
                other = targets[edge]
                if reached[other] == run:
                    continue
                if touched[other] != run:
                    touched[other] = run
                    threshold[other] = np.random.random()
                threshold[other] -= weights[edge]
                if threshold[other] < 0:
                    reached[other] = run
                    queue[tail] = other
                    tail += 1
        spreads[run] = tail
    return spreads


@njit(cache=True)
def _days(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    nodes, starts, targets, probabilities, seeds, delays, days, runs, seed
):
    np.random.seed(seed)
    counts = np.zeros((runs, days))
    done = np.full(nodes, -1, dtype=np.int64)
    for run in range(runs):
        queue = [(0.0, node) for node in seeds]
        while len(queue) > 0:
            at, node = heapq.heappop(queue)
            if done[node] == run:
                continue
            # In order of time, so that each node is reached along its fastest path.
            done[node] = run
            counts[run, int(at)] += 1
            for edge in range(starts[node], starts[node + 1]):
                if done[targets[edge]] != run and np.random.random() < probabilities[edge]:
                    later = at + delays[np.random.randint(delays.size)]
                    if later < days:
                        heapq.heappush(queue, (later, targets[edge]))
        for day in range(1, days):
            counts[run, day] += counts[run, day - 1]
    return counts
