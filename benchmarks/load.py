"""Ten minutes of reads during imports, compared with the same reads on an idle server.

Ten readers send one request after another, as the page and its users do, with a mean pause of a tenth
of a second. Half of the requests are new, so they are not cached. Imports are sent through the API,
each when the previous one is complete. Memory is that of the API's process.
"""

import argparse
import asyncio
import random
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from benchmarks import generated
from benchmarks.api import fill, process, send_request
from benchmarks.own_server import own_server
from benchmarks.queries import uncached_query
from benchmarks.report import Row, write
from graph.importing.adapters.complete_journey import DATASET
from graph.settings import Settings

_PORT = 8195
_ADDRESS = f"http://127.0.0.1:{_PORT}"
_READERS, _PAUSE = 10, 0.1
_OF_A_CAMPAIGN = ("key-users", "neighbour-groups", "network", "influence", "forecast", "likely-users")
_PATHS = ["campaigns", "campaigns/18", "tags", *(f"campaigns/18/{what}" for what in _OF_A_CAMPAIGN)]


@dataclass
class Reads:
    """The readers' results: seconds of each response, seconds of uncached responses by path, and counts by
    status.
    """

    seconds: list[float] = field(default_factory=list)
    uncached: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)


def in_ms(seconds: list[float], share: float) -> float:
    """A quantile in milliseconds."""
    return 1000 * float(np.quantile(seconds, share))


async def read(
    seconds: float, memory: list[int] | None = None, server: psutil.Process | None = None
) -> Reads:
    """Read for some `seconds`; append the server's memory to `memory` every second."""
    reads, ends = Reads(), time.monotonic() + seconds
    rng = random.Random(5)

    async def reader() -> None:
        streams = await asyncio.open_connection("127.0.0.1", _PORT)
        while time.monotonic() < ends:
            path, uncached = rng.choice(_PATHS), rng.random() < 0.5
            target = f"/v1/{path}?{uncached_query(DATASET) if uncached else f'dataset={DATASET}'}"
            began = time.perf_counter()
            reads.statuses[await send_request(streams, target, "Host: 127.0.0.1")] += 1
            reads.seconds.append(time.perf_counter() - began)
            if uncached:
                reads.uncached[path].append(reads.seconds[-1])
            await asyncio.sleep(rng.expovariate(1 / _PAUSE))
        streams[1].close()

    async def watch() -> None:
        while server and memory is not None and time.monotonic() < ends:
            memory.append(server.memory_info().rss)
            await asyncio.sleep(1)

    await asyncio.gather(watch(), *(reader() for _ in range(_READERS)))
    return reads


@dataclass
class Imports:
    """Sends imports until stopped; `ended` counts their states."""

    folder: Path
    stopped: threading.Event = field(default_factory=threading.Event)
    ended: Counter[str] = field(default_factory=Counter)
    rows: int = 0

    def run(self) -> None:
        """Send the imports one after another."""
        mapping = generated.write(self.folder, users=10_000, behaviours=200_000)
        with httpx.Client(base_url=_ADDRESS, timeout=120) as client:
            while not self.stopped.is_set():
                dataset = f"load-{self.ended.total() + 1}"
                state = self._import(
                    client, mapping.model_copy(update={"dataset": dataset}).model_dump_json()
                )
                self.ended[state] += 1

    def _import(self, client: httpx.Client, mapping: str) -> str:
        files = [("files", (file.name, file.read_bytes())) for file in sorted(self.folder.iterdir())]
        response = client.post("/v1/imports", data={"mapping": mapping}, files=files)
        if response.status_code != 202:
            return f"rejected: {response.text}"
        while True:
            job: dict[str, Any] = client.get(response.headers["location"]).json()
            if job["state"] not in ("waiting", "running"):
                return str(job["state"])
            time.sleep(1)


def measure(settings: Settings, seconds: float) -> list[Row]:
    """Measure the idle server for a fifth of the time, then all of it during imports."""
    environment = {**settings.environment(), "GROUNDSWELL_RATE_PER_MINUTE": "0"}
    command = ["-m", "cli.main", "serve", "--no-keys", "--port", str(_PORT)]
    memory: list[int] = []
    with process(command, _ADDRESS, environment) as running, tempfile.TemporaryDirectory() as folder:
        asyncio.run(read(seconds / 10))  # Warms up.
        idle = asyncio.run(read(seconds / 5))
        imports = Imports(Path(folder))
        sending = threading.Thread(target=imports.run)
        sending.start()
        busy = asyncio.run(read(seconds, memory, psutil.Process(running.pid)))
        imports.stopped.set()
        sending.join()
    part = len(memory) // 5
    early, late = (float(np.mean(sizes)) / 2**20 for sizes in (memory[part : 2 * part], memory[-part:]))
    total = busy.statuses.total()
    rates = f"{total / seconds:.0f} a second; idle {idle.statuses.total() / (seconds / 5):.0f}"
    medians = f"medians {in_ms(busy.seconds, 0.5):.1f} and {in_ms(idle.seconds, 0.5):.1f} ms"
    return [
        Row("reads with status 200 during imports", busy.statuses[200], total, "reads", "higher", 1.0,
            note=rates),
        Row("p99 of reads during imports, ms", in_ms(busy.seconds, 0.99), in_ms(idle.seconds, 0.99), "idle",
            "lower", 3.0, note=medians),
        Row("completed imports", imports.ended["complete"], imports.ended.total(), "imports", "higher", 1.0,
            note="200,000 behaviours each"),
        Row("memory of the API, last fifth, MiB", late, early, "second fifth", "lower", 1.1),
        *(Row(f"/v1/{path}: p99 of uncached reads, ms", in_ms(busy.uncached[path], 0.99),
              in_ms(idle.uncached[path], 0.99), "idle", "lower") for path in _PATHS),
    ]  # fmt: skip


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with own_server() as settings:
        fill(settings, 200 if quick else None)
        rows = measure(settings, 60 if quick else 600)
    write("load", rows, quick=quick)


if __name__ == "__main__":
    main()
