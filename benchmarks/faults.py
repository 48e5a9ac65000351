"""The API while its database is killed, slow to reach or out of disk space.

Ten readers send requests and jobs are submitted. Every twenty seconds Neo4j is killed (-9) and
restarted; then a network between the two delays everything and sometimes stalls for ten seconds; then
the disk of Neo4j's data fills up and is freed again. Counted are responses that differ from those
before the fault, responses that are neither successful nor 503, jobs that do not complete, and the time
until the API recovers after each fault.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from benchmarks.api import fill, process
from benchmarks.fault_readers import Jobs, Readers
from benchmarks.full_disk import filled, may_mount, small_disk, write_import_files
from benchmarks.own_server import own_server
from benchmarks.report import Row, write
from benchmarks.slow_network import SlowNetwork
from graph.server import local
from graph.server.folders import Folders
from graph.settings import Settings

_PORT = 8193
_ADDRESS = f"http://127.0.0.1:{_PORT}"
_EVERY = 20.0
_STOPPED = 10.0
_LIMIT = 5.0
_RECOVERY_LIMIT = 10.0
"""Seconds in which a database may recover by itself once its disk has room; then it is restarted."""
_MAX_WAIT = 150.0
"""Seconds to wait, at most, until a full disk rejects a job."""


@dataclass
class Fault:
    """The results of one kind of fault."""

    name: str
    readers: Readers
    jobs: Jobs
    recovered: list[float] = field(default_factory=list)
    waiting: str = "longest recovery after the database's return"
    note: str = ""
    complete: int = 0

    def rows(self) -> list[Row]:
        """Return the rows of this fault."""
        reads, writes = self.readers.statuses, self.jobs.statuses
        good = reads[200] + reads[503] + writes[202] + writes[503]
        note = f"{self.note}, {reads.total():,} reads, {reads[503]:,} of them 503"
        return [
            Row(f"{self.name}: correct responses", reads[200] - self.readers.wrong, reads[200],
                "responses with 200", "higher", target=1.0, note=note),
            Row(f"{self.name}: responses that succeed or are 503", good, reads.total() + writes.total(),
                "responses", "higher", target=1.0, note=f"{writes.total()} of them to job requests"),
            Row(f"{self.name}: jobs that complete", self.complete, len(self.jobs.submitted), "jobs",
                "higher", target=1.0),
            Row(f"{self.name}: {self.waiting}, seconds", max(self.recovered), _LIMIT,
                "limit", "lower", target=1.0),
        ]  # fmt: skip


@contextmanager
def under_load(name: str, settings: Settings) -> Iterator[Fault]:
    """An API on the database in `settings` with ten readers, until all jobs have ended."""
    command = ["-m", "cli.main", "serve", "--no-keys", "--port", str(_PORT)]
    with process(command, _ADDRESS, settings.environment()):
        fault = Fault(name, Readers.before_faults(_ADDRESS), Jobs(_ADDRESS))
        with fault.readers.running():
            yield fault
            fault.complete = fault.jobs.complete()


def repeat_fault(fault: Fault, disturb: Callable[[], None], seconds: float) -> None:
    """Repeat a fault every twenty seconds, each time soon after a job was submitted."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        fault.jobs.forecast()
        time.sleep(_EVERY / 4)
        disturb()
        fault.recovered.append(fault.readers.seconds_to_success())
        _report(fault)
        time.sleep(_EVERY * 3 / 4)


def kills(settings: Settings, seconds: float) -> list[Row]:
    """Kill and restart Neo4j."""

    def kill() -> None:
        server = local.status(settings.home)
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        local.up(settings.home, settings.cache)

    with under_load("killed", settings) as fault:
        repeat_fault(fault, kill, seconds)
    fault.note = f"{len(fault.recovered)} kills"
    return fault.rows()


def slow_network(settings: Settings, seconds: float) -> list[Row]:
    """Delay all traffic between the API and Neo4j, and sometimes stall it."""
    server = local.status(settings.home)
    assert server is not None
    with SlowNetwork(urlsplit(server.bolt).port or 0) as network:
        uri, password = f"bolt://127.0.0.1:{network.port}", SecretStr(server.password)
        through = settings.model_copy(update={"neo4j_uri": uri, "neo4j_password": password})
        with under_load("slow network", through) as fault:
            repeat_fault(fault, lambda: network.stop(_STOPPED), seconds)
    fault.waiting = "longest recovery after the network's return"
    fault.note = f"50 ms each way, {len(fault.recovered)} outages of {_STOPPED:.0f} s"
    return fault.rows()


def full_disk(settings: Settings, seconds: float) -> list[Row]:
    """Fill the disk of Neo4j's data during an import and forecasts, then free it."""
    data = Folders(settings.home.resolve()).data
    local.down(settings.home)
    with tempfile.TemporaryDirectory() as folder, small_disk(data):
        mapping = write_import_files(Path(folder))
        try:
            local.up(settings.home, settings.cache)
            with under_load("disk full", settings) as fault:
                # The worker takes seconds to begin, and then finds the disk full.
                fault.jobs.import_files(Path(folder), mapping)
                with filled(data):
                    submit_until_rejected(fault, seconds)
                accepted, sent = fault.jobs.statuses[202], fault.jobs.statuses.total()
                wait_until_accepted(fault, settings)
        finally:
            local.down(settings.home)
    fault.note = f"{accepted} of {sent} jobs accepted while the disk was full"
    return fault.rows()


def submit_until_rejected(fault: Fault, seconds: float) -> None:
    """Submit jobs until one is rejected: Neo4j first uses the space it reserved."""
    began, accepted = time.monotonic(), True
    while time.monotonic() < began + seconds or (accepted and time.monotonic() < began + _MAX_WAIT):
        accepted = fault.jobs.forecast()
        time.sleep(_EVERY / 4)


def wait_until_accepted(fault: Fault, settings: Settings) -> None:
    """Wait until the API accepts a job; restart a database that does not recover by itself."""
    began, fault.waiting = time.monotonic(), "longest wait for an accepted job after the disk is freed"
    if not fault.jobs.forecast_within(_RECOVERY_LIMIT):
        local.down(settings.home)
        local.up(settings.home, settings.cache)
        began, fault.waiting = (
            time.monotonic(),
            "longest wait for an accepted job after the database's restart",
        )
        fault.jobs.forecast_within(60)
    fault.recovered.append(time.monotonic() - began)
    _report(fault)


def _report(fault: Fault) -> None:
    after, reads = fault.recovered[-1], dict(fault.readers.statuses)
    print(f"{fault.name}: back after {after:.2f} s; {reads}, jobs {dict(fault.jobs.statuses)}", flush=True)  # noqa: T201


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    # Ended from outside, it still takes away what it has started and mounted.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with own_server() as settings:
        fill(settings, 200)
        rows = kills(settings, 20 if quick else 300)
        rows += slow_network(settings, 20 if quick else 180)
        if may_mount():
            rows += full_disk(settings, 20 if quick else 60)
        else:
            print("The rows of a full disk are left out: mounting one takes root.", flush=True)  # noqa: T201
    write("faults", rows, quick=quick)


if __name__ == "__main__":
    main()
