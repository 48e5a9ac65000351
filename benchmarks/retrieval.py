"""Latency (p99) of the API's queries on a network of 1 million users and 20 million influences.

The network is generated with power-law degrees and loaded by Neo4j's bulk importer. The statements of a
build then store the summaries of key users and groups. Each query runs for random campaigns and users,
one after another over one connection, after a short warm-up.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.own_server import own_server
from benchmarks.report import Row, write
from cli.console import progress_bars
from graph.connection import Graph, connect
from graph.importing.engines.csv_files import CsvFiles, moments
from graph.schema import migrate
from graph.server.bulk import build_store, replace_store
from graph.settings import Settings
from network import queries
from network.persist import persist_summaries

_DATASET, _RUN = "generated", "network/2017-11-27"
_BEFORE = "2017-11-27T00:00:00[UTC]"
_CAMPAIGNS, _REACHED, _KEY_USERS, _GROUPS = 50, 20_000, 20, 20
_TAGS, _TAGS_EACH = 500, 3
_STARTS_MS = 1_500_000_000_000
_LIMIT_MS = 20.0
_REPETITIONS, _WARM_UP = 2_000, 200
_AT_ONCE = 2_000_000


def generate(folder: Path, users: int, edges: int, seed: int = 0) -> CsvFiles:
    """Write the importer's files."""
    rng = np.random.default_rng(seed)
    everybody = np.arange(users)
    run = pa.scalar(_RUN)
    with CsvFiles(folder, _DATASET, 1) as files:
        files.nodes("User", "users", everybody, {"id": _ids("u", users)})
        files.nodes("Tag", "tags", np.arange(_TAGS), {"id": _ids("t", _TAGS), "text": _ids("tag ", _TAGS)})
        window = {
            name: moments(pa.array([moment] * _CAMPAIGNS), "UTC")
            for name, moment in (("starts_at", _STARTS_MS), ("ends_at", _STARTS_MS + 10**9))
        }
        files.nodes("Campaign", "campaigns", np.arange(_CAMPAIGNS), {"id": _ids("c", _CAMPAIGNS), **window})
        popular = rng.permutation(users)
        for begin in range(0, edges, _AT_ONCE):
            count = min(_AT_ONCE, edges - begin)
            source = popular[(users * rng.power(0.6, count)).astype(np.int64)]
            target = rng.integers(users, size=count)
            strength = rng.beta(1, 30, count).round(4)
            columns = {
                "probability": pa.array(strength),
                "low": pa.array((strength / 2).round(4)),
                "high": pa.array((strength * 2).round(4)),
                "trials": pa.array(rng.integers(0, 40, count)),
                "run": pa.repeat(run, count),
            }
            files.links("INFLUENCES", ("users", source), ("users", target), columns, counted=False)
        tagged = np.repeat(everybody, _TAGS_EACH)
        weight = {"weight": pa.array(rng.random(len(tagged)).round(3)), "run": pa.repeat(run, len(tagged))}
        tags = rng.integers(_TAGS, size=len(tagged))
        files.links("HAS_TAG", ("users", tagged), ("tags", tags), weight, counted=False)
        _campaigns(files, users, rng)
    return files


def _campaigns(files: CsvFiles, users: int, rng: np.random.Generator) -> None:
    run = pa.scalar(_RUN)
    groups = np.arange(_CAMPAIGNS * _GROUPS)
    rank = groups % _GROUPS + 1
    size = _REACHED // _GROUPS
    files.nodes(
        "NeighbourGroup", "groups", groups,
        {"id": _ids("g", len(groups)), "name": _ids("group ", len(groups)), "rank": pa.array(rank),
         "size": pa.array(np.full(len(groups), size)), "run": pa.repeat(run, len(groups))},
    )  # fmt: skip
    files.links("OF", ("groups", groups), ("campaigns", groups // _GROUPS), {}, counted=False)
    for campaign in range(_CAMPAIGNS):
        reached = rng.choice(users, min(_REACHED, users), replace=False)
        here = np.full(len(reached), campaign)
        files.links("TARGETED_BY", ("users", reached), ("campaigns", here), {}, counted=False)
        member = np.repeat(groups[campaign * _GROUPS : (campaign + 1) * _GROUPS], size)[: len(reached)]
        own = {"run": pa.repeat(run, len(member))}
        files.links("IN_GROUP", ("users", reached[: len(member)]), ("groups", member), own, counted=False)
        active = reached[: len(reached) // 4]
        at = moments(pa.array(_STARTS_MS + rng.integers(0, 10**9, len(active))), "UTC")
        part = {"at": at, "behaviour": pa.repeat("PURCHASED", len(active))}
        files.links("PARTICIPATED_IN", ("users", active), ("campaigns", here[: len(active)]), part)
        key = rng.choice(reached, _KEY_USERS, replace=False)
        score = np.sort(rng.random(_KEY_USERS))[::-1] * 50
        properties = {
            "rank": pa.array(np.arange(1, _KEY_USERS + 1)),
            **{name: pa.array(score) for name in ("score", "low", "high", "centrality")},
            "run": pa.repeat(run, _KEY_USERS),
        }
        files.links(
            "KEY_USER_OF", ("users", key), ("campaigns", here[:_KEY_USERS]), properties, counted=False
        )


def _ids(prefix: str, count: int) -> pa.Array:
    return pa.array([f"{prefix}{number}" for number in range(count)])


def load(settings: Settings, users: int, edges: int) -> float:
    """Generate and load the network and store the summaries; return the seconds of the latter."""
    folder = settings.home / "generated"
    folder.mkdir()
    with progress_bars() as progress:
        files = generate(folder, users, edges)
        build_store(settings, files.arguments(), folder / "store", progress)
        replace_store(settings, folder / "store", progress)
    with connect(settings) as graph:
        migrate(graph)
        graph.run("server/await_indexes")
        began = time.monotonic()
        persist_summaries(graph, _DATASET, _RUN, _BEFORE, [f"c{number}" for number in range(_CAMPAIGNS)])
        return time.monotonic() - began


def time_queries(graph: Graph, users: int) -> list[Row]:
    """Run every query of the API many times."""
    rng = np.random.default_rng(3)

    def campaign() -> str:
        return f"c{rng.integers(_CAMPAIGNS)}"

    def user() -> str:
        return f"u{rng.integers(users)}"

    reads: dict[str, Callable[[], object]] = {
        "key users of a campaign": lambda: queries.key_users(graph, _DATASET, campaign(), _RUN),
        "neighbour groups of a campaign": lambda: queries.neighbour_groups(graph, _DATASET, campaign(), _RUN),
        "key users and the users they influence most": lambda: queries.key_user_network(
            graph, _DATASET, campaign(), _RUN
        ),
        "a user's neighbourhood": lambda: queries.neighbourhood(graph, _DATASET, user(), _RUN, 12),
    }  # fmt: skip
    rows = []
    for name, query in reads.items():
        milliseconds = []
        for _ in range(_WARM_UP + _REPETITIONS):
            began = time.monotonic()
            query()
            milliseconds.append((time.monotonic() - began) * 1000)
        half, most, worst = np.quantile(milliseconds[_WARM_UP:], [0.5, 0.99, 1.0])
        note = f"median {half:.1f} ms, slowest {worst:.0f} ms, {_REPETITIONS:,} requests"
        rows.append(Row(f"{name}: p99 (ms)", float(most), _LIMIT_MS, "limit", "lower", 1.0, note=note))
    return rows


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the size; nothing is written")
    quick = parser.parse_args().quick
    users, edges = (50_000, 1_000_000) if quick else (1_000_000, 20_000_000)
    with own_server() as settings:
        seconds = load(settings, users, edges)
        with connect(settings) as graph:
            rows = time_queries(graph, users)
    print(f"Summaries stored in {seconds:.1f} s")  # noqa: T201 (a benchmark's output is its table)
    write("retrieval", rows, quick=quick)


if __name__ == "__main__":
    main()
