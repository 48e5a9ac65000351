"""Seed selection: IMM, CELF, GDS's CELF and centralities, degree discount, and pynetim's TIM+ and IMM.

The networks are the Last.fm friendships (in the wheel of ``graphdatascience``) and, if a folder is
given, the ties of cascades, with weighted cascade and estimated probabilities; k = 20 and 50. The
spread of every seed set is estimated by the same independent-cascade simulations. Then IMM runs on
networks of growing size.
"""

import argparse
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from math import log
from pathlib import Path

import numpy as np

from benchmarks import seed_networks
from benchmarks.own_server import own_server
from benchmarks.report import Row, write
from graph.connection import Graph, connect
from graph.settings import Settings
from network.seeding.celf import select_by_celf
from network.seeding.centralities import CENTRALITIES, centrality_scores, gds_celf
from network.seeding.diffusion import simulate
from network.seeding.imm import select_by_imm
from network.seeding.selection import top_k
from network.seeding.weighted_network import Floats, Ints, Network, SeedConstraints

_CELF = "CELF"


def degree_discount(network: Network, k: int) -> Ints:
    """Degree discount (Chen, Wang and Yang, KDD 2009) for weighted edges."""
    starts, targets, probabilities = network.outgoing
    inactive = np.ones(network.nodes)  # Probability that the seeds so far do not activate a node.
    seeds: list[int] = []
    for _ in range(k):
        neighbours = np.bincount(
            network.sources, network.probabilities * inactive[network.targets], network.nodes
        )
        gain = inactive * (1 + neighbours)
        gain[seeds] = -1
        best = int(np.argmax(gain))
        seeds.append(best)
        edges = slice(starts[best], starts[best + 1])
        inactive[targets[edges]] *= 1 - probabilities[edges]
        inactive[best] = 0
    return np.array(seeds)


def with_pynetim(network: Network, k: int) -> dict[str, tuple[float, Ints]]:
    """{method: (seconds, seeds)}; empty if pynetim cannot be built."""
    uv = Path(sys.executable).with_name("uv")
    script = Path(__file__).with_name("pynetim_peer.py")
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(file, sources=network.sources, targets=network.targets, probabilities=network.probabilities)
        file.flush()
        command = [uv, "run", "--no-project", "--isolated", "--python", sys.executable]
        command += ["--with", "pynetim==0.5.5", "python", str(script), file.name, str(k)]
        process = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if process.returncode:
        print(f"pynetim could not be run: {process.stderr.strip().splitlines()[-1]}", flush=True)  # noqa: T201
        return {}
    result = json.loads(process.stdout.strip().splitlines()[-1])
    return {name: (seconds, np.array(seeds)) for name, (seconds, seeds) in result.items()}


def interval(values: Floats, references: Floats) -> tuple[float, float]:
    """95% bootstrap interval of the ratio of mean spreads."""
    rng = np.random.default_rng(5)
    ratios = [
        rng.choice(values, len(values)).mean() / rng.choice(references, len(references)).mean()
        for _ in range(1000)
    ]
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def timed(work: Callable[[], Ints]) -> tuple[float, Ints]:
    """(seconds, result)."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def compare(graph: Graph, what: str, network: Network, k: int, *, quick: bool) -> list[Row]:
    """Spread and time of every method on one network."""
    runs = 1_000 if quick else 20_000
    imm_seconds, imm_seeds = timed(lambda: select_by_imm(network, SeedConstraints(k)))
    alternatives = {
        name: timed(lambda name=name: top_k(centrality_scores(graph, network, name), SeedConstraints(k)))  # type: ignore[misc]
        for name in CENTRALITIES
    }
    alternatives["degree discount"] = timed(lambda: degree_discount(network, k))
    alternatives["GDS CELF"] = timed(lambda: top_k(gds_celf(graph, network, k), SeedConstraints(k)))
    alternatives[_CELF] = timed(lambda: select_by_celf(network, SeedConstraints(k), 100 if quick else 1_000))
    alternatives |= with_pynetim(network, k)
    imm_spreads = simulate(network, imm_seeds, runs, seed=99)
    rows = []
    all_spreads = {name: simulate(network, seeds, runs, seed=99) for name, (_, seeds) in alternatives.items()}
    best = max(all_spreads.values(), key=np.mean)
    what = f"{what}, k = {k}"
    low, high = interval(imm_spreads, best)
    rows.append(Row(f"{what}: spread", float(imm_spreads.mean()), float(best.mean()), "best alternative",
                    "higher", 0.99, low, high))  # fmt: skip
    for name, spreads in all_spreads.items():
        low, high = interval(imm_spreads, spreads)
        note = f"{alternatives[name][0]:.2f} s, IMM {imm_seconds:.2f} s"
        means = float(imm_spreads.mean()), float(spreads.mean())
        rows.append(Row(f"{what}: spread", *means, name, "higher", None, low, high, note))
    rows.append(Row(f"{what}: seconds", imm_seconds, alternatives[_CELF][0], _CELF, "lower", 0.01))
    return rows


def grow(edges: int) -> tuple[float, float]:
    """(seconds, peak GiB) of selecting 50 seeds on a generated network, in a separate process."""
    network = seed_networks.generated(edges, seed=3)
    select_by_imm(seed_networks.generated(1_000, seed=1), SeedConstraints(2))  # Compiles.
    seconds, _ = timed(lambda: select_by_imm(network, SeedConstraints(50)))
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def growth(largest: int) -> list[Row]:
    """Compare each size with the previous one, scaled by n log n."""
    rows, before = [], (0, 0.0)
    size = 10_000
    while size <= largest:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, memory = pool.apply(grow, (size,))
        if before[0]:
            allowed = before[1] * size * log(size) / (before[0] * log(before[0]))
            note = f"{memory:.2f} GiB"
            what = f"IMM, 50 seeds, {size:,} edges: seconds"
            reference = "n log n from a tenth of the edges"
            rows.append(Row(what, seconds, allowed, reference, "lower", 1.0, note=note))
        before = (size, seconds)
        size *= 10
    return rows


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer simulations; nothing is written")
    parser.add_argument("--cascades", type=Path, help="folder with users.csv, ties.csv, participations.csv")
    arguments = parser.parse_args()
    networks = {"Last.fm, weighted cascade": seed_networks.lastfm()}
    if arguments.cascades:
        ties = seed_networks.ties_of(Settings().cache, arguments.cascades)
        networks |= {f"{arguments.cascades.name}, {what}": network for what, network in ties.items()}
    rows: list[Row] = []
    with own_server() as settings, connect(settings) as graph:
        for what, network in networks.items():
            # Compiles the code and warms the server up, which the times below exclude.
            select_by_imm(network, SeedConstraints(2))
            centrality_scores(graph, network, "pagerank")
            for k in (20,) if arguments.quick else (20, 50):
                rows += compare(graph, what, network, k, quick=arguments.quick)
    rows += growth(100_000 if arguments.quick else 10_000_000)
    write("seeds", rows, quick=arguments.quick)


if __name__ == "__main__":
    main()
