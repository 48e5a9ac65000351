"""Who may ask: who has a key for it, or, where keys are off, anybody on this machine."""

import base64
import json
import math
import re
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware.rate_limit import RateLimit
from api.problems import problem, problem_of
from graph.api_keys import Key, hash_of, list_keys, open_with
from graph.connection import Graph
from graph.errors import GroundswellError
from graph.settings import Settings

OPEN_PATHS = frozenset({"/health", "/ready"})
GUESSES_A_MINUTE = 20
_KNOWN_FOR = 5.0
"""Seconds for which keys are not read anew: so long a revoked one may still open."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_READS = ("/plan", "/what-if")
"""Posts that compute and store nothing."""
_CAMPAIGN = re.compile(r"/v1/campaigns(/[^/]+)?")
_BUILDS = ("/v1/networks", "/v1/models", "/v1/back-tests", "/v1/jobs")


def needed_scope(method: str, path: str) -> str:
    """What a key must be for; whatever is not known to need less needs `admin`."""
    if method in _SAFE or (method == "POST" and path.endswith(_READS)):
        return "read"
    if path == "/v1/imports" or path.startswith("/v1/imports/") or _CAMPAIGN.fullmatch(path):
        return "import"
    forecasts = path.startswith("/v1/campaigns/") and path.endswith("/forecast")
    return "build" if forecasts or path.startswith(_BUILDS) else "admin"


class KeyAccess:
    """Asks for a key, as a bearer token (programs) or as a password (browsers); keeps to what it is for and
    how often it may ask; and writes down who wrote.
    """

    def __init__(self, app: ASGIApp, settings: Settings, graph: Graph) -> None:
        self._app, self._graph = app, graph
        self._audit = settings.home / "logs" / "audit.jsonl"
        token = settings.api_token.get_secret_value()
        self._token = Key("token", "GROUNDSWELL_API_TOKEN", ("admin",), hash_of(token)) if token else None
        self._rate, self._guesses = RateLimit(settings.rate_per_minute), RateLimit(GUESSES_A_MINUTE)
        self._keys: list[Key] = []
        self._read_at = -math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 401, 403 or 429."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        needed = needed_scope(scope["method"], scope["path"])
        found = await self._admitted(scope, needed)
        if isinstance(found, Response):
            await found(scope, receive, send)
            return
        if needed == "read":
            await self._app(scope, receive, send)
            return
        status = 500

        async def told(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            await run_in_threadpool(_write_down, self._audit, found, scope, status)

    async def _admitted(self, scope: Scope, needed: str) -> Key | Response:
        """The key that opens, or the answer to who has none."""
        caller = _caller(scope)
        if wait := self._guesses.spent(caller):
            return _too_often(wait, "Too many wrong keys came from this address.")
        given = _given(Headers(scope=scope).get("authorization", ""))
        try:
            key = await self._opened(given)
        except GroundswellError as error:  # The handlers of the application answer only what lies within it.
            return problem_of(error)
        if key is None:
            if given:  # A browser asks without a key first, and is no guesser.
                self._guesses.wait(caller)
            return _refused()
        if wait := self._rate.wait(key.id):
            return _too_often(wait, f"Key {key.id} asks too often.")
        if not key.may(needed):
            return problem(
                403, "NotAllowed", f"Key {key.id} is not for this: it needs the scope {needed!r}.",
                f"Make one: `groundswell keys make NAME --scope {needed}`.",
            )  # fmt: skip
        return key

    async def _opened(self, given: str) -> Key | None:
        if self._token and secrets.compare_digest(hash_of(given), self._token.hash):
            return self._token
        if time.monotonic() - self._read_at > _KNOWN_FOR:
            self._keys, self._read_at = await run_in_threadpool(list_keys, self._graph), time.monotonic()
        return open_with(self._keys, given)


def _given(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).partition(b":")[2].decode()
        except ValueError:
            return ""
    return ""


def _refused() -> Response:
    answer = problem(
        401,
        "AccessDenied",
        "This server asks for a key.",
        "Send `Authorization: Bearer <key>`, or give the key as the password.",
    )
    answer.headers["WWW-Authenticate"] = 'Basic realm="Groundswell", charset="UTF-8"'
    return answer


def _too_often(wait: float, said: str) -> Response:
    answer = problem(429, "TooOften", said, f"Try again in {math.ceil(wait)} seconds.")
    answer.headers["Retry-After"] = str(math.ceil(wait))
    return answer


def _write_down(file: Path, key: Key, scope: Scope, status: int) -> None:
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "key": key.id,
        "name": key.name,
        "from": _caller(scope),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")


def _caller(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""
