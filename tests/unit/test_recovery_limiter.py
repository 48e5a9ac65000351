"""A database that is back is not asked everything at once."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.middleware import response_cache
from api.middleware.recovery_limiter import FIRST, Gate
from api.middleware.response_cache import Remembered
from graph.connection import Graph
from graph.errors import DatabaseUnreachable

QUESTIONS = 8


def away() -> DatabaseUnreachable:
    return DatabaseUnreachable("No Neo4j answers.", "Wait.")


@dataclass
class Said:
    """An answer."""

    status: int = 200


class Back:
    """A database's revision: away when first asked for, there from then on."""

    def __init__(self) -> None:
        self.looks = 0

    def revision(self) -> str:
        self.looks += 1
        if self.looks == 1:
            raise away()
        return "1"


class Application:
    """Answers with a status after a while; how many it was asked at a time."""

    def __init__(self, statuses: Iterator[int]) -> None:
        self._statuses = statuses
        self._now = 0
        self.at_a_time: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._now += 1
        self.at_a_time.append(self._now)
        status = next(self._statuses)
        await asyncio.sleep(0.02)
        self._now -= 1
        await Response("{}", status)(scope, receive, send)


async def asked_after_an_outage(application: Application, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(response_cache, "_LOOK_SECONDS", 0.0)
    transport = httpx.ASGITransport(Remembered(application, cast(Graph, Back())))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/v1/tags")).status_code == 503
        answers = [client.get(f"/v1/tags?number={number}") for number in range(QUESTIONS)]
        return [answer.status_code for answer in await asyncio.gather(*answers)]


def test_until_it_answers_it_is_asked_little_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    application = Application(iter([503, 503, 503, 200] + [200] * QUESTIONS))
    statuses = asyncio.run(asked_after_an_outage(application, monkeypatch))
    assert sorted(statuses) == [200] * (QUESTIONS - 3) + [503] * 3
    assert max(application.at_a_time[:4]) == FIRST
    # Once it has given a good answer, whoever waits is let in.
    assert max(application.at_a_time) > FIRST


def test_who_asks_for_little_goes_first() -> None:
    took = {"/v1/much": 0.06, "/v1/some": 0.03, "/v1/little": 0.0}
    entered = []

    async def answer(path: str) -> Said:
        entered.append(path)
        await asyncio.sleep(took[path])
        return Said()

    async def ask(gate: Gate, paths: list[str]) -> None:
        await asyncio.gather(*(gate.through(path, partial(answer, path)) for path in paths))

    async def asked() -> None:
        gate = Gate()
        await ask(gate, list(took))
        gate.close(away())
        await ask(gate, [*took] * 2)

    asyncio.run(asked())
    again = entered[len(took) :]
    assert again == sorted(again, key=took.__getitem__)


def test_who_waits_while_it_goes_away_again_is_told_so() -> None:
    async def asked() -> list[Said | BaseException]:
        over = asyncio.Event()

        async def answer() -> Said:
            await over.wait()
            return Said()

        gate = Gate()
        gate.close(away())
        asking = asyncio.gather(*(gate.through("/v1/tags", answer) for _ in range(5)), return_exceptions=True)
        await asyncio.sleep(0.2)
        gate.close(away())
        over.set()
        return await asking

    answers = asyncio.run(asked())
    assert sum(isinstance(one, Said) for one in answers) == FIRST
    assert sum(isinstance(one, DatabaseUnreachable) for one in answers) == 5 - FIRST


def test_while_it_was_never_away_all_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Back, "revision", lambda _: "1")
    application = Application(iter([200] * QUESTIONS))

    async def asked() -> None:
        transport = httpx.ASGITransport(Remembered(application, cast(Graph, Back())))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await asyncio.gather(*(client.get(f"/v1/tags?number={number}") for number in range(QUESTIONS)))

    asyncio.run(asked())
    assert max(application.at_a_time) == QUESTIONS
