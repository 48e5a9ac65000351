"""Data sets and tags."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import DatasetDep, GraphDep, PageDep, latest_run_id, read_endpoint, set_total
from api.schemas.datasets import Dataset, Tag
from api.strict_route import StrictRoute
from graph.datasets import datasets
from network import queries

router = APIRouter(prefix="/v1", tags=["data sets"], route_class=StrictRoute)


@router.get("/datasets")
@read_endpoint
def list_datasets(graph: GraphDep, response: Response, page: PageDep) -> list[Dataset]:
    """List the data sets of the database."""
    return [Dataset(id=row.pop("dataset"), **row) for row in page.of(datasets(graph), response)]


@router.get("/tags")
@read_endpoint
def list_tags(
    graph: GraphDep,
    response: Response,
    dataset: DatasetDep,
    kind: Annotated[str | None, Query(description="Only tags of this kind")] = None,
    text: Annotated[str | None, Query(description="Only tags whose text contains this")] = None,
    key: Annotated[bool, Query(description="Only key tags, sorted by rank")] = False,
    *,
    page: PageDep,
) -> list[Tag]:
    """List tags, those with the most users first."""
    run = latest_run_id(graph, dataset)
    rows, total = queries.tags(graph, dataset, run, page.limit, page.offset, kind=kind, text=text, key=key)
    set_total(response, total)
    return [Tag(**row) for row in rows]
