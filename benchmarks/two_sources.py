"""Run a comparison on Last.fm and the Complete Journey, each with a cut-off, and record it."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.own_server import own_server
from benchmarks.report import Row, write
from cli.console import progress_bars
from graph.connection import Graph, connect
from graph.importing.adapters import Prepared
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.adapters.lastfm import lastfm
from graph.importing.job import import_prepared
from network.tags.text_encoder import TextEncoder

Compare = Callable[[Graph, str, str, date, TextEncoder], list[Row]]
"""The rows of a data set: its name to show, its id, and the cut-off."""


def on_two_sources(record: str, description: str | None, compare: Compare) -> None:
    """Parse the arguments, import, compare and write."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="Last.fm alone; nothing is written")
    parser.add_argument("--names", type=Path, help="folder with tags.dat and artists.dat of Last.fm")
    given = parser.parse_args()
    rows: list[Row] = []
    with own_server() as settings, connect(settings) as graph, progress_bars() as progress:
        encoder = TextEncoder.of(settings)
        sources: list[tuple[str, Prepared, date]] = [
            ("Last.fm 2k", lastfm(settings.cache, names=given.names), date(2009, 7, 1))
        ]
        if not given.quick:
            sources.append(("Complete Journey", complete_journey(settings.cache), date(2017, 8, 1)))
        for name, prepared, cutoff in sources:
            import_prepared(graph, settings, prepared, progress, "stream")
            rows += compare(graph, name, prepared.mapping.dataset, cutoff, encoder)
    write(record, rows, quick=given.quick)
