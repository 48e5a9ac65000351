"""Seed selection on the Last.fm friendships: our IMM beside CELF and centralities.

Weighted cascade (p = 1 / in-degree), k = 20; every seed set's spread is measured by the same fresh
simulations of independent cascade. The data lies in the wheel of ``graphdatascience``.
"""

import argparse
import heapq
import time
from collections.abc import Callable
from importlib import resources

import networkx as nx
import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from benchmarks.report import Row, write
from graph.network.seeds import Network, select_seeds

K = 20
Ints = NDArray[np.int64]


def load() -> Network:
    """Friendships as arcs both ways."""
    path = (
        resources.files("graphdatascience") / "resources" / "lastfm" / "user_friend_df_directed.parquet.gzip"
    )
    with path.open("rb") as file:
        pairs = pd.read_parquet(file)
    first, second = pairs.iloc[:, 0], pairs.iloc[:, 1]
    arcs = pd.DataFrame({"s": pd.concat([first, second]), "t": pd.concat([second, first])}).drop_duplicates()
    users = pd.Index(sorted(set(arcs["s"])))
    source, target = users.get_indexer(arcs["s"]), users.get_indexer(arcs["t"])
    degree = np.bincount(target, minlength=len(users))
    return Network.of_edges(
        len(users), source.astype(np.int64), target.astype(np.int64), 1.0 / degree[target]
    )


@njit(cache=True)
def simulate(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    nodes, starts, targets, probabilities, seeds, runs, seed
):
    """The spread of each of `runs` independent cascades from `seeds`."""
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


class Simulator:
    """Forward simulation over the same network that the selectors see."""

    def __init__(self, network: Network, runs: int) -> None:
        order = np.argsort(network.sources, kind="stable")
        self.nodes, self.runs = network.nodes, runs
        self.starts = np.searchsorted(network.sources[order], np.arange(network.nodes + 1))
        self.targets, self.probabilities = network.targets[order], network.probabilities[order]

    def spreads(self, seeds: Ints, runs: int | None = None, seed: int = 99) -> NDArray[np.float64]:
        """Shape (runs,)."""
        arguments = (self.starts, self.targets, self.probabilities, np.asarray(seeds, dtype=np.int64))
        return np.asarray(simulate(self.nodes, *arguments, runs or self.runs, seed))


def celf(simulator: Simulator, runs: int) -> Ints:
    """Leskovec et al. 2007: greedy by simulation with lazy re-evaluation."""
    gains = [(-simulator.spreads(np.array([n]), runs).mean(), n, 0) for n in range(simulator.nodes)]
    heapq.heapify(gains)
    chosen: list[int] = []
    spread = 0.0
    while len(chosen) < K:
        gain, node, at = heapq.heappop(gains)
        if at == len(chosen):
            chosen.append(node)
            spread -= gain
        else:
            fresh = simulator.spreads(np.array([*chosen, node]), runs).mean() - spread
            heapq.heappush(gains, (-fresh, node, len(chosen)))
    return np.array(chosen)


def centralities(network: Network) -> dict[str, Callable[[], Ints]]:
    """Selectors by networkx, on the network as it is and reversed."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.nodes))
    arcs = zip(
        network.sources.tolist(), network.targets.tolist(), network.probabilities.tolist(), strict=True
    )
    graph.add_weighted_edges_from(arcs)

    def top(scores: dict[int, float]) -> Ints:
        return np.array(sorted(scores, key=lambda node: (-scores[node], node))[:K])

    return {
        "PageRank": lambda: top(nx.pagerank(graph)),
        "reversed PageRank": lambda: top(nx.pagerank(graph.reverse())),
        "out-degree": lambda: top(dict(graph.out_degree())),
        "random": lambda: np.random.default_rng(1).permutation(network.nodes)[:K],
    }


def interval(ours: NDArray[np.float64], peer: NDArray[np.float64]) -> tuple[float, float]:
    """95% bootstrap interval of the ratio of mean spreads."""
    rng = np.random.default_rng(5)
    draws = [rng.choice(ours, len(ours)).mean() / rng.choice(peer, len(peer)).mean() for _ in range(1000)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Run all, write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer simulations; nothing is written")
    quick = parser.parse_args().quick
    network = load()
    simulator = Simulator(network, 1000 if quick else 20_000)
    select_seeds(network, 2)  # Compiles; what is timed below is the work.
    simulator.spreads(np.array([0]), 1)
    started = time.perf_counter()
    ours = select_seeds(network, K, epsilon=0.2)
    our_seconds = time.perf_counter() - started
    our_spreads = simulator.spreads(ours.seeds)
    rows = []
    peers = centralities(network)
    peers["CELF"] = lambda: celf(simulator, 100 if quick else 2000)
    for name, select in peers.items():
        started = time.perf_counter()
        seeds = select()
        seconds = time.perf_counter() - started
        spreads = simulator.spreads(seeds)
        low, high = interval(our_spreads, spreads)
        mean, peer = float(our_spreads.mean()), float(spreads.mean())
        target = 0.99 if name == "CELF" else 1.0
        rows.append(Row("spread of 20 seeds", mean, peer, name, "higher", target, low, high))
        if name == "CELF":
            rows.append(Row("seconds to select", our_seconds, seconds, name, "lower", 0.1))
    estimate = Row(
        "estimated / simulated spread", ours.spread, float(our_spreads.mean()), "simulation", "higher"
    )
    write("seeds", [*rows, estimate], quick=quick)


if __name__ == "__main__":
    main()
