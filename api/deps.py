"""Dependencies of the endpoints."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Annotated, Any, ParamSpec, Self, TypeVar

from fastapi import Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.metrics import Metrics
from api.schemas.base import DATASET_DESCRIPTION
from api.schemas.requests import DatasetRequest
from api.worker_process import WorkerProcess
from graph.connection import Graph
from graph.datasets import resolve_dataset
from graph.errors import InvalidRequest, ServerBusy
from graph.event_loop import EventLoopGraph
from graph.settings import Settings
from network.runs import networks

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Context:
    """The settings, connections and helpers of one application."""

    settings: Settings
    graph: Graph
    worker: WorkerProcess
    metrics: Metrics
    reads: EventLoopGraph | None = None
    """Reads on the event loop; None unless the application has started."""
    known_datasets: set[str] = field(default_factory=set)
    """Data sets that requests named and that exist."""
    analyses: int = 0
    """How many plans and what-ifs are being computed."""

    @asynccontextmanager
    async def started(self) -> AsyncIterator[None]:
        """Run jobs, and reads on the event loop, while the context manager is open."""
        self.worker.start()
        self.reads = EventLoopGraph(self.graph)
        try:
            yield
        finally:
            reads, self.reads = self.reads, None
            self.worker.close()
            await reads.aclose()

    async def read_revision(self) -> str:
        """Read the revision of the graph, see ``Graph.revision``."""
        graph = self.reads or self.graph
        return await read(graph, graph.revision)

    @classmethod
    def of(cls, settings: Settings, graph: Graph) -> Self:
        """The context of an application that has not started."""
        return cls(settings, graph, WorkerProcess(graph, settings), Metrics(graph))


async def get_context(request: Request) -> Context:
    """Return the context of the application."""
    context: Context = request.app.state.context
    return context


async def limit_analyses(request: Request) -> AsyncIterator[None]:
    """Count an analysis while it is computed. Raises ServerBusy if as many run as may at once."""
    context = await get_context(request)
    if context.analyses >= context.settings.concurrent_analyses:
        raise ServerBusy(
            f"The server already computes {context.analyses} plans or what-ifs.",
            "Try again in a few seconds; GROUNDSWELL_CONCURRENT_ANALYSES sets how many it computes at once.",
        )
    context.analyses += 1
    try:
        yield
    finally:
        context.analyses -= 1


async def get_graph(request: Request) -> Graph:
    """Return the database connection of the application."""
    context: Context = request.app.state.context
    return context.reads or context.graph


def read_endpoint(endpoint: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """Run a synchronous endpoint on the event loop, so that no thread waits for Neo4j.

    The endpoint must have a parameter `graph: GraphDep`, must only read, and must compute little, because
    its computations block the event loop.
    """

    @wraps(endpoint)
    async def on_event_loop(**parameters: Any) -> T:
        return await read(parameters["graph"], endpoint, **parameters)

    return on_event_loop


async def read(graph: Graph, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `function`, which reads from `graph`, on the event loop, or in a thread before start-up."""
    if isinstance(graph, EventLoopGraph):
        return await graph.call(function, *args, **kwargs)
    return await run_in_threadpool(function, *args, **kwargs)


# Dependencies are coroutines: FastAPI would run plain functions in a thread each.
ContextDep = Annotated[Context, Depends(get_context)]
GraphDep = Annotated[Graph, Depends(get_graph)]


DatasetQuery = Annotated[str | None, Query(description=DATASET_DESCRIPTION, examples=["complete-journey"])]


async def get_dataset(request: Request, dataset: DatasetQuery = None) -> str:
    """Return the data set of a request, see ``resolve_dataset``."""
    context = await get_context(request)
    if dataset and dataset in context.known_datasets:
        return dataset
    graph = await get_graph(request)
    resolved = await read(graph, resolve_dataset, graph, dataset)
    context.known_datasets.add(resolved)
    return resolved


def named_dataset(body: DatasetRequest, dataset: str | None) -> str | None:
    """Return the data set that the body or the query names. Raises InvalidRequest if they name two."""
    if body.dataset and dataset and body.dataset != dataset:
        raise InvalidRequest(
            f"The query names the data set {dataset!r}, the body {body.dataset!r}.", "Name one of them."
        )
    return body.dataset or dataset


DatasetDep = Annotated[str, Depends(get_dataset)]


@dataclass(frozen=True)
class Page:
    """The part of a list that a request asks for."""

    limit: int
    offset: int

    def of(self, rows: Sequence[T], response: Response) -> Sequence[T]:
        """Return this part of all `rows`, and put their number into the header."""
        set_total(response, len(rows))
        return rows[self.offset : self.offset + self.limit]


async def get_page(
    limit: Annotated[int, Query(ge=1, le=1000, description="How many to return at most")] = 1000,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000, description="How many to skip first")] = 0,
) -> Page:
    """Return the page of a request."""
    return Page(limit, offset)


PageDep = Annotated[Page, Depends(get_page)]
TOTAL_HEADER = "X-Total-Count"


def set_total(response: Response, total: int) -> None:
    """Put the length of a whole list into the header of a response."""
    response.headers[TOTAL_HEADER] = str(total)


def latest_run_id(graph: Graph, dataset: str) -> str | None:
    """Return the id of a data set's latest network run, or None."""
    return next((run.id for run in networks(graph, dataset)), None)
