"""Gives every request an id, a line in the request log, and a place in the metrics."""

import asyncio
import json
import logging
import re
import secrets
import time
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MAX_LOG_BYTES, _LOG_FILES = 10 << 20, 5
_FLUSH_SECONDS = 0.25
_NO_ROUTE = "(none)"
"""The route of static files and of paths that do not exist."""


class RequestLog:
    """`requests.jsonl` in a folder: one JSON object per request; five files of 10 MiB are kept.

    An entry holds the route, not the path: the log must not disclose which user or campaign a request was
    about. Entries are written together a few times per second; one by one they would cost a fifth of the
    time of a cached response.
    """

    def __init__(self, folder: Path) -> None:
        self._log = logging.Logger("requests")
        self._folder = folder
        self._lines: list[str] = []

    def write(self, **entry: object) -> None:
        """Queue an entry, with the current time. Call it within an event loop."""
        if not self._lines:
            asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flush)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._lines.append(json.dumps({"at": at, **entry}))

    def _flush(self) -> None:
        if not self._lines:
            return
        if not self._log.handlers:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._folder / "requests.jsonl"
            self._log.addHandler(
                RotatingFileHandler(file, maxBytes=_MAX_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8")
            )
        self._log.info("\n".join(self._lines))
        self._lines.clear()

    def close(self) -> None:
        """Write queued entries and close the file."""
        self._flush()
        for handler in list(self._log.handlers):
            self._log.removeHandler(handler)
            handler.close()


class RequestLogging:
    """The outermost ASGI middleware. A request's own `X-Request-ID` is kept if it is plain text."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: RequestLog) -> None:
        self._app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and record its status and duration."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client_id = Headers(scope=scope).get("x-request-id", "")
        request_id = client_id if _REQUEST_ID.fullmatch(client_id) else secrets.token_hex(8)
        status, started = 500, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            route, method = getattr(scope.get("route"), "path", _NO_ROUTE), scope["method"]
            self._metrics.record_request(method, route, status, seconds)
            self._log.write(
                request=request_id, method=method, route=route, status=status, seconds=round(seconds, 4)
            )
