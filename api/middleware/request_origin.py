"""Refuses requests for foreign host names, and writes that a web page of another origin sends."""

from collections.abc import Collection
from urllib.parse import urlsplit

from fastapi import Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


class RequestOrigin:
    """ASGI middleware that checks where a request comes from.

    A browser sends forms and uploads of any web page to any server, and on loopback, or with the password of
    HTTP Basic, the server would accept them. Other programs send no origin and are not affected.

    Parameters
    ----------
    app
        The application.
    origins
        Origins of other sites whose web pages may write.
    hosts
        The host names under which the server may be addressed, against DNS rebinding: web pages elsewhere
        whose host name resolves to this machine. None: any.
    """

    def __init__(
        self, app: ASGIApp, origins: Collection[str] = (), hosts: Collection[str] | None = None
    ) -> None:
        self._app, self._origins, self._hosts = app, frozenset(origins), hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or respond with 400 or 403."""
        refused = self._refuse(scope["method"], Headers(scope=scope)) if scope["type"] == "http" else None
        await (refused or self._app)(scope, receive, send)

    def _refuse(self, method: str, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if self._hosts is not None and _host_name(host) not in self._hosts:
            return problem(
                400, "InvalidHost", f"This server does not serve the host {host!r}.",
                "Address it as localhost, or by the address that it listens on.",
            )  # fmt: skip
        if method not in SAFE_METHODS and not self._may_write(headers, host):
            return problem(
                403, "CrossSiteRequest", "A web page of another site may not change anything here.",
                "Use this server's own page, or add the site to GROUNDSWELL_CORS_ORIGINS on the server.",
            )  # fmt: skip
        return None

    def _may_write(self, headers: Headers, host: str) -> bool:
        origin = headers.get("origin")
        if origin in self._origins:
            return True
        # Browsers omit Sec-Fetch-Site where they do not trust the connection: HTTP to another machine.
        if site := headers.get("sec-fetch-site"):
            return site in ("same-origin", "none")
        return origin is None or urlsplit(origin).netloc == host != ""


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # An invalid IPv6 address.
        return ""
