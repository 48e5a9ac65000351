"""Clients of the API during faults: ten readers, and a client that submits jobs."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from benchmarks.queries import uncached_query
from graph.importing.adapters.complete_journey import DATASET
from graph.importing.mapping.model import Mapping

_READERS = 10
_NO_ANSWER = 0
"""Status for no response within a minute."""
_MAX_DAYS = 14
# No forecasts, because the jobs change them.
_PATHS = [
    f"/v1/campaigns/18/{what}?dataset={DATASET}"
    for what in ("key-users", "neighbour-groups", "network", "influence", "influence/groups")
]


@dataclass
class Readers:
    """Ten readers, and the responses that they received."""

    address: str
    expected: dict[str, bytes]
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: int = 0
    """Responses that differ from those before the faults."""
    successes: list[float] = field(default_factory=list)
    """Times of successful responses (`time.monotonic`)."""
    stopped: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def before_faults(cls, address: str) -> Self:
        """Record the responses before any fault."""
        responses = {path: httpx.get(f"{address}{path}", timeout=60).raise_for_status() for path in _PATHS}
        return cls(address, {path: response.content for path, response in responses.items()})

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run ten readers."""
        readers = [threading.Thread(target=self._read) for _ in range(_READERS)]
        for reader in readers:
            reader.start()
        try:
            yield
        finally:
            self.stopped.set()
            for reader in readers:
                reader.join()

    def seconds_to_success(self, limit: float = 60.0) -> float:
        """Return the seconds until a successful response."""
        now = time.monotonic()
        while not any(at > now for at in self.successes[-50:]) and time.monotonic() < now + limit:
            time.sleep(0.05)
        return next((at for at in self.successes if at > now), now + limit) - now

    def _read(self) -> None:
        with httpx.Client(base_url=self.address, timeout=60) as client:
            while not self.stopped.is_set():
                for path in self.expected:
                    # A cached response would not show whether the database answers.
                    operation, _, dataset = path.partition("?dataset=")
                    response = _send(client.get, f"{operation}?{uncached_query(dataset)}")
                    self.statuses[response.status_code if response else _NO_ANSWER] += 1
                    if response and response.status_code == 200:
                        self.wrong += response.content != self.expected[path]
                        self.successes.append(time.monotonic())
                    else:
                        time.sleep(0.05)


@dataclass
class Jobs:
    """The submitted jobs and the responses to them."""

    address: str
    statuses: Counter[int] = field(default_factory=Counter)
    submitted: set[str] = field(default_factory=set)
    """Locations of the accepted jobs."""

    def forecast(self) -> bool:
        """Submit a forecast; return whether it was accepted."""
        body = {"dataset": DATASET, "horizon": self.statuses.total() % _MAX_DAYS + 1}
        return self._submit("/v1/campaigns/18/forecast", json=body)

    def forecast_within(self, seconds: float) -> bool:
        """Submit until a forecast is accepted."""
        ends = time.monotonic() + seconds
        while not (accepted := self.forecast()) and time.monotonic() < ends:
            time.sleep(0.1)
        return accepted

    def import_files(self, folder: Path, mapping: Mapping) -> bool:
        """Submit an import of the files in `folder`; return whether it was accepted."""
        files = [("files", (file.name, file.read_bytes())) for file in sorted(folder.iterdir())]
        data = {"mapping": mapping.model_dump_json()}
        return self._submit("/v1/imports", data=data, files=files)

    def complete(self) -> int:
        """Return how many jobs are complete once none is open (after ten minutes at most)."""
        ends = time.monotonic() + 600
        with httpx.Client(base_url=self.address, timeout=60) as client:
            while True:
                jobs = [client.get(location).json() for location in self.submitted]
                # A rejected request has no state.
                states = [job.get("state", "waiting") for job in jobs]
                if not {"waiting", "running"} & set(states) or time.monotonic() > ends:
                    return states.count("complete")
                time.sleep(1)

    def _submit(self, path: str, **options: Any) -> bool:
        response = _send(httpx.post, f"{self.address}{path}", timeout=60, **options)
        self.statuses[response.status_code if response else _NO_ANSWER] += 1
        if response and response.status_code == 202:
            self.submitted.add(response.headers["location"])
            return True
        return False


def _send(method: Callable[..., httpx.Response], path: str, **options: Any) -> httpx.Response | None:
    try:
        return method(path, **options)
    except httpx.HTTPError:
        return None
