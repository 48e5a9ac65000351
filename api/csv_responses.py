"""Responses with a list, as JSON or as CSV."""

import json
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel

from api.csv_lists import prefers_csv, to_csv

CSV = "text/csv"


async def get_format(
    format: Annotated[
        Literal["json", "csv"] | None,
        Query(description="Default: CSV if the header `Accept` prefers `text/csv`, otherwise JSON"),
    ] = None,
) -> None:
    """Declare the query parameter `format`, which ``csv_if_requested`` reads."""


def csv_if_requested(request: Request, response: Response, schema: type[BaseModel]) -> Response:
    """Return a JSON list as CSV if the request asks for it, with `format` or else with `Accept`."""
    response.headers["Vary"] = "Accept"
    requested = request.query_params.get("format")
    if requested == "json" or not (requested or prefers_csv(request.headers.get("accept", ""))):
        return response
    kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    file = request.url.path.rpartition("/")[2]
    kept["Content-Disposition"] = f'attachment; filename="{file}.csv"'
    return Response(to_csv(schema, json.loads(bytes(response.body))), headers=kept, media_type=CSV)
