"""Seed selection on a weighted network: IMM over reverse-reachable sets.

Tang, Shi, Xiao, "Influence Maximization in Near-Linear Time: A Martingale Approach" (SIGMOD 2015),
algorithms 1 to 3, with the fresh sample for the second phase that Chen (2018, "An Issue in the
Martingale Analysis of the Influence Maximization Algorithm IMM") shows to be needed.
"""

from dataclasses import dataclass
from math import ceil, e, lgamma, log, log2, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Sets to measure the seeds on, for each set they were chosen by.
_MEASURED_ON = 4
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SeedSelection:
    """Seeds in the order chosen; `marginal[i]` is what seed i adds to those before it, in expectation."""

    seeds: Ints
    marginal: Floats
    sets: int
    """How many reverse-reachable sets the seeds were chosen by; they were measured on others."""

    @property
    def spread(self) -> float:
        """The expected number of users reached under independent cascade, seeds included."""
        return float(self.marginal.sum())


@dataclass(frozen=True)
class Network:
    """A weighted directed network in the order of its targets (compressed sparse columns)."""

    nodes: int
    starts: Ints
    sources: Ints
    probabilities: Floats

    @property
    def targets(self) -> Ints:
        """The target of each edge, in the order of `sources`."""
        return np.repeat(np.arange(self.nodes), np.diff(self.starts))

    @classmethod
    def of_edges(cls, nodes: int, sources: Ints, targets: Ints, probabilities: Floats) -> "Network":
        """Raises ValueError where an edge leaves the network or is no probability."""
        if len(sources) and not (
            min(sources.min(), targets.min()) >= 0 and max(sources.max(), targets.max()) < nodes
        ):
            raise ValueError("an edge names a node outside the network")
        if not ((probabilities >= 0) & (probabilities <= 1)).all():
            raise ValueError("a probability lies outside [0, 1]")
        order = np.argsort(targets, kind="stable")
        starts = np.searchsorted(targets[order], np.arange(nodes + 1)).astype(np.int64)
        return cls(nodes, starts, sources[order].astype(np.int64), probabilities[order].astype(np.float64))


def select_seeds(network: Network, k: int, epsilon: float = 0.2, seed: int = 0) -> SeedSelection:
    """The k nodes whose joint expected spread is, with probability 1 - 1/n, at least
    (1 - 1/e - epsilon) of the best possible. Raises ValueError for k outside 1..n.
    """
    n = network.nodes
    if not 1 <= k <= n:
        raise ValueError(f"k must lie in 1..{n}, not {k}")
    bound = _lower_bound(network, k, epsilon, seed)
    sets = max(1, ceil(_lambda_star(n, k, epsilon) / bound))
    flat, offsets = _sample(n, network.starts, network.sources, network.probabilities, sets, seed + 1)
    seeds, _ = _cover(n, flat, offsets, k)
    # Measured on sets of their own: on those they were chosen by, the seeds look better than they are.
    fresh = _MEASURED_ON * sets
    flat, offsets = _sample(n, network.starts, network.sources, network.probabilities, fresh, seed + 2)
    return SeedSelection(seeds, _first_covers(n, flat, offsets, seeds) * (n / fresh), sets)


def _lower_bound(network: Network, k: int, epsilon: float, seed: int) -> float:
    """A lower bound of the best spread (algorithm 2); at least k, since seeds reach themselves."""
    n = network.nodes
    if n < 4:
        return float(k)
    wider = sqrt(2) * epsilon
    lambda_prime = (
        (2 + 2 / 3 * wider) * (_log_binomial(n, k) + _ell(n) * log(n) + log(max(log2(n), 1.0))) * n / wider**2
    )
    for step in range(1, max(2, int(log2(n)))):
        guess = n / 2**step
        if guess < k:
            break
        sets = ceil(lambda_prime / guess)
        flat, offsets = _sample(
            n, network.starts, network.sources, network.probabilities, sets, seed + 1000 + step
        )
        _, covered = _cover(n, flat, offsets, k)
        spread = float(covered.sum()) * n / sets
        if spread >= (1 + wider) * guess:
            return max(spread / (1 + wider), float(k))
    return float(k)


def _lambda_star(n: int, k: int, epsilon: float) -> float:
    alpha = sqrt(_ell(n) * log(max(n, 2)) + log(2))
    beta = sqrt((1 - 1 / e) * (_log_binomial(n, k) + _ell(n) * log(max(n, 2)) + log(2)))
    return 2 * n * ((1 - 1 / e) * alpha + beta) ** 2 / epsilon**2


def _ell(n: int) -> float:
    """l = 1, raised so that both phases together succeed with probability 1 - 1/n."""
    return 1 + log(2) / log(max(n, 2))


def _log_binomial(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


@njit(cache=True)
def _sample(
    n: int, starts: Ints, sources: Ints, probabilities: Floats, count: int, seed: int
) -> tuple[Ints, Ints]:
    """`count` reverse-reachable sets: their members one after another, and where each begins."""
    np.random.seed(seed)
    flat = np.empty(max(count * 2, 16), dtype=np.int64)
    offsets = np.zeros(count + 1, dtype=np.int64)
    seen = np.full(n, -1, dtype=np.int64)
    size = 0
    for index in range(count):
        root = np.random.randint(n)
        if size + n > flat.size:
            grown = np.empty(max(flat.size * 2, size + n), dtype=np.int64)
            grown[:size] = flat[:size]
            flat = grown
        flat[size] = root
        seen[root] = index
        head, size = size, size + 1
        while head < size:
            node = flat[head]
            head += 1
            for edge in range(starts[node], starts[node + 1]):
                source = sources[edge]
                if seen[source] != index and np.random.random() < probabilities[edge]:
                    seen[source] = index
                    flat[size] = source
                    size += 1
        offsets[index + 1] = size
    return flat[:size].copy(), offsets


@njit(cache=True)
def _cover(n: int, flat: Ints, offsets: Ints, k: int) -> tuple[Ints, Floats]:
    """Greedy maximum coverage: the k nodes, and how many sets each adds; ties go to the lower node."""
    counts = np.zeros(n, dtype=np.int64)
    for node in flat:
        counts[node] += 1
    starts = np.zeros(n + 1, dtype=np.int64)
    starts[1:] = np.cumsum(counts)
    holding = np.empty(flat.size, dtype=np.int64)
    cursor = starts[:-1].copy()
    for index in range(offsets.size - 1):
        for position in range(offsets[index], offsets[index + 1]):
            node = flat[position]
            holding[cursor[node]] = index
            cursor[node] += 1
    covered = np.zeros(offsets.size - 1, dtype=np.bool_)
    seeds = np.empty(k, dtype=np.int64)
    gains = np.empty(k, dtype=np.float64)
    for place in range(k):
        best = np.argmax(counts)
        seeds[place], gains[place] = best, max(counts[best], 0)
        for position in range(starts[best], starts[best + 1]):
            index = holding[position]
            if not covered[index]:
                covered[index] = True
                for member in range(offsets[index], offsets[index + 1]):
                    counts[flat[member]] -= 1
        counts[best] = -1
    return seeds, gains


@njit(cache=True)
def _first_covers(n: int, flat: Ints, offsets: Ints, seeds: Ints) -> Floats:
    """How many sets each seed covers that no seed before it does."""
    place = np.full(n, seeds.size, dtype=np.int64)
    for index in range(seeds.size):
        place[seeds[index]] = index
    gains = np.zeros(seeds.size, dtype=np.float64)
    for index in range(offsets.size - 1):
        first = seeds.size
        for position in range(offsets[index], offsets[index + 1]):
            first = min(first, place[flat[position]])
        if first < seeds.size:
            gains[first] += 1.0
    return gains
