"""What routes depend on, declared once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Self, TypeVar

from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from api.metrics import Figures
from api.worker_process import WorkerProcess
from graph.connection import Graph
from graph.event_loop import EventLoopGraph
from graph.importing.adapters.complete_journey import DATASET
from graph.settings import Settings
from network.runs import networks

T = TypeVar("T")


@dataclass
class Context:
    """What the application was created with."""

    settings: Settings
    graph: Graph
    worker: WorkerProcess
    figures: Figures
    reads: EventLoopGraph | None = None
    """For `read_endpoint`; None before the application has started and after it has shut down."""

    @asynccontextmanager
    async def started(self) -> AsyncIterator[None]:
        """Within it, jobs are worked on and reads run on the event loop."""
        self.worker.start()
        self.reads = EventLoopGraph(self.graph)
        try:
            yield
        finally:
            reads, self.reads = self.reads, None
            await reads.aclose()
            self.worker.close()

    @classmethod
    def of(cls, settings: Settings, graph: Graph) -> Self:
        """With nothing running yet."""
        return cls(settings, graph, WorkerProcess(graph, settings), Figures(graph))


async def get_context(request: Request) -> Context:
    """The context of the application that serves this request."""
    context: Context = request.app.state.context
    return context


async def get_graph(request: Request) -> Graph:
    """The database connection of the application."""
    context: Context = request.app.state.context
    return context.reads or context.graph


def read_endpoint(endpoint: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """Run a synchronous endpoint, whose `graph` is a GraphDep, on the event loop: no thread waits for Neo4j.

    For endpoints that only read, and compute little: what they compute keeps the event loop busy.
    """

    @wraps(endpoint)
    async def on_event_loop(**parameters: Any) -> T:
        graph = parameters["graph"]
        if isinstance(graph, EventLoopGraph):
            return await graph.call(endpoint, **parameters)
        return await run_in_threadpool(endpoint, **parameters)

    return on_event_loop


# Dependencies are coroutines: FastAPI would run plain functions in a thread each.
ContextDep = Annotated[Context, Depends(get_context)]
GraphDep = Annotated[Graph, Depends(get_graph)]
DatasetQuery = Annotated[str, Query(description="The data set", examples=[DATASET])]


OffsetQuery = Annotated[int, Query(ge=0, le=1_000_000_000)]


def run_if_any(graph: Graph, dataset: str) -> str | None:
    """The latest network run of a data set; None where none was built."""
    return next((one.id for one in networks(graph, dataset)), None)
