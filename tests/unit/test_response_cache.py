"""The response cache reads the revision again after every request that may have written."""

import asyncio

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.middleware.response_cache import ResponseCache

SECONDS = 0.05


class SlowGraph:
    """A graph whose revision is returned some time after it is read."""

    revision = 0

    async def read_revision(self) -> str:
        revision = self.revision
        await asyncio.sleep(SECONDS)
        return str(revision)

    async def respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            self.revision += 1
        await PlainTextResponse(str(self.revision))(scope, receive, send)


async def responses_before_and_after_a_write() -> list[str]:
    graph = SlowGraph()
    app = ResponseCache(graph.respond, graph.read_revision)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        before = await client.get("/v1/campaigns")
        await client.get("/v1/jobs")  # Not cached: the next read checks the revision.
        concurrent_read = asyncio.create_task(client.get("/v1/campaigns"))
        await asyncio.sleep(SECONDS / 2)
        await client.post("/v1/campaigns")
        await concurrent_read
        after = await client.get("/v1/campaigns")
    return [before.text, after.text]


def test_write_during_a_check_of_the_revision_is_visible_at_once() -> None:
    assert asyncio.run(responses_before_and_after_a_write()) == ["0", "1"]
