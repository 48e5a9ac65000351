"""What browsers are told to keep to: where scripts may come from, who may frame a page."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SHARED = "base-uri 'none'; object-src 'none'; form-action 'self'"
_PAGE = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    # plotly.js writes its styles into the page.
    f"style-src 'self' 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; {_SHARED}"
)
_DRAWING = (
    # A page of neo4j-viz by itself, scripts and all, which the page shows in a frame.
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
    """Adds them to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICIES.get(scope["path"], _PAGE)
                for name, value in _ALWAYS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, told)
