"""What the API answers while its database is killed, slow to reach, or out of disk: no wrong answer, no lost
job, only 503s.

Ten readers go on asking meanwhile, and jobs are asked for. Every twenty seconds Neo4j is killed (-9) and
started again; then a network between the two delays everything and at times passes nothing for ten seconds;
then the disk of Neo4j's data is full, and has room again. What is counted: answers that differ from those of
a quiet hour, answers that are neither good nor 503, jobs that are not complete in the end, and how long after
the end of each fault the API answers again.
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
from benchmarks.fault_readers import Jobs, Seen
from benchmarks.full_disk import filled, may_mount, small_disk, write_delivery
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
_BY_ITSELF = 10.0
"""As long may a database take to write again by itself once its disk has room; then it is started anew."""
_AT_MOST = 150.0
"""Seconds for which a full disk is waited on to be felt."""


@dataclass
class Fault:
    """How the API fared in one kind of fault."""

    name: str
    seen: Seen
    jobs: Jobs
    recovered: list[float] = field(default_factory=list)
    between: str = "the database's return to the API's"
    note: str = ""
    complete: int = 0

    def rows(self) -> list[Row]:
        """Right answers, no odd ones, no lost job, and how soon it is over."""
        reads, writes = self.seen.statuses, self.jobs.statuses
        good = reads[200] + reads[503] + writes[202] + writes[503]
        told = f"{self.note}, {reads.total():,} reads, {reads[503]:,} of them 503"
        return [
            Row(f"{self.name}: answers that are right", reads[200] - self.seen.wrong, reads[200],
                "answers with 200", "higher", target=1.0, note=told),
            Row(f"{self.name}: answers that are good or 503", good, reads.total() + writes.total(), "answers",
                "higher", target=1.0, note=f"{writes.total()} of them to who asks for a job"),
            Row(f"{self.name}: jobs complete in the end", self.complete, len(self.jobs.asked), "jobs",
                "higher", target=1.0),
            Row(f"{self.name}: seconds from {self.between}, the longest", max(self.recovered), _LIMIT,
                "limit", "lower", target=1.0),
        ]  # fmt: skip


@contextmanager
def under_load(name: str, settings: Settings) -> Iterator[Fault]:
    """An API on the database that `settings` lead to, and ten readers, until all jobs are done."""
    command = ["-m", "cli.main", "serve", "--no-keys", "--port", str(_PORT)]
    with process(command, _ADDRESS, settings.environment()):
        fault = Fault(name, Seen.in_quiet(_ADDRESS), Jobs(_ADDRESS))
        with fault.seen.reading():
            yield fault
            fault.complete = fault.jobs.complete()


def again_and_again(fault: Fault, disturb: Callable[[], None], seconds: float) -> None:
    """Disturb every twenty seconds, each time soon after a job was asked for."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        fault.jobs.forecast()
        time.sleep(_EVERY / 4)
        disturb()
        fault.recovered.append(fault.seen.seconds_to_good())
        _say(fault)
        time.sleep(_EVERY * 3 / 4)


def kills(settings: Settings, seconds: float) -> list[Row]:
    """Neo4j is killed and started again."""

    def kill() -> None:
        server = local.status(settings.home)
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        local.up(settings.home, settings.cache)

    with under_load("killed", settings) as fault:
        again_and_again(fault, kill, seconds)
    fault.note = f"{len(fault.recovered)} kills"
    return fault.rows()


def slow_network(settings: Settings, seconds: float) -> list[Row]:
    """Whatever passes between the API and Neo4j is late, and at times does not pass."""
    server = local.status(settings.home)
    assert server is not None
    with SlowNetwork(urlsplit(server.bolt).port or 0) as network:
        uri, password = f"bolt://127.0.0.1:{network.port}", SecretStr(server.password)
        through = settings.model_copy(update={"neo4j_uri": uri, "neo4j_password": password})
        with under_load("slow network", through) as fault:
            again_and_again(fault, lambda: network.stop(_STOPPED), seconds)
    fault.between = "the network's return to the API's"
    fault.note = f"50 ms each way, {len(fault.recovered)} times nothing for {_STOPPED:.0f} s"
    return fault.rows()


def full_disk(settings: Settings, seconds: float) -> list[Row]:
    """The disk of Neo4j's data is full while an import and forecasts are asked for, then has room again."""
    data = Folders(settings.home.resolve()).data
    local.down(settings.home)
    with tempfile.TemporaryDirectory() as folder, small_disk(data):
        mapping = write_delivery(Path(folder))
        try:
            local.up(settings.home, settings.cache)
            with under_load("disk full", settings) as fault:
                # Its worker takes seconds to begin: it finds the disk full.
                fault.jobs.deliver(Path(folder), mapping)
                with filled(data):
                    ask_until_refused(fault, seconds)
                taken = fault.jobs.statuses[202], fault.jobs.statuses.total()
                write_again(fault, settings)
        finally:
            local.down(settings.home)
    fault.note = f"{taken[0]} of {taken[1]} jobs accepted until it had room"
    return fault.rows()


def ask_until_refused(fault: Fault, seconds: float) -> None:
    """Ask for jobs for so long, and on until one is refused: Neo4j lives on what it has set aside first."""
    began, accepted = time.monotonic(), True
    while time.monotonic() < began + seconds or (accepted and time.monotonic() < began + _AT_MOST):
        accepted = fault.jobs.forecast()
        time.sleep(_EVERY / 4)


def write_again(fault: Fault, settings: Settings) -> None:
    """Wait until the API accepts a job; a database that does not write by itself is started anew."""
    began, fault.between = time.monotonic(), "the room's return to an accepted job"
    if not fault.jobs.forecast_within(_BY_ITSELF):
        local.down(settings.home)
        local.up(settings.home, settings.cache)
        began, fault.between = time.monotonic(), "the database's restart to an accepted job"
        fault.jobs.forecast_within(60)
    fault.recovered.append(time.monotonic() - began)
    _say(fault)


def _say(fault: Fault) -> None:
    after, reads = fault.recovered[-1], dict(fault.seen.statuses)
    print(f"{fault.name}: back after {after:.2f} s; {reads}, jobs {dict(fault.jobs.statuses)}", flush=True)  # noqa: T201


def main() -> None:
    """Run it and record it."""
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
