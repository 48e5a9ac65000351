"""Health, readiness and metrics."""

from importlib.metadata import version

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.deps import ContextDep, GraphDep
from api.schemas.health import Health, Ready
from api.strict_route import StrictRoute

router = APIRouter(tags=["health"], route_class=StrictRoute)


@router.get("/health")
async def health() -> Health:
    """Liveness: answers even if the database does not. If it fails, restart the process. Needs no key."""
    return Health(version=version("groundswell"))


@router.get("/ready")
def ready(graph: GraphDep) -> Ready:
    """Readiness: 503 if Neo4j or Graph Data Science does not answer. Needs no key."""
    return Ready(gds=graph.gds_version())


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Metrics in Prometheus' text format"}},
)
def metrics(context: ContextDep) -> Response:
    """Requests, statements, jobs and data freshness, for Prometheus. Needs a key with the scope `read`."""
    return Response(generate_latest(context.metrics.registry), media_type=CONTENT_TYPE_LATEST)
