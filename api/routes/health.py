"""Is the service well?"""

from importlib.metadata import version

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.deps import ContextDep, GraphDep
from api.schemas.resources import Health, Ready

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> Health:
    """This process answers, whatever is with the database: else it is to be started anew. Needs no key."""
    return Health(version=version("groundswell"))


@router.get("/ready")
def ready(graph: GraphDep) -> Ready:
    """Requests may be sent here; 503 where Neo4j or Graph Data Science does not answer. Needs no key."""
    return Ready(gds=graph.gds_version())


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Figures in Prometheus' text format"}},
)
def metrics(context: ContextDep) -> Response:
    """Requests, statements, jobs, and how fresh the data is, for Prometheus; needs a key that may read."""
    return Response(generate_latest(context.figures.registry), media_type=CONTENT_TYPE_LATEST)
