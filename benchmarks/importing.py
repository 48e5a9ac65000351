"""Imports compared with the alternatives, on the Complete Journey and on a generated year.

The bulk engine is compared with Neo4j's importer alone on the same rows as CSV, and the stream engine
with an UNWIND ... MERGE loop (batches of 10,000, one connection), py2neo and neomodel. Starting and
stopping the server does not count. Stream rates are rates of behaviours on a server that has already
loaded some.
"""

import argparse
import multiprocessing
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import psutil
import pyarrow.parquet as pq

from benchmarks import generated
from benchmarks.import_peers import with_merge_loop, with_neo4j_admin, with_neomodel, with_py2neo
from benchmarks.report import Row, write
from graph.connection import Graph, connect
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import import_files
from graph.importing.mapping.model import Mapping
from graph.progress import Silent
from graph.server import local
from graph.server.bulk import replace_store
from graph.settings import Settings

_SAMPLE = 300_000
"""Rows for the MERGE loop, whose rate does not depend on their number."""


class Watch:
    """Seconds of each stage, and those in which the server was started."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._began = "", time.monotonic()

    def stage(self, name: str, total: int | None = None) -> Callable[[int], None]:  # noqa: ARG002
        """End the current stage and begin another."""
        self.end()
        self._stage, self._began = name, time.monotonic()
        return lambda _done: None

    def end(self) -> None:
        """End the last stage."""
        seconds = time.monotonic() - self._began
        self.seconds[self._stage] = self.seconds.get(self._stage, 0) + seconds


class Peak:
    """Peak memory of this process, sampled twenty times a second."""

    def __enter__(self) -> "Peak":
        self.bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        process = psutil.Process()
        while not self._stop.wait(0.05):
            self.bytes = max(self.bytes, process.memory_info().rss)


def bulk(settings: Settings, folder: Path, mapping: Mapping) -> float:
    """Seconds of a bulk import, from the files to the graph with constraints and participations."""
    local.reset(settings.home)
    local.up(settings.home, settings.cache)
    swapping = 0.0

    def timed(*arguments: Any) -> None:
        nonlocal swapping
        began = time.monotonic()
        replace_store(*arguments)
        swapping = time.monotonic() - began

    with mock.patch("graph.importing.engines.bulk.replace_store", timed), connect(settings) as graph:
        began = time.monotonic()
        import_files(graph, settings, folder, mapping, Silent(), engine="bulk")
        return time.monotonic() - began - swapping


def stream(settings: Settings, folder: Path, mapping: Mapping) -> tuple[dict[str, float], int]:
    """(seconds of each stage, peak bytes of this process) of a stream import."""
    watch = Watch()
    with connect(settings) as graph, Peak() as peak:
        import_files(graph, settings, folder, mapping, watch, engine="stream")
        watch.end()
    return watch.seconds, peak.bytes


def in_a_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """The result of `work` in a process of its own, whose memory is measured alone."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def clear(graph: Graph) -> None:
    """Delete what the other libraries and the MERGE loop wrote."""
    with graph.driver.session() as session:
        session.run(
            "MATCH ()-[r:BOUGHT|GOT]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 20000 ROWS"
        ).consume()


def compare_stream(
    settings: Settings, folder: Path, mapping: Mapping, file: str, what: str, *, with_libraries: bool
) -> list[Row]:
    """Compare the stream engine with a MERGE loop and, on a sample, with py2neo and neomodel."""
    local.reset(settings.home)
    local.up(settings.home, settings.cache)
    # A fresh Java machine takes four times as long, so the server first loads a sample for both.
    warm = complete_journey(settings.cache, "warm-up", 400)
    in_a_process(stream, settings, warm.folder, warm.mapping)
    path = folder / f"{file}.parquet"
    count = pq.ParquetFile(path).metadata.num_rows
    rows = pd.read_parquet(path).iloc[:_SAMPLE]
    what = f"{what}, stream, behaviours/s"
    with connect(settings) as graph:
        seconds, _ = in_a_process(stream, settings, folder, mapping)
        rate = count / seconds["Loading behaviours"]
        rates = []
        for _ in range(3):
            rates.append(with_merge_loop(settings, rows, mapping))
            clear(graph)
        note = f"{count:,} rows, in three runs {len(rows):,}"
        low, high = rate / max(rates), rate / min(rates)
        naive_rate = float(np.median(rates))
        result = [Row(what, rate, naive_rate, "naive MERGE", "higher", 2.5, low, high, note)]
        if with_libraries:
            py2neo_rate = with_py2neo(settings, rows.iloc[:20_000], mapping)
            result.append(Row(what, rate, py2neo_rate, "py2neo bulk merge", "higher", note="20,000 rows"))
            clear(graph)
            neomodel_rate = with_neomodel(settings, path, 2_000)
            result.append(Row(what, rate, neomodel_rate, "neomodel", "higher", note="2,000 rows"))
    return result


def compare_bulk(settings: Settings, folder: Path, mapping: Mapping, what: str, repeats: int) -> Row:
    """Compare the bulk engine with neo4j-admin alone, in alternating runs."""
    pairs = [
        (bulk(settings, folder, mapping), with_neo4j_admin(settings, folder, mapping, settings.home / "bare"))
        for _ in range(repeats)
    ]
    ratios = [bulk_seconds / bare_seconds for bulk_seconds, bare_seconds in pairs]
    bulk_median, bare_median = (float(np.median(side)) for side in zip(*pairs, strict=True))
    note = f"{repeats} runs"
    return Row(f"{what}, bulk, seconds", bulk_median, bare_median, "neo4j-admin import alone", "lower", 2.0,
               min(ratios), max(ratios), note)  # fmt: skip


def growth(settings: Settings, work: Path, users: int, behaviours: int) -> list[Row]:
    """Stream imports of a tenth and of the whole: time and memory."""
    results = {}
    for share in (10, 1):
        folder = work / f"generated-{share}"
        mapping = generated.write(folder, users // share, behaviours // share)
        local.reset(settings.home)
        local.up(settings.home, settings.cache)
        warm = complete_journey(settings.cache, "warm-up", 400)
        in_a_process(stream, settings, warm.folder, warm.mapping)
        seconds, peak = in_a_process(stream, settings, folder, mapping)
        results[share] = (sum(seconds.values()), peak / 2**20)
    (small, small_peak), (large, large_peak) = results[10], results[1]
    what = f"stream, {behaviours:,} behaviours against {behaviours // 10:,}"
    return [
        Row(f"{what}: seconds", large, small, "a tenth of the rows", "lower", 12.0),
        Row(f"{what}: client memory, MiB", large_peak, small_peak, "a tenth of the rows", "lower", 1.5),
    ]


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    users, behaviours = (20_000, 200_000) if quick else (1_000_000, 10_000_000)
    work = Path(tempfile.mkdtemp())
    settings = Settings(GROUNDSWELL_HOME=work / "home")
    rows: list[Row] = []
    try:
        journey = complete_journey(settings.cache, "complete-journey", 300 if quick else None)
        rows += compare_stream(
            settings, journey.folder, journey.mapping, "purchases", "Complete Journey", with_libraries=True
        )
        rows.append(
            compare_bulk(settings, journey.folder, journey.mapping, "Complete Journey", 1 if quick else 3)
        )
        rows += growth(settings, work, users, behaviours)
        mapping = generated.write(work / "generated-1", users, behaviours)
        rows.append(
            compare_bulk(settings, work / "generated-1", mapping, f"generated, {behaviours:,} behaviours", 1)
        )
        small = generated.write(work / "generated-10", users // 10, behaviours // 10)
        rows += compare_stream(
            settings,
            work / "generated-10",
            small,
            "behaviours",
            f"generated, {behaviours // 10:,}",
            with_libraries=False,
        )
    finally:
        local.reset(settings.home)
        shutil.rmtree(work, ignore_errors=True)
    write("import", rows, quick=quick)


if __name__ == "__main__":
    main()
