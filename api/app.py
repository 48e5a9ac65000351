"""Creates the application."""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.access import TokenAccess, UploadLimit
from api.deps import Context
from api.jobs import ImportJobs
from api.problems import add_problem_handlers
from api.routes import campaigns, forecasts, health, imports, models, networks, page, plans, users, what_if
from graph.connection import Graph
from graph.errors import InvalidRequest
from graph.settings import Settings

_LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]


def create_app(settings: Settings, graph: Graph, host: str = "127.0.0.1") -> FastAPI:
    """The API and its page over one database connection, which is closed at shutdown.

    Raises InvalidRequest where `host` is reachable from other machines and no token is set.
    """

    jobs = ImportJobs(graph, settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        jobs.close()
        graph.close()

    # Serves the documentation's scripts from this machine; FastAPI itself would name a CDN.
    app = FastAPIOffline(
        title="Groundswell",
        version=version("groundswell"),
        summary="How far a campaign will carry, through whom, and what comes next.",
        lifespan=lifespan,
    )
    app.state.context = Context(settings, graph, jobs)
    app.add_middleware(GZipMiddleware, minimum_size=2048)
    app.add_middleware(UploadLimit, most=settings.max_upload_mib << 20)
    _guard(app, settings, host)
    add_problem_handlers(app)
    for routes in (health, campaigns, forecasts, plans, what_if, models, networks, users, imports, page):
        app.include_router(routes.router)
    static = Path(page.__file__).parents[1] / "page" / "static"
    app.mount("/static", StaticFiles(directory=static), name="static")
    return app


def _guard(app: FastAPI, settings: Settings, host: str) -> None:
    token = settings.api_token.get_secret_value()
    if token:
        app.add_middleware(TokenAccess, token=token)
    elif not is_loopback(host):
        raise InvalidRequest(
            f"{host} can be reached from other machines, and no token is set.",
            "Set GROUNDSWELL_API_TOKEN to a secret of your choice, or serve on 127.0.0.1.",
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
