"""Authentication by API key: which requests need which scope, and who may send how many."""

import asyncio
import hashlib
import json
import math
import re
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from fastapi import HTTPException, Request, Response
from fastapi.security import HTTPBasic, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware.rate_limit import RateLimit
from api.middleware.request_origin import SAFE_METHODS
from api.problems import problem, problem_of
from graph.api_keys import Key, find_key, hash_of, list_keys
from graph.connection import Graph
from graph.errors import GroundswellError
from graph.settings import Settings

OPEN_PATHS = frozenset({"/health", "/ready"})
"""Paths that need no key."""
FAILURES_PER_MINUTE = 20
"""How many wrong keys of an address are answered at once; the others are answered late."""
FAILURE_SECONDS = 2.0
"""How late."""
BEARER = HTTPBearer(
    description="A key of `groundswell keys make`. A browser may send it as a password.", auto_error=False
)
_BASIC = HTTPBasic(realm="Groundswell", auto_error=False)
_KEYS_CACHED_SECONDS = 5.0
"""How long keys are cached, so how long a revoked key may still be accepted."""
_CAMPAIGN = re.compile(r"/v1/campaigns(/[^/]+)?")
_ANALYSIS = re.compile(r"/v1/campaigns/[^/]+/(plan|what-if)")
_USER = re.compile(r"^(/v1/users/)([^/]+)")
_BUILDS = ("/v1/networks", "/v1/models", "/v1/back-tests", "/v1/jobs")


def needed_scope(method: str, path: str) -> str:
    """Return the scope that a key needs for a request; "admin" for requests not listed here."""
    if method in SAFE_METHODS:
        return "read"
    if method == "POST" and _ANALYSIS.fullmatch(path):
        return "run"
    if path == "/v1/imports" or path.startswith("/v1/imports/") or _CAMPAIGN.fullmatch(path):
        return "import"
    forecasts = path.startswith("/v1/campaigns/") and path.endswith("/forecast")
    return "build" if forecasts or path.startswith(_BUILDS) else "admin"


class KeyAuthentication:
    """ASGI middleware that requires an API key: as bearer token, or as password of HTTP Basic.

    It checks the key's scope, limits how many requests a key may send, delays the answer to many wrong keys
    of an address, and appends every request beyond reading to the audit log. It wraps the response cache, so
    that cached responses need a key, too: as a FastAPI dependency it would run too late.
    """

    def __init__(self, app: ASGIApp, settings: Settings, graph: Graph) -> None:
        self._app, self._graph = app, graph
        self._audit_log = settings.home / "logs" / "audit.jsonl"
        token = settings.api_token.get_secret_value()
        self._token = Key("token", "GROUNDSWELL_API_TOKEN", ("admin",), hash_of(token)) if token else None
        self._requests, self._failures = RateLimit(settings.rate_per_minute), RateLimit(FAILURES_PER_MINUTE)
        self._keys: list[Key] = []
        self._keys_read_at = -math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or respond with 401, 403 or 429."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        needed = needed_scope(scope["method"], scope["path"])
        key = await self._authenticate(scope, needed)
        if isinstance(key, Response):
            await key(scope, receive, send)
            return
        if needed == "read":
            await self._app(scope, receive, send)
            return
        status = 500

        async def send_and_keep_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, send_and_keep_status)
        finally:
            await run_in_threadpool(_append_audit_entry, self._audit_log, key, scope, status)

    async def _authenticate(self, scope: Scope, needed: str) -> Key | Response:
        secret = await _secret(Request(scope))
        try:
            key = await self._find_key(secret)
        except GroundswellError as error:  # Exception handlers cover only what the middleware wraps.
            return problem_of(error)
        if key is None:
            # A browser's first request has no key; it is no failed attempt.
            wait = self._failures.acquire(_address(scope)) if secret else 0.0
            if not wait:
                return _unauthorized()
            # Valid keys of the address still pass: others may share it, behind a proxy.
            await asyncio.sleep(FAILURE_SECONDS)
            return _too_many(wait, "This address sent too many wrong keys.")
        if wait := self._requests.acquire(key.id):
            return _too_many(wait, f"Key {key.id} sent too many requests.")
        if not key.may(needed):
            return problem(
                403, "NotAllowed", f"Key {key.id} lacks the scope {needed!r}.",
                f"Make a key that has it: `groundswell keys make NAME --scope {needed}`.",
            )  # fmt: skip
        return key

    async def _find_key(self, secret: str) -> Key | None:
        if self._token and secrets.compare_digest(hash_of(secret), self._token.hash):
            return self._token
        if time.monotonic() - self._keys_read_at > _KEYS_CACHED_SECONDS:
            self._keys = await run_in_threadpool(list_keys, self._graph)
            self._keys_read_at = time.monotonic()
        return find_key(self._keys, secret)


async def _secret(request: Request) -> str:
    """The key in the Authorization header, or an empty text."""
    if bearer := await BEARER(request):
        return bearer.credentials.strip()
    try:
        basic = await _BASIC(request)
    except HTTPException:  # Not the Base64 of a user and a password.
        return ""
    return basic.password if basic else ""


def _unauthorized() -> Response:
    response = problem(
        401,
        "AccessDenied",
        "This request needs a valid key.",
        "Send `Authorization: Bearer <key>`, or the key as the password of HTTP Basic.",
    )
    response.headers.update(_BASIC.make_authenticate_headers())
    return response


def _too_many(wait: float, detail: str) -> Response:
    response = problem(429, "TooManyRequests", detail, f"Try again in {math.ceil(wait)} seconds.")
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def _append_audit_entry(file: Path, key: Key, scope: Scope, status: int) -> None:
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "key": key.id,
        "name": key.name,
        "from": _address(scope),
        "method": scope["method"],
        "path": _USER.sub(_digest, scope["path"]),
        "status": status,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")


def _digest(match: re.Match[str]) -> str:
    """Name a user by a digest, because the log outlives an erased user."""
    return f"{match[1]}sha256:{hashlib.sha256(match[2].encode()).hexdigest()[:16]}"


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""
