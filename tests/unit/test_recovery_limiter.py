"""After a database outage, few requests run at a time until one of them succeeds."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.middleware import response_cache
from api.middleware.recovery_limiter import INITIAL_LIMIT, RecoveryLimiter
from api.middleware.response_cache import ResponseCache
from graph.errors import DatabaseUnreachable

REQUESTS = 8


def outage_error() -> DatabaseUnreachable:
    return DatabaseUnreachable("No Neo4j answers.", "Wait.")


@dataclass
class Status:
    """A response, of which the limiter reads only the status."""

    status: int = 200


class RecoveringGraph:
    """A graph whose revision can be read from the second read on."""

    def __init__(self) -> None:
        self.reads = 0

    async def read_revision(self) -> str:
        self.reads += 1
        if self.reads == 1:
            raise outage_error()
        return "1"


class Application:
    """Responds with the given statuses after a delay; records how many requests ran at a time."""

    def __init__(self, statuses: Iterator[int]) -> None:
        self._statuses = statuses
        self._running = 0
        self.concurrency: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._running += 1
        self.concurrency.append(self._running)
        status = next(self._statuses)
        await asyncio.sleep(0.02)
        self._running -= 1
        await Response("{}", status)(scope, receive, send)


async def statuses_after_an_outage(application: Application, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(response_cache, "_REVISION_SECONDS", 0.0)
    transport = httpx.ASGITransport(ResponseCache(application, RecoveringGraph().read_revision))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/v1/tags")).status_code == 503
        requests = [client.get(f"/v1/tags?number={number}") for number in range(REQUESTS)]
        return [response.status_code for response in await asyncio.gather(*requests)]


def test_concurrency_is_limited_until_the_first_success(monkeypatch: pytest.MonkeyPatch) -> None:
    application = Application(iter([503, 503, 503, 200] + [200] * REQUESTS))
    statuses = asyncio.run(statuses_after_an_outage(application, monkeypatch))
    assert sorted(statuses) == [200] * (REQUESTS - 3) + [503] * 3
    assert max(application.concurrency[:4]) == INITIAL_LIMIT
    # After the first success, more of the waiting requests run.
    assert max(application.concurrency) > INITIAL_LIMIT


def test_requests_that_were_fast_before_run_first() -> None:
    durations = {"/v1/much": 0.06, "/v1/some": 0.03, "/v1/little": 0.0}
    started = []

    async def respond(path: str) -> Status:
        started.append(path)
        await asyncio.sleep(durations[path])
        return Status()

    async def send(limiter: RecoveryLimiter, paths: list[str]) -> None:
        await asyncio.gather(*(limiter.run(path, partial(respond, path)) for path in paths))

    async def run_requests() -> None:
        limiter = RecoveryLimiter()
        await send(limiter, list(durations))
        limiter.restrict(outage_error())
        await send(limiter, [*durations] * 2)

    asyncio.run(run_requests())
    started_after_outage = started[len(durations) :]
    assert started_after_outage == sorted(started_after_outage, key=durations.__getitem__)


def test_waiting_requests_fail_if_the_database_fails_again() -> None:
    async def run_requests() -> list[Status | BaseException]:
        end = asyncio.Event()

        async def respond() -> Status:
            await end.wait()
            return Status()

        limiter = RecoveryLimiter()
        limiter.restrict(outage_error())
        requests = asyncio.gather(
            *(limiter.run("/v1/tags", respond) for _ in range(5)), return_exceptions=True
        )
        await asyncio.sleep(0.2)
        limiter.restrict(outage_error())
        end.set()
        return await requests

    results = asyncio.run(run_requests())
    assert sum(isinstance(result, Status) for result in results) == INITIAL_LIMIT
    assert sum(isinstance(result, DatabaseUnreachable) for result in results) == 5 - INITIAL_LIMIT


def test_concurrency_is_unlimited_without_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read_revision(_graph: RecoveringGraph) -> str:
        return "1"

    monkeypatch.setattr(RecoveringGraph, "read_revision", read_revision)
    application = Application(iter([200] * REQUESTS))

    async def run_requests() -> None:
        transport = httpx.ASGITransport(ResponseCache(application, RecoveringGraph().read_revision))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await asyncio.gather(*(client.get(f"/v1/tags?number={number}") for number in range(REQUESTS)))

    asyncio.run(run_requests())
    assert max(application.concurrency) == REQUESTS
