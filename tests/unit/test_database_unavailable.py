"""Those who ask while the database is away are told so together, not one after another."""

import asyncio

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.middleware.response_cache import ResponseCache
from graph.errors import DatabaseUnreachable

SECONDS = 0.2
ASKED = 10


class Away:
    """A graph whose database takes a while not to answer."""

    looks = 0

    async def read_revision(self) -> str:
        self.looks += 1
        await asyncio.sleep(SECONDS)
        raise DatabaseUnreachable("No Neo4j answers.", "Wait.")


async def unasked(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("It would look for the database once more.")(scope, receive, send)


async def asked_at_once(graph: Away) -> list[int]:
    app = ResponseCache(unasked, graph.read_revision)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answers = await asyncio.gather(
            *(client.get("/v1/datasets?" + "&" * number) for number in range(ASKED))
        )
    return [answer.status_code for answer in answers]


def test_a_database_that_is_away_is_looked_for_once_for_all_who_ask() -> None:
    graph = Away()
    assert asyncio.run(asked_at_once(graph)) == [503] * ASKED
    assert graph.looks == 1
