"""How far seeds carry, by simulation: how many are reached in the end, and day by day.

Independent cascade: whoever is reached passes it on along each edge once, with the edge's probability.
Linear threshold: each user has a random threshold, and is reached once the probabilities of the edges
from those reached add up to it (scaled where they add up to more than 1). Kempe, Kleinberg, Tardos
(KDD 2003).
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
    """The mean over simulations with its 95% interval, and the range that 80 of 100 outcomes lie in."""

    mean: float
    low: float
    high: float
    p10: float
    p90: float

    @classmethod
    def of(cls, outcomes: Floats) -> "Spread":
        """Of the outcomes of simulations."""
        mean, half = float(outcomes.mean()), 1.96 * float(outcomes.std(ddof=1)) / np.sqrt(len(outcomes))
        p10, p90 = (float(one) for one in np.quantile(outcomes, [0.1, 0.9]))
        return cls(mean, mean - half, mean + half, p10, p90)


def simulate(
    network: Network, seeds: Ints, runs: int = 10_000, seed: int = 0, model: Model = "independent cascade"
) -> Floats:
    """How many are reached in each of `runs` simulations, seeds included. Shape (runs,)."""
    starts, targets, probabilities = network.outgoing
    given = np.unique(np.asarray(seeds, dtype=np.int64))
    if model == "independent cascade":
        reached = _cascade(network.nodes, starts, targets, probabilities, given, runs, seed)
    else:
        arriving = np.bincount(targets, probabilities, network.nodes)
        scaled = probabilities / np.maximum(arriving[targets], 1.0)
        reached = _threshold(network.nodes, starts, targets, scaled, given, runs, seed)
    return np.asarray(reached, dtype=np.float64)


def simulate_days(
    network: Network, seeds: Ints, delays: Floats, days: int, runs: int = 2_000, seed: int = 0
) -> Floats:
    """How many are reached by the end of day 1..`days`, under independent cascade. Shape (runs, days).

    Seeds are reached on day 1; each edge that passes it on takes a time drawn from `delays` (days).
    """
    starts, targets, probabilities = network.outgoing
    given = np.unique(np.asarray(seeds, dtype=np.int64))
    arguments = (network.nodes, starts, targets, probabilities, given, np.asarray(delays, dtype=np.float64))
    return np.asarray(_days(*arguments, days, runs, seed), dtype=np.float64)


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
        waiting = [(0.0, node) for node in seeds]
        while len(waiting) > 0:
            at, node = heapq.heappop(waiting)
            if done[node] == run:
                continue
            # In the order of their times: each is reached along its quickest way.
            done[node] = run
            counts[run, int(at)] += 1
            for edge in range(starts[node], starts[node + 1]):
                if done[targets[edge]] != run and np.random.random() < probabilities[edge]:
                    later = at + delays[np.random.randint(delays.size)]
                    if later < days:
                        heapq.heappush(waiting, (later, targets[edge]))
        for day in range(1, days):
            counts[run, day] += counts[run, day - 1]
    return counts
