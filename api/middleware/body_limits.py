"""How much may be sent, and how slowly."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from graph.settings import Settings

_WRITES = frozenset({"POST", "PUT", "PATCH"})
_WISH_BYTES = 32 << 20
"""Of what is no delivery: a million users to reach fit in."""
SILENT_SECONDS = 30.0
"""As long may nothing come of a body that is not over."""


class BodyLimits:
    """Refuses a body that is larger than allowed, before it is read where it says its size, else when it gets
    there; and one that does not come.
    """

    def __init__(self, app: ASGIApp, settings: Settings, silent_seconds: float = SILENT_SECONDS) -> None:
        self._app, self._silent = app, silent_seconds
        self._most = settings.max_upload_mib << 20

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 408 or 413."""
        if scope["type"] != "http" or scope["method"] not in _WRITES:
            await self._app(scope, receive, send)
            return
        most = self._most if scope["path"].startswith("/v1/imports") else min(self._most, _WISH_BYTES)
        length = Headers(scope=scope).get("content-length", "0")
        if length.isascii() and length.isdecimal() and (len(length) > 18 or int(length) > most):
            await problem(413, "TooLarge", *_too_large(most))(scope, receive, send)
            return
        await self._app(scope, _Watched(receive, self._silent, most), send)


def _too_large(most: int) -> tuple[str, str]:
    return (
        f"More than the {most:,} bytes allowed were to be sent.",
        "Send less at once, or pack it; GROUNDSWELL_MAX_UPLOAD_MIB sets the limit of deliveries.",
    )


class _Watched:
    """What is received, as long as it keeps coming and is not too much."""

    def __init__(self, receive: Receive, seconds: float, most: int) -> None:
        self._receive, self._seconds, self._left, self._more = receive, seconds, most, True

    async def __call__(self) -> Message:
        if not self._more:
            return await self._receive()
        try:
            async with asyncio.timeout(self._seconds):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408, "The rest of the request did not come.") from error
        self._more = bool(message.get("more_body"))
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, "More was sent than is allowed.")
        return message
