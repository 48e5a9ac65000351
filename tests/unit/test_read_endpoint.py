"""Read endpoints receive the graph and their parameters by name, as FastAPI passes them."""

import asyncio
from typing import cast

from api.deps import read_endpoint
from graph.connection import Graph


def test_read_endpoint_receives_its_parameters_by_name() -> None:
    graph = cast(Graph, object())

    @read_endpoint
    def endpoint(graph: Graph, campaign: str) -> tuple[Graph, str]:
        return graph, campaign

    assert asyncio.run(_call(endpoint(graph=graph, campaign="18"))) == (graph, "18")


async def _call(response: object) -> object:
    return await response  # type: ignore[misc]
