"""Kill an import at random points, run the same command again, and compare the graphs.

The client is killed with `kill -9` and the command repeated, and the server is killed, restarted with
`db up`, and the command repeated, each at a random time during the import. The graph must equal that of
an uninterrupted import.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Row, write
from graph.connection import Graph, connect
from graph.importing.runs.records import import_runs
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.server import local
from graph.settings import Settings

_DATASET = "killed"


def command(settings: Settings, households: int) -> list[str]:
    """The import command."""
    arguments = ["import", "complete-journey", "--dataset", _DATASET, "--households", str(households)]
    return [sys.executable, "-m", "cli.main", *arguments, "--engine", "stream", "--home", str(settings.home)]


def run_to_the_end(settings: Settings, households: int) -> float:
    """Return the seconds of an uninterrupted import."""
    began = time.monotonic()
    subprocess.run(command(settings, households), check=True, capture_output=True)
    return time.monotonic() - began


def content(settings: Settings) -> list[dict[str, object]]:
    """The content of the data set without the import numbers."""
    with connect(settings) as graph:
        rows = graph.run("importing/content", dataset=_DATASET)
        return [row for row in rows if row["key"] not in ("import", "changed_by")]


def clear(graph: Graph) -> None:
    """Remove the data set."""
    for run in import_runs(graph, _DATASET):
        if run.state != "undone":
            undo_import(graph, _DATASET, run.number, Silent())


def kill_once(settings: Settings, households: int, victim: str, after: float) -> bool:
    """Kill the client or the server `after` seconds into an import; return whether it was still running."""
    began = subprocess.Popen(
        command(settings, households), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        began.wait(after)
        return False
    except subprocess.TimeoutExpired:
        pass
    if victim == "client":
        began.kill()
        began.wait()
        with connect(settings) as graph:
            return import_runs(graph, _DATASET)[0].state != "complete"
    server = local.status(settings.home)
    if server is not None:
        os.kill(server.pid, signal.SIGKILL)
    # The client is trying again meanwhile; if the server is back in time, it goes on by itself.
    local.up(settings.home, settings.cache)
    began.wait()
    return True


def kill_many(settings: Settings, households: int, points: int, seed: int) -> dict[str, tuple[int, int]]:
    """Return (kills, identical graphs) for each victim."""
    local.up(settings.home, settings.cache)
    run_to_the_end(settings, households)
    reference = content(settings)
    with connect(settings) as graph:
        clear(graph)
    duration = run_to_the_end(settings, households)
    results: dict[str, tuple[int, int]] = {}
    draw = random.Random(seed)
    for victim in ("client", "server"):
        identical = tried = 0
        while tried < points:
            with connect(settings) as graph:
                clear(graph)
            # The first third is Python's own start; what comes after the end would prove nothing.
            after = draw.uniform(duration / 3, duration)
            if not kill_once(settings, households, victim, after):
                continue
            tried += 1
            run_to_the_end(settings, households)
            same = content(settings) == reference
            identical += same
            print(f"{victim} killed after {after:.2f} s: {'identical' if same else 'DIFFERENT'}", flush=True)  # noqa: T201
        results[victim] = (tried, identical)
    return results


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(GROUNDSWELL_HOME=Path(folder))
        try:
            results = kill_many(settings, 60, 2 if quick else 25, seed=7)
        finally:
            local.reset(settings.home)
    rows = [
        Row(
            f"imports killed at a random point ({victim}): identical final graphs",
            identical,
            tried,
            "kills",
            "higher",
            target=1.0,
        )
        for victim, (tried, identical) in results.items()
    ]
    write("kills", rows, quick=quick)


if __name__ == "__main__":
    main()
