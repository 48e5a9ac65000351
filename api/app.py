"""Creates the FastAPI application."""

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

from api.deps import TOTAL_HEADER, Context
from api.middleware.auth import KeyAuthentication
from api.middleware.body_limits import BodyLimits
from api.middleware.request_logging import RequestLog, RequestLogging
from api.middleware.request_origin import RequestOrigin
from api.middleware.response_cache import ResponseCache
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
    series,
    users,
    what_if,
)
from graph.api_keys import list_keys
from graph.connection import Graph
from graph.errors import InvalidRequest
from graph.settings import Settings

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def create_app(settings: Settings, graph: Graph, host: str = "127.0.0.1", *, keys: bool = True) -> FastAPI:
    """Create the API and its page.

    Parameters
    ----------
    settings
        The settings of the server.
    graph
        The database connection; it is closed when the application shuts down.
    host
        The address that the server will listen on.
    keys
        Whether requests need an API key. Without keys, everyone on this machine has access.

    Raises
    ------
    InvalidRequest
        No key exists yet, or `keys` is False although other machines can reach `host`.
    """
    context, log = Context.of(settings, graph), RequestLog(settings.home / "logs")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with context.started():
            yield
        log.close()
        graph.close()

    # Serves the scripts of /docs and /redoc itself; FastAPI would load them from a CDN.
    app = FastAPIOffline(
        title="Groundswell",
        version=version("groundswell"),
        summary="Forecasts how far marketing campaigns spread, through whom, and who takes part next.",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,  # The names of the endpoints are unique.
    )
    app.state.context = context
    app.add_middleware(ResponseCache, read_revision=context.read_revision)
    app.add_middleware(GZipMiddleware, minimum_size=2048)
    app.add_middleware(BodyLimits, settings=settings)
    _add_authentication(app, settings, graph, host, keys)
    origins = [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]
    hosts = None if keys else _LOOPBACK_NAMES | {host}
    app.add_middleware(RequestOrigin, origins=origins, hosts=hosts)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "If-None-Match", "X-Request-ID"],
            expose_headers=["ETag", "Location", "Retry-After", "X-Request-ID", TOTAL_HEADER],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLogging, metrics=context.metrics, log=log)
    add_problem_handlers(app)
    # A request is matched with the routers in this order: the most requested come first.
    for routes in (
        campaigns,
        forecasts,
        networks,
        users,
        plans,
        what_if,
        series,
        models,
        datasets,
        imports,
        jobs,
    ):
        app.include_router(routes.router)
    for routes in (health, page):
        app.include_router(routes.router)
    describe(app, keys=keys)
    static = Path(page.__file__).parents[1] / "page" / "static"
    app.mount("/static", StaticFiles(directory=static), name="static")
    return app


def _add_authentication(app: FastAPI, settings: Settings, graph: Graph, host: str, keys: bool) -> None:
    if keys:
        if not settings.api_token.get_secret_value() and all(key.revoked_at for key in list_keys(graph)):
            raise InvalidRequest(
                "No API key exists yet.",
                "Make one with `groundswell keys make NAME`, or serve only this machine with --no-keys.",
            )
        app.add_middleware(KeyAuthentication, settings=settings, graph=graph)
    elif not is_loopback(host):
        raise InvalidRequest(
            f"Other machines can reach {host}, so the API needs keys.",
            "Omit --no-keys, or serve on 127.0.0.1.",
        )


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
