"""Limits on the size of request bodies, and on how long they may stall."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from graph.settings import Settings

_WRITES = frozenset({"POST", "PUT", "PATCH"})
_MAX_JSON_BYTES = 32 << 20
"""For everything but imports: a million user ids fit in."""
STALL_SECONDS = 30.0
"""How long a body may pause before it is complete."""


class BodyLimits:
    """ASGI middleware that refuses bodies that are too large or that stall.

    A body that declares its length is refused before it is read, any other when it exceeds the limit.
    """

    def __init__(self, app: ASGIApp, settings: Settings, stall_seconds: float = STALL_SECONDS) -> None:
        self._app, self._stall_seconds = app, stall_seconds
        self._max_bytes = settings.max_upload_mib << 20

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or respond with 408 or 413."""
        if scope["type"] != "http" or scope["method"] not in _WRITES:
            await self._app(scope, receive, send)
            return
        max_bytes = (
            self._max_bytes
            if scope["path"].startswith("/v1/imports")
            else min(self._max_bytes, _MAX_JSON_BYTES)
        )
        length = Headers(scope=scope).get("content-length", "0")
        if length.isascii() and length.isdecimal() and (len(length) > 18 or int(length) > max_bytes):
            await problem(413, "TooLarge", *_too_large(max_bytes))(scope, receive, send)
            return
        await self._app(scope, _LimitedReceive(receive, self._stall_seconds, max_bytes), send)


def _too_large(max_bytes: int) -> tuple[str, str]:
    return (
        f"The body is larger than the {max_bytes:,} bytes allowed.",
        "Send less at once, or compress files; GROUNDSWELL_MAX_UPLOAD_MIB sets the limit for imports.",
    )


class _LimitedReceive:
    """Receives a body, within the limits on its size and its pauses."""

    def __init__(self, receive: Receive, seconds: float, max_bytes: int) -> None:
        self._receive, self._seconds, self._left, self._more = receive, seconds, max_bytes, True

    async def __call__(self) -> Message:
        if not self._more:
            return await self._receive()
        try:
            async with asyncio.timeout(self._seconds):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408, "The rest of the body did not arrive in time.") from error
        self._more = bool(message.get("more_body"))
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, "The body is larger than allowed.")
        return message
