"""Creates the application."""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.deps import Context
from api.middleware.auth import KeyAccess
from api.middleware.body_limits import BodyLimits
from api.middleware.request_logging import Observed, RequestLog
from api.middleware.response_cache import Remembered
from api.middleware.security_headers import SecurityHeaders
from api.openapi import describe
from api.problems import add_problem_handlers
from api.routes import (
    campaigns,
    datasets,
    forecasts,
    health,
    imports,
    jobs,
    models,
    networks,
    page,
    plans,
    users,
    what_if,
)
from graph.api_keys import list_keys
from graph.connection import Graph
from graph.errors import InvalidRequest
from graph.settings import Settings

_LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]


def create_app(settings: Settings, graph: Graph, host: str = "127.0.0.1", *, keys: bool = True) -> FastAPI:
    """The API and its page over one database connection, which is closed at shutdown. Without `keys` anybody
    on this machine may ask.

    Raises InvalidRequest where nobody has a key, or where without them `host` is reachable from other
    machines.
    """

    context, log = Context.of(settings, graph), RequestLog(settings.home / "logs")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with context.started():
            yield
        log.close()
        graph.close()

    # Serves the documentation's scripts from this machine; FastAPI itself would name a CDN.
    app = FastAPIOffline(
        title="Groundswell",
        version=version("groundswell"),
        summary="How far a campaign will carry, through whom, and what comes next.",
        lifespan=lifespan,
    )
    app.state.context = context
    app.add_middleware(Remembered, graph=graph)
    app.add_middleware(GZipMiddleware, minimum_size=2048)
    app.add_middleware(BodyLimits, settings=settings)
    _guard(app, settings, graph, host, keys)
    if origins := [one.strip() for one in settings.cors_origins.split(",") if one.strip()]:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "If-None-Match", "X-Request-ID"],
            expose_headers=["ETag", "Location", "Retry-After", "X-Request-ID", "X-Total-Count"],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observed, figures=context.figures, log=log)
    add_problem_handlers(app)
    data = (datasets, campaigns, users, networks)
    outlooks = (forecasts, plans, what_if, models)
    for routes in (health, *data, *outlooks, imports, jobs, page):
        app.include_router(routes.router)
    describe(app, keys=keys)
    static = Path(page.__file__).parents[1] / "page" / "static"
    app.mount("/static", StaticFiles(directory=static), name="static")
    return app


def _guard(app: FastAPI, settings: Settings, graph: Graph, host: str, keys: bool) -> None:
    if keys:
        if not settings.api_token.get_secret_value() and all(key.revoked_at for key in list_keys(graph)):
            raise InvalidRequest(
                "Nobody has a key to the API yet.",
                "Make one: `groundswell keys make NAME`; or serve this machine alone with --no-keys.",
            )
        app.add_middleware(KeyAccess, settings=settings, graph=graph)
    elif not is_loopback(host):
        raise InvalidRequest(
            f"{host} can be reached from other machines, so the API cannot go without keys.",
            "Leave out --no-keys, or serve on 127.0.0.1.",
        )
    else:
        # Keeps a web page elsewhere from reaching in through a name that resolves to loopback.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_LOOPBACK_NAMES, host])


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
