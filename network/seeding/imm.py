"""IMM: seeds by coverage of reverse-reachable sets.

Tang, Shi, Xiao, "Influence Maximization in Near-Linear Time: A Martingale Approach" (SIGMOD 2015),
algorithms 1 to 3, with the fresh sample for the second phase that Chen (2018, "An Issue in the
Martingale Analysis of the Influence Maximization Algorithm IMM") shows to be needed.

Under terms other than k alone the guarantee is weaker: greedy coverage within quotas is at least half of
the best (Fisher, Nemhauser, Wolsey 1978), and with costs the better of gain per cost and the single best
node is taken (Khuller, Moss, Naor 1999).
"""

from dataclasses import dataclass
from math import ceil, e, lgamma, log, log2, sqrt

import numpy as np
from numba import njit

from network.seeding.weighted_network import Floats, Ints, Network, SeedConstraints

# Sets to measure the seeds on, for each set they were chosen by.
_MEASURED_ON = 4


@dataclass(frozen=True)
class SeedSelection:
    """Seeds in the order chosen; `marginal[i]` is what seed i adds to those before it, in expectation,
    and lies with 95% within `low[i]` and `high[i]` (Wilson's interval).
    """

    seeds: Ints
    marginal: Floats
    low: Floats
    high: Floats

    @property
    def spread(self) -> float:
        """The expected number of users reached under independent cascade, seeds included."""
        return float(self.marginal.sum())


def select_by_imm(network: Network, terms: SeedConstraints, epsilon: float = 0.2, seed: int = 0) -> Ints:
    """Nodes whose joint expected spread is, for k alone and with probability 1 - 1/n, at least
    (1 - 1/e - epsilon) of the best possible. Raises ValueError for terms that do not fit.
    """
    n = network.nodes
    terms.check(n)
    arrays = terms.arrays(n)
    bound = _lower_bound(network, terms.k, epsilon, seed)
    sets = max(1, ceil(_lambda_star(n, terms.k, epsilon) / bound))
    flat, offsets = _sample(n, network.starts, network.sources, network.probabilities, sets, seed + 1)
    seeds, gains = _greedy_max_coverage(n, flat, offsets, terms.k, *arrays, terms.budget)
    if terms.costs is not None:
        # Many cheap nodes may add up to less than one that costs the whole budget.
        affordable = arrays[0] & (terms.costs <= terms.budget)
        once = np.ones(n), arrays[2], arrays[3]
        single, best = _greedy_max_coverage(n, flat, offsets, 1, affordable, *once, np.inf)
        if len(single) and best.sum() > gains.sum():
            return single
    return seeds


def measure(network: Network, seeds: Ints, epsilon: float = 0.2, seed: int = 0) -> SeedSelection:
    """What each of `seeds` adds, on sets of their own: on those they were chosen by, they look too good."""
    n, k = network.nodes, max(len(seeds), 1)
    bound = _lower_bound(network, min(k, n), epsilon, seed)
    sets = _MEASURED_ON * max(1, ceil(_lambda_star(n, min(k, n), epsilon) / bound))
    drawn = (n, network.starts, network.sources, network.probabilities, seeds, sets, seed + 2)
    share = (_gains(*drawn) if len(seeds) else np.empty(0)) / sets
    centre = (share + 1.92 / sets) / (1 + 3.84 / sets)
    half = 1.96 / (1 + 3.84 / sets) * np.sqrt(share * (1 - share) / sets + 0.96 / sets**2)
    return SeedSelection(seeds, share * n, np.maximum(centre - half, 0) * n, (centre + half) * n)


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
        _, covered = _greedy_max_coverage(n, flat, offsets, k, *SeedConstraints(k).arrays(n), np.inf)
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


@njit(cache=True, nogil=True)
def _reach(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    flat, begin, index, until, seen, starts, sources, probabilities
):
    """Draw a reverse-reachable set into `flat` from `begin` on, only as far as the node `until` where it
    comes to it; returns where it ends.
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
    """`count` reverse-reachable sets: their members one after another, and where each begins."""
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
    """Greedy maximum coverage within the terms: the nodes, and how many sets each adds; the most sets
    per cost first, ties go to the lower node.
    """
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
    taken = np.zeros(n, dtype=np.bool_)
    left = room.copy()
    seeds = np.empty(k, dtype=np.int64)
    gains = np.empty(k, dtype=np.float64)
    found = 0
    while found < k:
        best, most = -1, -1.0
        for node in range(n):
            worth = counts[node] / costs[node]
            if worth > most and allowed[node] and not taken[node] and costs[node] <= budget:
                free = True
                for quota in range(parts.shape[0]):
                    free = free and left[quota, parts[quota, node]] > 0
                if free:
                    best, most = node, worth
        if best < 0:
            break
        seeds[found], gains[found] = best, counts[best]
        found += 1
        taken[best] = True
        budget -= costs[best]
        for quota in range(parts.shape[0]):
            left[quota, parts[quota, best]] -= 1
        for position in range(starts[best], starts[best + 1]):
            index = holding[position]
            if not covered[index]:
                covered[index] = True
                for member in range(offsets[index], offsets[index + 1]):
                    counts[flat[member]] -= 1
    return seeds[:found], gains[:found]


@njit(cache=True, nogil=True)
def _gains(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    n, starts, sources, probabilities, seeds, count, seed
):
    """Of `count` fresh sets, how many each seed covers that no seed before it does."""
    np.random.seed(seed)
    place = np.full(n, seeds.size, dtype=np.int64)
    for index in range(seeds.size):
        place[seeds[index]] = index
    flat, seen = np.empty(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    gains = np.zeros(seeds.size, dtype=np.float64)
    for index in range(count):
        # None is before the first seed: a set that has come to it needs to go no further.
        size = _reach(flat, 0, index, seeds[0], seen, starts, sources, probabilities)
        first = seeds.size
        for position in range(size):
            first = min(first, place[flat[position]])
        if first < seeds.size:
            gains[first] += 1.0
    return gains
