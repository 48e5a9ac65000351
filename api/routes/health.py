"""Is the service well?"""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.deps import ContextDep, GraphDep
from api.schemas import Health

router = APIRouter(tags=["health"])


@router.get("/health")
def health(graph: GraphDep) -> Health:
    """Answers 503 where Neo4j or Graph Data Science does not answer."""
    return Health(status="ok", gds=graph.gds_version())


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Figures in Prometheus' text format"}},
)
def metrics(context: ContextDep) -> Response:
    """Requests, statements, jobs, and how fresh the data is, for Prometheus; needs a key that may read."""
    return Response(generate_latest(context.figures.registry), media_type=CONTENT_TYPE_LATEST)
