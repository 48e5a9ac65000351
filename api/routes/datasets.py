"""Data sets and tags."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import DatasetDep, GraphDep, OffsetQuery, latest_run_id, read_endpoint
from api.schemas.datasets import Dataset, Tag
from api.strict_route import StrictRoute
from graph.datasets import datasets
from network import queries

router = APIRouter(prefix="/v1", tags=["data sets"], route_class=StrictRoute)


@router.get("/datasets")
@read_endpoint
def list_datasets(graph: GraphDep) -> list[Dataset]:
    """List the data sets of the database."""
    return [Dataset(id=row.pop("dataset"), **row) for row in datasets(graph)]


@router.get("/tags")
@read_endpoint
def list_tags(
    graph: GraphDep,
    response: Response,
    dataset: DatasetDep,
    kind: Annotated[str | None, Query(description="Only tags of this kind")] = None,
    text: Annotated[str | None, Query(description="Only tags whose text contains this")] = None,
    key: Annotated[bool, Query(description="Only key tags, sorted by rank")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: OffsetQuery = 0,
) -> list[Tag]:
    """List tags, those with the most users first. `X-Total-Count` is their number on all pages."""
    run = latest_run_id(graph, dataset)
    rows = queries.tags(graph, dataset, run, limit, offset, kind=kind, text=text, key=key)
    response.headers["X-Total-Count"] = str(rows[0]["total"] if rows else 0)
    return [Tag(**row) for row in rows]
