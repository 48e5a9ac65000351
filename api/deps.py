"""What routes depend on, declared once."""

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Depends, Query, Request

from api.figures import Figures
from api.worker import WorkerProcess
from forecasting.records import no_campaign
from forecasting.series import campaign_list
from graph.connection import Graph
from graph.errors import NotReady
from graph.importing.adapters.complete_journey import DATASET
from graph.network.runs import NetworkRun, network_run, networks
from graph.settings import Settings


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


def network_of(graph: Graph, dataset: str, campaign: str) -> NetworkRun:
    """The network to show a campaign on: its latest forecast's, else the latest built.

    Raises NotFound where there is no such campaign, NotReady where no network was built.
    """
    rows = graph.run("runs/network_of", dataset=dataset, campaign=campaign)
    if not rows:
        raise no_campaign(dataset, campaign, campaign_list(graph, dataset))
    if rows[0]["figures"] is None:
        raise NotReady(
            f"There is no spreading network of {dataset!r} yet.", "Run `groundswell network build`."
        )
    return network_run(rows[0])
