"""Reads of the API, compared with a bare FastAPI route that returns the same bytes, over 50 connections.

The API and the bare route are measured in turns of a few seconds on one machine, each in a process of its
own, so that other load affects both. Uncached: every request is new; the alternative is then a bare route
that sends the same statements through Neo4j's asyncio driver.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import numpy as np

from benchmarks.own_server import own_server
from benchmarks.queries import uncached_query
from benchmarks.report import Row, ratio_interval, write
from forecasting.forecasts import forecast_campaign
from forecasting.klstm.trainer import Configuration
from forecasting.training import train
from graph.api_keys import make_key
from graph.connection import connect
from graph.importing.adapters.complete_journey import DATASET, complete_journey
from graph.importing.job import import_prepared
from graph.progress import Silent
from graph.settings import Settings
from network.build import build_network
from network.participation_history import Floats

_CUTOFF = date(2017, 11, 27)
_CONNECTIONS = 50
_CAMPAIGN = "18"
_READS = ("forecast", "key-users", "neighbour-groups")
_BARE = """
import sys
from fastapi import FastAPI, Response
import uvicorn
body, port = open(sys.argv[1], "rb").read(), int(sys.argv[2])
app = FastAPI()

@app.get("/{path:path}")
async def bare(path: str) -> Response:
    return Response(body, media_type="application/json")

uvicorn.run(app, port=port, log_level="warning")
"""


def fill(settings: Settings, households: int | None) -> str:
    """Import the Complete Journey, build its network, model and forecast; return a key that may read."""
    with connect(settings) as graph:
        import_prepared(graph, settings, complete_journey(settings.cache, DATASET, households), Silent())
    with connect(settings) as graph:
        build_network(graph, DATASET, Silent(), cutoff=_CUTOFF)
        quick = Configuration(epochs=2, members=1)
        train(graph, settings, DATASET, Silent(), cutoff=_CUTOFF, configuration=quick)
        forecast_campaign(graph, settings, DATASET, _CAMPAIGN, 7, Silent())
        return make_key(graph, "reader", ["read"])[1]


@contextmanager
def process(
    command: list[str], address: str, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own, once it answers."""
    running = subprocess.Popen([sys.executable, *command], env=environment)
    try:
        for _ in range(600):
            try:
                urlopen(f"{address}/health", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield running
    finally:
        running.terminate()
        running.wait()


async def load(
    address: str, path: str, key: str, seconds: float, *, distinct: bool, connections: int
) -> list[float]:
    """Seconds of each request; every connection sends its next request after a response."""
    parts, durations = urlsplit(address), list[float]()
    headers = f"Host: {parts.netloc}\r\nAuthorization: Bearer {key}"
    ends = time.perf_counter() + seconds

    async def connection() -> None:
        streams = await asyncio.open_connection(parts.hostname, parts.port)
        while time.perf_counter() < ends:
            target = f"{path}?{uncached_query(DATASET) if distinct else f'dataset={DATASET}'}"
            began = time.perf_counter()
            if (status := await send_request(streams, target, headers)) != 200:
                raise RuntimeError(f"{status} from {target}")
            durations.append(time.perf_counter() - began)
        streams[1].close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    return durations


async def send_request(
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], path: str, headers: str
) -> int:
    """Status of a response, read to its end, by a client that costs little itself."""
    reader, writer = streams
    writer.write(f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def throughput(
    addresses: tuple[str, str], path: str, key: str, turns: tuple[int, float], *, distinct: bool
) -> Floats:
    """Requests a second at each of two addresses, shape (n_turns, 2); `turns` is their number and seconds."""
    number, seconds = turns
    counts = [
        [
            len(asyncio.run(load(address, path, key, seconds, distinct=distinct, connections=_CONNECTIONS)))
            for address in addresses
        ]
        for _ in range(number)
    ]
    return np.array(counts) / seconds


def throughput_row(what: str, rates: Floats, alternative: str, target: float | None, note: str) -> Row:
    """Compare the columns of `throughput`."""
    means = float(rates[:, 0].mean()), float(rates[:, 1].mean())
    return Row(what, *means, alternative, "higher", target, *ratio_interval(*rates.T), note)


def measure(settings: Settings, key: str, *, quick: bool) -> list[Row]:
    """Two rows of throughput and three of time for each read."""
    ours, bare, asyncio_route = (f"http://127.0.0.1:{port}" for port in (8190, 8191, 8192))
    environment = {**settings.environment(), "GROUNDSWELL_RATE_PER_MINUTE": "0"}
    number, seconds = turns = (2, 1.0) if quick else (10, 3.0)
    rows = []
    with ExitStack() as stack:
        stack.enter_context(process(["-m", "cli.main", "serve", "--port", "8190"], ours, environment))
        command = ["-m", "benchmarks.asyncio_peer", DATASET, _CAMPAIGN, "8192"]
        stack.enter_context(process(command, asyncio_route, environment))
        body = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "body"
        for read in _READS:
            path = f"/v1/campaigns/{_CAMPAIGN}/{read}"
            with urlopen(
                Request(f"{ours}{path}?dataset={DATASET}", headers={"Authorization": f"Bearer {key}"})
            ) as response:
                body.write_bytes(response.read())
            what, size = f"{read}: requests a second, {_CONNECTIONS} connections", body.stat().st_size
            with process(["-c", _BARE, str(body), "8191"], bare, environment):
                rates = throughput((ours, bare), path, key, turns, distinct=False)
            rows.append(throughput_row(what, rates, "bare route", 0.6, f"{size:,} bytes"))
            what += ", never asked before"
            rates = throughput((ours, asyncio_route), path, key, turns, distinct=True)
            rows.append(throughput_row(what, rates, "asyncio driver", 0.8, "the same statements"))
            for connections in (1, 4, _CONNECTIONS):
                durations = asyncio.run(
                    load(ours, path, key, number * seconds, distinct=True, connections=connections)
                )
                rows.append(
                    Row(f"{read}: p99 in ms, never asked before, {connections} connections",
                        1000 * float(np.quantile(durations, 0.99)), 50.0, "limit", "lower", 1.0,
                        note=f"{len(durations):,} requests, median {1000 * np.median(durations):.1f} ms")
                )  # fmt: skip
    return rows


def main() -> None:
    """Run it and record it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with own_server() as settings:
        key = fill(settings, 200 if quick else None)
        rows = measure(settings, key, quick=quick)
    write("api", rows, quick=quick)


if __name__ == "__main__":
    main()
