"""The influence test on three data sets: do users take part more often after connected users?

The data sets are the Complete Journey (similar users), Last.fm (friends) and, if a folder of cascades
is given, its ties. Each is imported, its network is built, and influence is tested as in every build.
The references are controls without influence, so the ratio is the risk ratio. Builds have a
limit of one minute.
"""

import argparse
import time
from datetime import date
from pathlib import Path

from benchmarks.own_server import own_server
from benchmarks.report import Row, write
from cli.console import progress_bars
from cli.demo import CUTOFF
from graph.connection import connect
from graph.importing.adapters import Prepared
from graph.importing.adapters.cascades import cascades
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.adapters.lastfm import lastfm
from graph.importing.job import import_prepared
from network.build import build_network
from network.statistics import InfluenceTest, RiskRatio

_LIMIT = 60.0


def influence_rows(name: str, test: InfluenceTest) -> list[Row]:
    """One row for each control; the first also shows the verdict."""
    controls: list[tuple[str, RiskRatio | None, str]] = [
        ("matched users", test.matched, f"verdict: {test.verdict}"),
        ("shuffled times", test.shuffled, ""),
        ("random network", test.random, ""),
        ("matched users, after a key user", test.key_users, ""),
    ]
    what = f"{name}: participation of a connected user within {test.window_days} days, {test.trials:,} trials"
    return [
        Row(what, ratio.ratio, 1.0, control, "higher", low=ratio.low, high=ratio.high, note=note)
        for control, ratio, note in controls
        if ratio
    ]


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a sample of the Complete Journey alone")
    parser.add_argument("--cascades", type=Path, help="folder with users.csv, ties.csv, participations.csv")
    arguments = parser.parse_args()
    rows: list[Row] = []
    with own_server() as settings:
        journey = complete_journey(settings.cache, households=300 if arguments.quick else None)
        sources: list[tuple[str, Prepared, date | None]] = [("Complete Journey", journey, CUTOFF)]
        if not arguments.quick:
            sources.append(("Last.fm 2k", lastfm(settings.cache), None))
        if arguments.cascades:
            sources.append(
                (f"cascades {arguments.cascades.name}", cascades(settings.cache, arguments.cascades), None)
            )
        for name, prepared, cutoff in sources:
            with progress_bars() as progress, connect(settings) as graph:
                import_prepared(graph, settings, prepared, progress, "stream")
                began = time.monotonic()
                run = build_network(graph, prepared.mapping.dataset, progress, cutoff=cutoff)
                seconds = time.monotonic() - began
            rows += influence_rows(name, run.influence_test)
            rows.append(Row(f"{name}: network build, seconds", seconds, _LIMIT, "limit", "lower", 1.0))
    write("influence-test", rows, quick=arguments.quick)


if __name__ == "__main__":
    main()
