"""What routes depend on, declared once."""

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Depends, Query, Request

from api.metrics import Figures
from api.worker_process import WorkerProcess
from graph.connection import Graph
from graph.importing.adapters.complete_journey import DATASET
from graph.settings import Settings
from network.runs import networks


@dataclass(frozen=True)
class Context:
    """What the application was created with."""

    settings: Settings
    graph: Graph
    worker: WorkerProcess
    figures: Figures

    @classmethod
    def of(cls, settings: Settings, graph: Graph) -> Self:
        """With nothing running yet."""
        return cls(settings, graph, WorkerProcess(graph, settings), Figures(graph))


def get_context(request: Request) -> Context:
    """The context of the application that serves this request."""
    context: Context = request.app.state.context
    return context


def get_graph(request: Request) -> Graph:
    """The database connection of the application."""
    return get_context(request).graph


ContextDep = Annotated[Context, Depends(get_context)]
GraphDep = Annotated[Graph, Depends(get_graph)]
DatasetQuery = Annotated[str, Query(description="The data set", examples=[DATASET])]


OffsetQuery = Annotated[int, Query(ge=0, le=1_000_000_000)]


def run_if_any(graph: Graph, dataset: str) -> str | None:
    """The latest network run of a data set; None where none was built."""
    return next((one.id for one in networks(graph, dataset)), None)
