"""Who may ask: anybody on this machine while the server listens on loopback; else a token."""

import base64
import secrets

from fastapi import Request
from fastapi.responses import Response
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.types import ASGIApp

from api.problems import problem

OPEN_PATHS = frozenset({"/health"})


class TokenAccess(BaseHTTPMiddleware):
    """Asks for the token, as a bearer token (programs) or as a password (browsers)."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        super().__init__(app)
        self._token = token.encode()

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Let the request through, or answer 401."""
        given = _given(request.headers.get("authorization", ""))
        if request.url.path in OPEN_PATHS or secrets.compare_digest(given, self._token):
            return await call_next(request)
        response = problem(
            401,
            "AccessDenied",
            "This server asks for a token.",
            "Send `Authorization: Bearer <token>`, or give the token as the password.",
        )
        response.headers["WWW-Authenticate"] = 'Basic realm="Groundswell", charset="UTF-8"'
        return response


class UploadLimit(BaseHTTPMiddleware):
    """Refuses a body that is larger than allowed, or does not say how large it is, before it is read."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        super().__init__(app)
        self._most = most

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Let the request through, or answer 411 or 413."""
        length = request.headers.get("content-length", "")
        if request.method in {"POST", "PUT", "PATCH"}:
            if not length.isdecimal():
                return problem(
                    411, "LengthRequired", "The request does not say its length.", "Send Content-Length."
                )
            if int(length) > self._most:
                return problem(
                    413,
                    "TooLarge",
                    f"{int(length):,} bytes are more than the {self._most:,} allowed.",
                    "Send fewer files at once, or pack them; GROUNDSWELL_MAX_UPLOAD_MIB sets the limit.",
                )
        return await call_next(request)


def _given(header: str) -> bytes:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip().encode()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).partition(b":")[2]
        except ValueError:
            return b""
    return b""
