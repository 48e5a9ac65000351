"""IMM: seed selection by greedy coverage of reverse-reachable sets.

Algorithms 1 to 3 of Tang, Shi and Xiao, with the independent sample for the second phase that Chen shows to
be necessary. Constraints beyond k weaken the guarantee: within quotas, greedy coverage reaches at least half
of the optimum; with costs, the better of two solutions is taken, greedy by gain per cost and the best single
node.

References
----------
Tang, Shi, Xiao, "Influence Maximization in Near-Linear Time: A Martingale Approach" (SIGMOD 2015);
Chen, "An Issue in the Martingale Analysis of the Influence Maximization Algorithm IMM" (2018);
Fisher, Nemhauser, Wolsey (1978) for quotas; Khuller, Moss, Naor (1999) for costs.
"""

from dataclasses import dataclass
from math import ceil, e, lgamma, log, log2, sqrt

import numpy as np
from numba import njit

from network.seeding.weighted_network import Floats, Ints, Network, SeedConstraints

_MEASURING_FACTOR = 4
"""Reverse-reachable sets for estimating the spread, per set used for selecting the seeds."""


@dataclass(frozen=True)
class SeedSelection:
    """Seeds and the expected spread that each adds.

    Attributes
    ----------
    seeds
        Nodes in the order chosen, shape (n_seeds,).
    marginal
        Users that seed i adds to the expected spread of the seeds before it, itself included.
    low, high
        The ends of its 95% interval (Wilson).
    """

    seeds: Ints
    marginal: Floats
    low: Floats
    high: Floats

    @property
    def spread(self) -> float:
        """The expected number of users reached under independent cascade, seeds included."""
        return float(self.marginal.sum())


def select_by_imm(
    network: Network, constraints: SeedConstraints, epsilon: float = 0.2, seed: int = 0
) -> Ints:
    """Select seeds by IMM.

    Without constraints other than k, their joint expected spread is at least (1 - 1/e - epsilon) of the
    optimum with probability 1 - 1/n.

    Parameters
    ----------
    network
        The weighted network.
    constraints
        The number of seeds and what restricts them.
    epsilon
        The approximation error.
    seed
        Seeds the sampling.

    Returns
    -------
    Ints
        The seeds in the order chosen.

    Raises
    ------
    ValueError
        If the constraints do not fit the network.
    """
    n = network.nodes
    constraints.check(n)
    arrays = constraints.arrays(n)
    bound = _lower_bound(network, constraints.k, epsilon, seed)
    sets = max(1, ceil(_lambda_star(n, constraints.k, epsilon) / bound))
    flat, offsets = _sample(n, network.starts, network.sources, network.probabilities, sets, seed + 1)
    seeds, gains = _greedy_max_coverage(n, flat, offsets, constraints.k, *arrays, constraints.budget)
    if constraints.costs is not None:
        # Many cheap nodes may cover less than a single node that costs the whole budget.
        affordable = arrays[0] & (constraints.costs <= constraints.budget)
        once = np.ones(n), arrays[2], arrays[3]
        single, best = _greedy_max_coverage(n, flat, offsets, 1, affordable, *once, np.inf)
        if len(single) and best.sum() > gains.sum():
            return single
    return seeds


def measure(network: Network, seeds: Ints, epsilon: float = 0.2, seed: int = 0) -> SeedSelection:
    """Estimate what each of `seeds` adds, on an independent sample.

    On the sets by which the seeds were selected, the estimate would be biased upwards.
    """
    if not len(seeds):
        nothing = np.empty(0)
        return SeedSelection(seeds, nothing, nothing, nothing)
    from statsmodels.stats.proportion import proportion_confint  # Slow to import.

    n, k = network.nodes, len(seeds)
    bound = _lower_bound(network, min(k, n), epsilon, seed)
    sets = _MEASURING_FACTOR * max(1, ceil(_lambda_star(n, min(k, n), epsilon) / bound))
    covered = _gains(n, network.starts, network.sources, network.probabilities, seeds, sets, seed + 2)
    low, high = proportion_confint(covered, sets, method="wilson")
    return SeedSelection(seeds, covered / sets * n, np.maximum(low, 0) * n, high * n)


def _lower_bound(network: Network, k: int, epsilon: float, seed: int) -> float:
    """A lower bound of the optimal spread (algorithm 2); at least k, since seeds reach themselves."""
    n = network.nodes
    if n < 4:
        return float(k)
    epsilon_prime = sqrt(2) * epsilon
    lambda_prime = (
        (2 + 2 / 3 * epsilon_prime)
        * (_log_binomial(n, k) + _ell(n) * log(n) + log(max(log2(n), 1.0)))
        * n
        / epsilon_prime**2
    )
    for step in range(1, max(2, int(log2(n)))):
        guess = n / 2**step
        if guess < k:
            break
        sets = ceil(lambda_prime / guess)
        flat, offsets = _sample(
            n, network.starts, network.sources, network.probabilities, sets, seed + 1000 + step
        )
        _, covered = _greedy_max_coverage(n, flat, offsets, k, *SeedConstraints(k).arrays(n), np.inf)
        spread = float(covered.sum()) * n / sets
        if spread >= (1 + epsilon_prime) * guess:
            return max(spread / (1 + epsilon_prime), float(k))
    return float(k)


def _lambda_star(n: int, k: int, epsilon: float) -> float:
    alpha = sqrt(_ell(n) * log(max(n, 2)) + log(2))
    beta = sqrt((1 - 1 / e) * (_log_binomial(n, k) + _ell(n) * log(max(n, 2)) + log(2)))
    return 2 * n * ((1 - 1 / e) * alpha + beta) ** 2 / epsilon**2


def _ell(n: int) -> float:
    """The paper's l: 1, raised so that both phases together succeed with probability 1 - 1/n."""
    return 1 + log(2) / log(max(n, 2))


def _log_binomial(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


@njit(cache=True, nogil=True)
def _reach(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    flat, begin, index, until, seen, starts, sources, probabilities
):
    """Draw a reverse-reachable set into `flat` from `begin` on and return its end.

    The search stops early if it reaches the node `until`.
    """
    root = np.random.randint(starts.size - 1)
    flat[begin] = root
    seen[root] = index
    head, size = begin, begin + 1
    if root == until:
        return size
    while head < size:
        node = flat[head]
        head += 1
        for edge in range(starts[node], starts[node + 1]):
            source = sources[edge]
            if seen[source] != index and np.random.random() < probabilities[edge]:
                seen[source] = index
                flat[size] = source
                size += 1
                if source == until:
                    return size
    return size


@njit(cache=True, nogil=True)
def _sample(
    n: int, starts: Ints, sources: Ints, probabilities: Floats, count: int, seed: int
) -> tuple[Ints, Ints]:
    """Draw `count` reverse-reachable sets: their members concatenated, and the offset of each set."""
    np.random.seed(seed)
    flat = np.empty(max(count * 2, 16), dtype=np.int64)
    offsets = np.zeros(count + 1, dtype=np.int64)
    seen = np.full(n, -1, dtype=np.int64)
    size = 0
    for index in range(count):
        if size + n > flat.size:
            grown = np.empty(max(flat.size * 2, size + n), dtype=np.int64)
            grown[:size] = flat[:size]
            flat = grown
        size = _reach(flat, size, index, -1, seen, starts, sources, probabilities)
        offsets[index + 1] = size
    return flat[:size].copy(), offsets


@njit(cache=True, nogil=True)
def _greedy_max_coverage(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    n, flat, offsets, k, allowed, costs, parts, room, budget
):
    """Greedy maximum coverage under constraints: the nodes, and the number of sets that each adds.

    The node that covers the most sets per cost comes first; the lower node wins a tie.
    """
    counts = np.zeros(n, dtype=np.int64)
    for node in flat:
        counts[node] += 1
    starts = np.zeros(n + 1, dtype=np.int64)
    starts[1:] = np.cumsum(counts)
    sets_of_node = np.empty(flat.size, dtype=np.int64)
    cursor = starts[:-1].copy()
    for index in range(offsets.size - 1):
        for position in range(offsets[index], offsets[index + 1]):
            node = flat[position]
            sets_of_node[cursor[node]] = index
            cursor[node] += 1
    covered = np.zeros(offsets.size - 1, dtype=np.bool_)
    taken = np.zeros(n, dtype=np.bool_)
    left = room.copy()
    seeds = np.empty(k, dtype=np.int64)
    gains = np.empty(k, dtype=np.float64)
    size = 0
    while size < k:
        best, most = -1, -1.0
        for node in range(n):
            gain = counts[node] / costs[node]
            if gain > most and allowed[node] and not taken[node] and costs[node] <= budget:
                free = True
                for quota in range(parts.shape[0]):
                    free = free and left[quota, parts[quota, node]] > 0
                if free:
                    best, most = node, gain
        if best < 0:
            break
        seeds[size], gains[size] = best, counts[best]
        size += 1
        taken[best] = True
        budget -= costs[best]
        for quota in range(parts.shape[0]):
            left[quota, parts[quota, best]] -= 1
        for position in range(starts[best], starts[best + 1]):
            index = sets_of_node[position]
            if not covered[index]:
                covered[index] = True
                for member in range(offsets[index], offsets[index + 1]):
                    counts[flat[member]] -= 1
    return seeds[:size], gains[:size]


@njit(cache=True, nogil=True)
def _gains(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    n, starts, sources, probabilities, seeds, count, seed
):
    """The number of `count` new sets that each seed covers and no seed before it does."""
    np.random.seed(seed)
    place = np.full(n, seeds.size, dtype=np.int64)
    for index in range(seeds.size):
        place[seeds[index]] = index
    flat, seen = np.empty(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    gains = np.zeros(seeds.size, dtype=np.float64)
    for index in range(count):
        # No seed precedes the first: once a set contains it, the rest of the set does not matter.
        size = _reach(flat, 0, index, seeds[0], seen, starts, sources, probabilities)
        first = seeds.size
        for position in range(size):
            first = min(first, place[flat[position]])
        if first < seeds.size:
            gains[first] += 1.0
    return gains
