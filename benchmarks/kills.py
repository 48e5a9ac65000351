"""Kill an import at random points, run the same command again, and compare the graphs.

Two commands are killed, the first import of a generated shop and the import that follows a correction of its
mapping, each in two ways: `kill -9` of the client, and of the server, which `db up` starts again. Then the
command is repeated, and the graph must equal that of an import that nobody interrupted.
"""

import argparse
import math
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from multiprocessing.process import BaseProcess
from pathlib import Path

import yaml

from benchmarks import generated
from benchmarks.report import Row, write
from cli.main import main as groundswell
from graph.connection import connect
from graph.importing.runs.records import import_runs
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.server import local
from graph.settings import Settings

_DATASET = "killed"
_VICTIMS = ("client", "server")
_COMMANDS = ("first import", "corrected mapping")

# Each command runs in a process of its own, forked from one that has loaded the libraries.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["cli.main", "graph.importing.job"])


@dataclass(frozen=True)
class Shop:
    """A generated shop, its mapping, and the same mapping with another column as the amount."""

    settings: Settings
    folder: Path

    def write(self, users: int) -> None:
        """Write its files."""
        generated.write(self.folder, users, 10 * users)
        first = generated.mapping_values(_DATASET)
        self.mapping("first import").write_text(yaml.safe_dump(first))
        first["tables"]["behaviours"]["columns"]["value"] = "discount"
        self.mapping("corrected mapping").write_text(yaml.safe_dump(first))

    def mapping(self, command: str) -> Path:
        """The mapping file of a command."""
        return self.folder / f"{command.split()[0]}.yaml"

    def begin(self, command: str) -> BaseProcess:
        """Begin an import in a process of its own."""
        arguments = ["import", "run", str(self.folder), "--mapping", str(self.mapping(command))]
        arguments += ["--engine", "stream", "--home", str(self.settings.home)]
        process = _PROCESSES.Process(target=_run, args=(arguments,))
        process.start()
        return process

    def run(self, command: str) -> float:
        """Return the seconds of an import that nothing interrupts."""
        began = time.monotonic()
        process = self.begin(command)
        process.join()
        if process.exitcode != 0:
            raise RuntimeError(f"the {command} ended with {process.exitcode}")
        return time.monotonic() - began

    def content(self) -> list[dict[str, object]]:
        """The content of the data set without the import numbers."""
        with connect(self.settings) as graph:
            rows = graph.run("importing/content", dataset=_DATASET)
            return [row for row in rows if row["key"] not in ("import", "changed_by")]

    def prepare(self, command: str) -> None:
        """Bring the data set into the state in which the command is run."""
        with connect(self.settings) as graph:
            for run in import_runs(graph, _DATASET):
                if run.state != "undone":
                    undo_import(graph, _DATASET, run.number, Silent())
        if command == "corrected mapping":
            self.run("first import")

    def kill(self, command: str, victim: str, after: float) -> bool:
        """Kill the client or the server `after` seconds into an import; return whether it was running."""
        process = self.begin(command)
        process.join(after)
        if process.exitcode is not None:
            return False
        if victim == "client":
            process.kill()
            process.join()
            with connect(self.settings) as graph:
                runs = import_runs(graph, _DATASET)
            return not runs or runs[0].state != "complete"
        server = local.status(self.settings.home)
        if server is not None:
            os.kill(server.pid, signal.SIGKILL)
        # The client is trying again meanwhile; if the server is back in time, it goes on by itself.
        local.up(self.settings.home, self.settings.cache)
        process.join()
        return True


def _run(arguments: list[str]) -> None:
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    sys.argv = ["groundswell", *arguments]
    groundswell()


def kill_many(
    settings: Settings,
    folder: Path,
    users: int,
    points: int,
    seed: int,
    victims: Sequence[str] = _VICTIMS,
    minutes: float = math.inf,
) -> dict[str, tuple[int, int]]:
    """Return (kills, identical graphs) for each victim and command: `points` each, in turn, or until
    `minutes` have passed.
    """
    local.up(settings.home, settings.cache)
    shop = Shop(settings, folder)
    shop.write(users)
    reference, duration = {}, {}
    shop.prepare("first import")
    shop.run("first import")  # Untimed: a server that has just started takes longer.
    for command in _COMMANDS:
        shop.prepare(command)
        duration[command] = shop.run(command)
        reference[command] = shop.content()
    draw = random.Random(seed)
    kills = [(victim, command) for _ in range(points) for victim, command in product(victims, _COMMANDS)]
    results: dict[str, tuple[int, int]] = {}
    until = time.monotonic() + 60 * minutes
    for victim, command in kills:
        if time.monotonic() > until:
            break
        shop.prepare(command)
        while not shop.kill(command, victim, after := draw.uniform(0, duration[command])):
            shop.prepare(command)
        shop.run(command)
        same = shop.content() == reference[command]
        tried, identical = results.get(f"{victim}, {command}", (0, 0))
        results[f"{victim}, {command}"] = (tried + 1, identical + same)
        outcome = "identical" if same else "DIFFERENT"
        print(f"{victim}, {command}, killed after {after:.2f} s: {outcome}", flush=True)  # noqa: T201
    return results


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--points", type=int, default=1000, help="kills in all (default: 1,000)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after this time")
    parser.add_argument("--victims", nargs="+", choices=_VICTIMS, default=_VICTIMS)
    options = parser.parse_args()
    each = max(1, (8 if options.quick else options.points) // (len(options.victims) * len(_COMMANDS)))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(GROUNDSWELL_HOME=Path(folder) / "home")
        try:
            results = kill_many(
                settings,
                Path(folder) / "shop",
                300,
                each,
                options.seed,
                options.victims,
                options.minutes,
            )
        finally:
            local.reset(settings.home)
    rows = [
        Row(
            f"imports killed at a random point ({what}): identical final graphs",
            identical,
            tried,
            "kills",
            "higher",
            target=1.0,
        )
        for what, (tried, identical) in results.items()
    ]
    write("kills", rows, quick=options.quick)


if __name__ == "__main__":
    main()
