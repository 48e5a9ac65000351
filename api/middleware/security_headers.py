"""HTTP security headers: where scripts may come from, and which pages may be framed."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SHARED = "base-uri 'none'; object-src 'none'; form-action 'self'"
_PAGE = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    # plotly.js adds inline styles.
    f"style-src 'self' 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; {_SHARED}"
)
_DRAWING = (
    # A complete page of neo4j-viz with inline scripts, shown in a frame.
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; "
    "connect-src data: blob:; img-src data: blob:; font-src data:; style-src 'unsafe-inline'; "
    f"frame-ancestors 'self'; {_SHARED}"
)
_DOCUMENTATION = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; worker-src blob:; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    f"frame-ancestors 'none'; {_SHARED}"
)
_POLICIES = {"/network": _DRAWING, "/docs": _DOCUMENTATION, "/redoc": _DOCUMENTATION}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SecurityHeaders:
    """ASGI middleware that adds the headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add headers to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICIES.get(scope["path"], _PAGE)
                for name, value in _ALWAYS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)
