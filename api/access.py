"""Who may ask: who has a key for it, or, where keys are off, anybody on this machine."""

import base64
import json
import math
import re
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.types import ASGIApp

from api.limits import RateLimit
from api.problems import problem, problem_of
from graph.connection import Graph
from graph.errors import GroundswellError
from graph.keys import Key, hash_of, list_keys, open_with
from graph.settings import Settings

OPEN_PATHS = frozenset({"/health"})
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


class KeyAccess(BaseHTTPMiddleware):
    """Asks for a key, as a bearer token (programs) or as a password (browsers); keeps to what it is for and
    how often it may ask; and writes down who wrote.
    """

    def __init__(self, app: ASGIApp, settings: Settings, graph: Graph) -> None:
        super().__init__(app)
        self._graph, self._audit = graph, settings.home / "logs" / "audit.jsonl"
        token = settings.api_token.get_secret_value()
        self._token = Key("token", "GROUNDSWELL_API_TOKEN", ("admin",), hash_of(token)) if token else None
        self._rate, self._guesses = RateLimit(settings.rate_per_minute), RateLimit(GUESSES_A_MINUTE)
        self._keys: list[Key] = []
        self._read_at = -math.inf

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Let the request through, or answer 401, 403 or 429."""
        if request.url.path in OPEN_PATHS:
            return await call_next(request)
        caller = request.client.host if request.client else ""
        if wait := self._guesses.spent(caller):
            return _too_often(wait, "Too many wrong keys came from this address.")
        given = _given(request.headers.get("authorization", ""))
        try:
            key = await run_in_threadpool(self._opened, given)
        except GroundswellError as error:  # The handlers of the application answer only what lies within it.
            return problem_of(error)
        if key is None:
            if given:  # A browser asks without a key first, and is no guesser.
                self._guesses.wait(caller)
            return _refused()
        if wait := self._rate.wait(key.id):
            return _too_often(wait, f"Key {key.id} asks too often.")
        scope = needed_scope(request.method, request.url.path)
        if not key.may(scope):
            return problem(
                403, "NotAllowed", f"Key {key.id} is not for this: it needs the scope {scope!r}.",
                f"Make one: `groundswell keys make NAME --scope {scope}`.",
            )  # fmt: skip
        response = await call_next(request)
        if scope != "read":
            await run_in_threadpool(_write_down, self._audit, key, request, response.status_code, caller)
        return response

    def _opened(self, given: str) -> Key | None:
        if self._token and secrets.compare_digest(hash_of(given), self._token.hash):
            return self._token
        if time.monotonic() - self._read_at > _KNOWN_FOR:
            self._keys, self._read_at = list_keys(self._graph), time.monotonic()
        return open_with(self._keys, given)


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


def _write_down(file: Path, key: Key, request: Request, status: int, caller: str) -> None:
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "key": key.id,
        "name": key.name,
        "from": caller,
        "method": request.method,
        "path": request.url.path,
        "status": status,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")
