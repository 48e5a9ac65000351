"""What there is: data sets, and the tags of one."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import DatasetQuery, GraphDep, OffsetQuery, read_endpoint, run_if_any
from api.schemas import users
from graph.datasets import datasets
from graph.importing.adapters.complete_journey import DATASET
from network import queries

router = APIRouter(prefix="/v1", tags=["data sets"])


@router.get("/datasets")
@read_endpoint
def list_datasets(graph: GraphDep) -> list[users.Dataset]:
    """The data sets of this database."""
    return [users.Dataset(id=row.pop("dataset"), **row) for row in datasets(graph)]


@router.get("/tags")
@read_endpoint
def list_tags(
    graph: GraphDep,
    response: Response,
    dataset: DatasetQuery = DATASET,
    kind: Annotated[str | None, Query(description="Of this kind only")] = None,
    text: Annotated[str | None, Query(description="Whose text contains this")] = None,
    key: Annotated[bool, Query(description="Key tags only, by their rank")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: OffsetQuery = 0,
) -> list[users.Tag]:
    """Tags, those of the most users first; `X-Total-Count` says how many there are on all pages."""
    run = run_if_any(graph, dataset)
    rows = queries.tags(graph, dataset, run, limit, offset, kind=kind, text=text, key=key)
    response.headers["X-Total-Count"] = str(rows[0]["total"] if rows else 0)
    return [users.Tag(**row) for row in rows]
