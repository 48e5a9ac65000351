"""Answers are kept as long as nothing is written to the graph; who has one already (ETag) is told so."""

import asyncio
import hashlib
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial

from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware.recovery_limiter import Gate
from api.problems import problem_of
from graph.connection import Graph
from graph.errors import GroundswellError

_LOOK_SECONDS = 0.5
"""Seconds for which the graph is not asked anew whether anything was written: so old may an answer be."""
_KEPT_BYTES = 64 << 20
_LARGEST = 1 << 20
_CHANGING = ("/v1/jobs", "/v1/imports")
"""What tells of more than the graph (does that process live?), or is asked for to see it move."""
_Question = tuple[str, bytes, str]
"""A path, what follows its question mark, and a revision of the graph."""


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: object


class Remembered:
    """Keeps what `GET /v1/...` answered; asked by many at once, it is made once. Whatever else passes through
    makes it look at the graph anew: whoever writes, or waits for a job, sees at once what came of it.
    """

    def __init__(self, app: ASGIApp, graph: Graph) -> None:
        self._app, self._graph = app, graph
        self._kept: OrderedDict[_Question, _Answer] = OrderedDict()
        self._bytes = 0
        self._making: dict[_Question, asyncio.Task[_Answer]] = {}
        self._revision: str | GroundswellError = ""
        self._looked_at, self._looking = -math.inf, asyncio.Lock()
        self._gate = Gate()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is known; pass on what is not to be kept."""
        if not _is_kept(scope):
            try:
                await self._app(scope, receive, send)
            finally:
                self._looked_at = -math.inf
            return
        revision = await self._current()
        if isinstance(revision, GroundswellError):
            # The application would only look for the database once more, for each who asks.
            await problem_of(revision)(scope, receive, send)
            return
        question = (scope["path"], scope["query_string"], revision)
        answer = self._kept.get(question) or await self._made(question, scope)
        scope["route"] = answer.route
        await _response(answer, Headers(scope=scope).get("if-none-match", ""))(scope, receive, send)

    async def _current(self) -> str | GroundswellError:
        """What the graph is now, or why nobody can tell."""
        async with self._looking:
            if time.monotonic() - self._looked_at > _LOOK_SECONDS:
                began, revision = time.monotonic(), await self._look()
                if revision != self._revision:
                    self._kept.clear()
                    self._revision, self._bytes = revision, 0
                self._looked_at = began
                if isinstance(revision, GroundswellError):
                    self._gate.close(revision)
                    # Whoever waited for nothing meanwhile is told so, too: they would wait on in turn.
                    self._looked_at = time.monotonic()
            return self._revision

    async def _look(self) -> str | GroundswellError:
        try:
            return await run_in_threadpool(self._graph.revision)
        except GroundswellError as away:
            return away

    async def _made(self, question: _Question, scope: Scope) -> _Answer:
        task = self._making.get(question)
        if task is None:
            task = self._making[question] = asyncio.create_task(self._make(scope))
            task.add_done_callback(lambda _: self._making.pop(question, None))
        # Whoever asked first may go away; the others wait on.
        answer = await asyncio.shield(task)
        if answer.status == 200 and len(answer.body) <= _LARGEST and question[2] == self._revision:
            if question not in self._kept:
                self._kept[question] = answer
                self._bytes += len(answer.body)
            while self._bytes > _KEPT_BYTES:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)
        return answer

    async def _make(self, scope: Scope) -> _Answer:
        try:
            return await self._gate.through(scope["path"], partial(self._ask, scope))
        except GroundswellError as away:
            told = problem_of(away)
            return _Answer(told.status_code, told.raw_headers, bytes(told.body), None)

    async def _ask(self, scope: Scope) -> _Answer:
        told: list[Message] = []

        async def collect(message: Message) -> None:
            told.append(message)

        await self._app(scope, _nothing_more, collect)
        start, *parts = told
        body = b"".join(part.get("body", b"") for part in parts)
        headers = list(start["headers"])
        if start["status"] == 200:
            tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
            headers += [(b"etag", tag), (b"cache-control", b"private, no-cache")]
        return _Answer(start["status"], headers, body, scope.get("route"))


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _is_kept(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return scope["path"].startswith("/v1/") and not scope["path"].startswith(_CHANGING)


def _response(answer: _Answer, known: str) -> Response:
    """The answer, or 304 to whom it is `known` by its tag."""
    response = Response(answer.body, answer.status)
    response.raw_headers = list(answer.headers)
    tag = response.headers.get("etag")
    if tag and (known.strip() == "*" or tag in (one.strip() for one in known.split(","))):
        kept = {name: response.headers[name] for name in ("etag", "cache-control")}
        return Response(status_code=304, headers=kept)
    return response
