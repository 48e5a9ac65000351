"""Is the service well?"""

from fastapi import APIRouter

from api.deps import GraphDep
from api.schemas import Health

router = APIRouter(tags=["health"])


@router.get("/health")
def health(graph: GraphDep) -> Health:
    """Answers 503 where Neo4j or Graph Data Science does not answer."""
    return Health(status="ok", gds=graph.gds_version())
