"""The saved questions on the whole Complete Journey: the first run on a fresh server, then repeats.

The limit is two seconds for a result in Neo4j Browser.
"""

import argparse
import time
from datetime import date

import numpy as np

import cypher
from benchmarks.own_server import own_server
from benchmarks.report import Row, write
from cli.console import progress_bars
from cli.demo import CAMPAIGN, CUTOFF
from forecasting.forecasts import forecast_campaign
from forecasting.training import train
from graph.connection import Graph, connect
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import import_prepared
from graph.server import local
from graph.settings import Settings
from network.build import build_network
from network.tags.text_encoder import TextEncoder

_LIMIT = 2.0
_REPEATS = 5


def prepare(settings: Settings, households: int | None, cutoff: date = CUTOFF) -> str:
    """Build the demo's data set, network, model and forecast; return its name."""
    prepared = complete_journey(settings.cache, households=households)
    dataset = prepared.mapping.dataset
    with progress_bars() as progress, connect(settings) as graph:
        import_prepared(graph, settings, prepared, progress)
        build_network(graph, dataset, progress, cutoff=cutoff, encoder=TextEncoder.of(settings))
        train(graph, settings, dataset, progress, cutoff=cutoff)
        forecast_campaign(graph, settings, dataset, CAMPAIGN, 7, progress, cutoff)
    return dataset


def run_question(graph: Graph, question: cypher.Statement, dataset: str) -> tuple[float, int]:
    """Return (seconds, rows) of one run with the default parameters."""
    began = time.monotonic()
    rows = len(graph.frame(question.name, **{**question.defaults, "dataset": dataset}))
    return time.monotonic() - began, rows


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rows = []
    with own_server() as settings:
        dataset = prepare(settings, 300 if quick else None)
        local.down(settings.home)
        local.up(settings.home, settings.cache)
        with connect(settings) as graph:
            for question in cypher.questions():
                first, count = run_question(graph, question, dataset)
                repeats = [run_question(graph, question, dataset)[0] for _ in range(_REPEATS)]
                note = f"{count} rows; first run {first:.2f} s, slowest repeat {max(repeats):.2f} s"
                seconds = float(np.median(repeats))
                rows.append(Row(f"{question.title} (s)", seconds, _LIMIT, "limit", "lower", 1.0, note=note))
    write("explore", rows, quick=quick)


if __name__ == "__main__":
    main()
