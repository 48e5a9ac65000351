"""Kills the database again and again while the API is asked: no wrong answer, no lost job, only 503s.

Every twenty seconds Neo4j is killed (-9) and started again; ten readers go on asking meanwhile, and a job is
asked for before each kill. What is counted: answers that differ from those of a quiet hour, answers that are
neither 200 nor 503, jobs that are not complete in the end, and how long after the database's return the API
answers again.
"""

import argparse
import os
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

from benchmarks.api import fill, process
from benchmarks.own_server import own_server
from benchmarks.report import Row, write
from graph.importing.adapters.complete_journey import DATASET
from graph.server import local
from graph.settings import Settings

_ADDRESS = "http://127.0.0.1:8193"
_READERS = 10
_EVERY = 20.0
# No forecasts: those are what the jobs make.
_PATHS = [
    f"/v1/campaigns/18/{what}?dataset={DATASET}"
    for what in ("key-users", "neighbour-groups", "network", "influence", "influence/groups")
]


@dataclass
class Seen:
    """What the readers saw."""

    expected: dict[str, bytes]
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: int = 0
    good_at: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        """Ask for one after another until it is over."""
        with httpx.Client(base_url=_ADDRESS, timeout=60) as client:
            while not self.over.is_set():
                for path in self.expected:
                    # Never asked before: what is kept would not show whether the database answers.
                    answer = client.get(f"{path}&_={time.time_ns()}")
                    self.statuses[answer.status_code] += 1
                    if answer.status_code == 200:
                        self.wrong += answer.content != self.expected[path]
                        self.good_at.append(time.monotonic())
                    else:
                        time.sleep(0.05)


def disturb(settings: Settings, seen: Seen, seconds: float) -> tuple[list[str], list[float]]:
    """The jobs that were asked for, and how long after each return of the database the API answered again."""
    asked, recovered = [], []
    ends = time.monotonic() + seconds
    horizon = 0
    while time.monotonic() < ends:
        horizon = horizon % 14 + 1
        wish = {"dataset": DATASET, "horizon": horizon}
        answer = httpx.post(f"{_ADDRESS}/v1/campaigns/18/forecast", json=wish, timeout=60)
        if answer.status_code == 202:
            asked.append(answer.headers["location"])
        time.sleep(_EVERY / 4)
        server = local.status(settings.home)
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        local.up(settings.home, settings.cache)
        back = time.monotonic()
        while not any(at > back for at in seen.good_at[-50:]) and time.monotonic() < back + 60:
            time.sleep(0.05)
        recovered.append(next((at for at in seen.good_at if at > back), back + 60) - back)
        print(f"back after {recovered[-1]:.2f} s; {dict(seen.statuses)}", flush=True)  # noqa: T201
        time.sleep(max(0.0, _EVERY - _EVERY / 4))
    return asked, recovered


def complete(asked: list[str]) -> int:
    """How many of the jobs are complete, once none is open any more (ten minutes at most)."""
    for _ in range(600):
        states = [httpx.get(f"{_ADDRESS}{one}", timeout=60).json()["state"] for one in set(asked)]
        if not {"waiting", "running"} & set(states):
            break
        time.sleep(1)
    return states.count("complete")


def main() -> None:
    """Run it and record it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with own_server() as settings:
        fill(settings, 200)
        command = ["-m", "cli.main", "serve", "--no-keys", "--port", "8193"]
        with process(command, _ADDRESS, settings.environment()):
            seen = Seen({path: httpx.get(f"{_ADDRESS}{path}", timeout=60).content for path in _PATHS})
            readers = [threading.Thread(target=seen.read) for _ in range(_READERS)]
            for reader in readers:
                reader.start()
            asked, recovered = disturb(settings, seen, 40 if quick else 300)
            done = complete(asked)
            seen.over.set()
            for reader in readers:
                reader.join()
    answers = seen.statuses.total()
    odd = answers - seen.statuses[200] - seen.statuses[503]
    kills = f"{len(recovered)} kills, {answers:,} answers, {seen.statuses[503]:,} of them 503"
    rows = [
        Row("answers that are right", seen.statuses[200] - seen.wrong, seen.statuses[200], "answers with 200",
            "higher", target=1.0, note=kills),
        Row("answers that are 200 or 503", answers - odd, answers, "answers", "higher", target=1.0),
        Row("jobs complete in the end", done, len(set(asked)), "jobs", "higher", target=1.0),
        Row("seconds from the database's return to the API's, the longest", max(recovered), 5.0, "limit",
            "lower", target=1.0),
    ]  # fmt: skip
    write("faults", rows, quick=quick)


if __name__ == "__main__":
    main()
