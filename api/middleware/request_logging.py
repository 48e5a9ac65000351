"""Every request has an id, a line in the log and a place in the figures."""

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

from api.metrics import Figures

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOG_BYTES, _LOGS = 10 << 20, 5
_SOON_SECONDS = 0.25
_ELSEWHERE = "(none)"
"""The route of what no operation answers: files, and whatever is not there."""


class RequestLog:
    """`requests.jsonl` in a folder: JSON, a line a request; five files of 10 MiB are kept. It tells the
    route, not the path: who is asked about is nobody's business here. Lines are written a few times a second,
    together: one by one they would take a fifth of the time of an answer that is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._log = logging.Logger("requests")
        self._folder = folder
        self._lines: list[str] = []

    def write(self, **told: object) -> None:
        """A line, with the moment, soon. Called within an event loop."""
        if not self._lines:
            asyncio.get_running_loop().call_later(_SOON_SECONDS, self._flush)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._lines.append(json.dumps({"at": at, **told}))

    def _flush(self) -> None:
        if not self._lines:
            return
        if not self._log.handlers:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._folder / "requests.jsonl"
            self._log.addHandler(
                RotatingFileHandler(file, maxBytes=_LOG_BYTES, backupCount=_LOGS, encoding="utf-8")
            )
        self._log.info("\n".join(self._lines))
        self._lines.clear()

    def close(self) -> None:
        """Write what is left, and give the file back."""
        self._flush()
        for handler in list(self._log.handlers):
            self._log.removeHandler(handler)
            handler.close()


class Observed:
    """The outermost layer: an id that comes with a request (`X-Request-ID`) is kept, if it is plain."""

    def __init__(self, app: ASGIApp, figures: Figures, log: RequestLog) -> None:
        self._app, self._figures, self._log = app, figures, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and write down what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        status, began = 500, time.perf_counter()

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            seconds = time.perf_counter() - began
            route, method = getattr(scope.get("route"), "path", _ELSEWHERE), scope["method"]
            self._figures.answered(method, route, status, seconds)
            self._log.write(
                request=request_id, method=method, route=route, status=status, seconds=round(seconds, 4)
            )
