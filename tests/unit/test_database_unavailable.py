"""Requests during a database outage share one attempt to reach the database."""

import asyncio

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.middleware.response_cache import ResponseCache
from graph.errors import DatabaseUnreachable

SECONDS = 0.2
REQUESTS = 10


class UnreachableGraph:
    """A graph that finds its database unreachable after a while, and counts the attempts."""

    attempts = 0

    async def read_revision(self) -> str:
        self.attempts += 1
        await asyncio.sleep(SECONDS)
        raise DatabaseUnreachable("No Neo4j answers.", "Wait.")


async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("The response cache should not pass the request on.")(scope, receive, send)


async def concurrent_statuses(graph: UnreachableGraph) -> list[int]:
    app = ResponseCache(endpoint, graph.read_revision)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        responses = await asyncio.gather(
            *(client.get("/v1/datasets?" + "&" * number) for number in range(REQUESTS))
        )
    return [response.status_code for response in responses]


def test_concurrent_requests_share_one_attempt_during_an_outage() -> None:
    graph = UnreachableGraph()
    assert asyncio.run(concurrent_statuses(graph)) == [503] * REQUESTS
    assert graph.attempts == 1
