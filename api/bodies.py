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
    """Refuses a body that is larger than allowed, or does not say how large it is, before it is read; and one
    that does not come.
    """

    def __init__(self, app: ASGIApp, settings: Settings, silent_seconds: float = SILENT_SECONDS) -> None:
        self._app, self._silent = app, silent_seconds
        self._most = settings.max_upload_mib << 20

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 408, 411 or 413."""
        if scope["type"] != "http" or scope["method"] not in _WRITES:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # Without either header there is no body.
        length = headers.get("content-length", "" if "transfer-encoding" in headers else "0")
        most = self._most if scope["path"] == "/v1/imports" else min(self._most, _WISH_BYTES)
        if not (length.isascii() and length.isdecimal()):
            answer = problem(
                411, "LengthRequired", "The request does not say its length.", "Send Content-Length."
            )
        elif len(length) > 18 or int(length) > most:
            answer = problem(
                413,
                "TooLarge",
                f"{length} bytes are more than the {most:,} allowed.",
                "Send less at once, or pack it; GROUNDSWELL_MAX_UPLOAD_MIB sets the limit of deliveries.",
            )
        else:
            await self._app(scope, _Prompt(receive, self._silent), send)
            return
        await answer(scope, receive, send)


class _Prompt:
    """What is received, as long as it keeps coming."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive, self._seconds, self._more = receive, seconds, True

    async def __call__(self) -> Message:
        if not self._more:
            return await self._receive()
        try:
            async with asyncio.timeout(self._seconds):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408, "The rest of the request did not come.") from error
        self._more = bool(message.get("more_body"))
        return message
