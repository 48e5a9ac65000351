"""Bare FastAPI routes on Neo4j's asyncio driver that run the same statements as the API's reads.

Run as ``python -m benchmarks.asyncio_peer DATASET CAMPAIGN PORT``.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from neo4j import AsyncDriver, AsyncGraphDatabase

import cypher
from forecasting.records import find_forecast, network_of
from graph.connection import Graph, connect
from graph.database import Database
from graph.settings import Settings

_Queries = list[tuple[str, dict[str, Any]]]
"""Names of statements, with their parameters."""


def statements(graph: Graph, dataset: str, campaign: str) -> dict[str, _Queries]:
    """Return the statements that each read of the API runs."""
    by_campaign = {"dataset": dataset, "campaign": campaign}
    by_run = by_campaign | {"run": network_of(graph, dataset, campaign).id}
    by_forecast = {"dataset": dataset, "id": find_forecast(graph, dataset, campaign).id}
    network = ("runs/network_of", by_campaign)
    return {
        "forecast": [("forecasts/read_forecast", by_campaign), ("forecasts/expected_groups", by_forecast)],
        "key-users": [network, ("campaigns/key_users", by_run)],
        "neighbour-groups": [network, ("campaigns/neighbour_groups", by_run)],
    }


def application(settings: Settings, reads: dict[str, _Queries], campaign: str) -> FastAPI:
    """Return an application with the paths of the API's own routes."""
    database = Database.of(settings)
    driver = AsyncGraphDatabase.driver(database.uri, **database.driver_options())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with driver:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/health")
    async def health() -> Response:
        return Response()

    for read, queries in reads.items():
        _add_route(app, driver, f"/v1/campaigns/{campaign}/{read}", queries)
    return app


def _add_route(app: FastAPI, driver: AsyncDriver, path: str, queries: _Queries) -> None:
    @app.get(path)
    async def rows() -> Response:
        results = []
        async with driver.session(database="neo4j") as session:
            for name, parameters in queries:
                result = await session.run(cypher.statement(name).text, parameters)
                results.append(await result.data())
        return Response(json.dumps(results), media_type="application/json")


def main() -> None:
    """Serve until interrupted."""
    dataset, campaign, port = sys.argv[1:]
    settings = Settings()
    with connect(settings) as graph:
        reads = statements(graph, dataset, campaign)
    uvicorn.run(application(settings, reads, campaign), port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
