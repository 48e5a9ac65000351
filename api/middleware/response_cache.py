"""Caches responses until the graph changes; a client that has the response already (ETag) gets 304."""

import asyncio
import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.csv_lists import prefers_csv
from api.middleware.recovery_limiter import RecoveryLimiter
from api.problems import problem_of
from graph.errors import GroundswellError

_REVISION_SECONDS = 0.5
"""How long the graph's revision is cached, so how old a response may be after another process wrote."""
_MAX_BYTES = 64 << 20
_MAX_BODY_BYTES = 1 << 20
_NOT_CACHED = ("/v1/jobs", "/v1/imports")
"""Paths whose responses depend on more than the graph, or that clients poll to see progress."""
_CacheKey = tuple[str, bytes, bool, str]
"""Path, query string, whether the client prefers CSV, and revision of the graph."""


@dataclass(frozen=True)
class _StoredResponse:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: object


class ResponseCache:
    """ASGI middleware that caches the responses of `GET /v1/...` by the graph's revision.

    Equal requests at the same time are computed once. Every other request makes the next read check the
    revision, so that a client sees at once what it wrote. If the database cannot be reached, all reads
    get 503 without asking it again for each.
    """

    def __init__(self, app: ASGIApp, read_revision: Callable[[], Awaitable[str]]) -> None:
        self._app, self._read_revision = app, read_revision
        self._responses: OrderedDict[_CacheKey, _StoredResponse] = OrderedDict()
        self._bytes = 0
        self._pending: dict[_CacheKey, asyncio.Task[_StoredResponse]] = {}
        self._revision: str | GroundswellError = ""
        self._revision_read_at, self._written_at = -math.inf, -math.inf
        self._revision_lock = asyncio.Lock()
        self._limiter = RecoveryLimiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond from the cache, or pass the request on."""
        if not _is_cacheable(scope):
            try:
                await self._app(scope, receive, send)
            finally:
                self._written_at = time.monotonic()
            return
        revision = await self._current_revision()
        if isinstance(revision, GroundswellError):
            await problem_of(revision)(scope, receive, send)
            return
        request_headers = Headers(scope=scope)
        csv = prefers_csv(request_headers.get("accept", ""))
        key = (scope["path"], scope["query_string"], csv, revision)
        stored = self._responses.get(key) or await self._compute_once(key, scope)
        scope["route"] = stored.route
        await _response(stored, request_headers.get("if-none-match", ""))(scope, receive, send)

    async def _current_revision(self) -> str | GroundswellError:
        """The revision of the graph, or the error that reading it raised."""
        async with self._revision_lock:
            if not self._revision_is_current():
                started, revision = time.monotonic(), await self._revision_or_error()
                if revision != self._revision:
                    self._responses.clear()
                    self._revision, self._bytes = revision, 0
                self._revision_read_at = started
                if isinstance(revision, GroundswellError):
                    self._limiter.restrict(revision)
                    # From now, not from the start: requests that waited for the lock must not read it again.
                    self._revision_read_at = time.monotonic()
            return self._revision

    def _revision_is_current(self) -> bool:
        # A revision read while a request wrote may be from before that write.
        age = time.monotonic() - self._revision_read_at
        return age <= _REVISION_SECONDS and self._revision_read_at > self._written_at

    async def _revision_or_error(self) -> str | GroundswellError:
        try:
            return await self._read_revision()
        except GroundswellError as error:
            return error

    async def _compute_once(self, key: _CacheKey, scope: Scope) -> _StoredResponse:
        task = self._pending.get(key)
        if task is None:
            task = self._pending[key] = asyncio.create_task(self._compute(scope))
            task.add_done_callback(lambda _: self._pending.pop(key, None))
        # The first client may disconnect while others wait for the same response.
        stored = await asyncio.shield(task)
        if stored.status == 200 and len(stored.body) <= _MAX_BODY_BYTES and key[3] == self._revision:
            if key not in self._responses:
                self._responses[key] = stored
                self._bytes += len(stored.body)
            while self._bytes > _MAX_BYTES:
                self._bytes -= len(self._responses.popitem(last=False)[1].body)
        return stored

    async def _compute(self, scope: Scope) -> _StoredResponse:
        try:
            return await self._limiter.run(scope["path"], partial(self._forward, scope))
        except GroundswellError as error:
            response = problem_of(error)
            return _StoredResponse(response.status_code, response.raw_headers, bytes(response.body), None)

    async def _forward(self, scope: Scope) -> _StoredResponse:
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        await self._app(scope, _receive_empty_body, collect)
        start, *parts = messages
        body = b"".join(part.get("body", b"") for part in parts)
        headers = list(start["headers"])
        if start["status"] == 200:
            tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
            headers += [(b"etag", tag), (b"cache-control", b"private, no-cache")]
        return _StoredResponse(start["status"], headers, body, scope.get("route"))


async def _receive_empty_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _is_cacheable(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return scope["path"].startswith("/v1/") and not scope["path"].startswith(_NOT_CACHED)


def _response(stored: _StoredResponse, if_none_match: str) -> Response:
    """The stored response, or 304 if its tag is among those that the client has."""
    response = Response(stored.body, stored.status)
    response.raw_headers = list(stored.headers)
    tag = response.headers.get("etag")
    if tag and (if_none_match.strip() == "*" or tag in (known.strip() for known in if_none_match.split(","))):
        headers = {name: response.headers[name] for name in ("etag", "cache-control")}
        return Response(status_code=304, headers=headers)
    return response
