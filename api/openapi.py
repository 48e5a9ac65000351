"""Completes the OpenAPI description that FastAPI generates: keys, problems and examples."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from api.deps import TOTAL_HEADER
from api.middleware.auth import BEARER, OPEN_PATHS
from api.schemas.remedies import Action

_EXAMPLES = {
    "campaign_id": "18",
    "user_id": "1",
    "job_id": "4f0c9a1b22de",
    "import_id": "complete-journey.1",
    "origin": "2017-11-27",
    "since": "2017-11-20",
    "until": "2017-11-26",
    "kind": "Type A",
    "text": "coupon",
    "state": "ended",
}
"""Example values from the demo's data, by parameter name."""
_PLAN_EXAMPLES = {"campaign_id": "22"}
"""A campaign that starts after the demo's cut-off."""


_TOTAL = {
    "description": "The length of the whole list, without `limit` and `offset`",
    "schema": {"type": "integer", "minimum": 0},
}


class Problem(BaseModel):
    """An error and how to fix it (RFC 9457)."""

    type: str = Field(
        description="Identifies the kind of problem", examples=["urn:groundswell:problem:NotFound"]
    )
    title: str
    status: int
    detail: str = Field(description="What is wrong")
    remedy: str | None = Field(default=None, description="How to fix it")
    action: Action | None = Field(default=None, description="The remedy, if it is an action")


def describe(app: FastAPI, *, keys: bool) -> None:
    """Complete the OpenAPI description of `app`; `keys` is whether requests need one."""
    generate = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            description = generate()
            components = description["components"]
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            components["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
            for unused in ("HTTPValidationError", "ValidationError"):
                components["schemas"].pop(unused, None)
            if keys:
                scheme = BEARER.model.model_dump(mode="json", by_alias=True, exclude_none=True)
                components["securitySchemes"] = {"key": scheme}
            for path, operations in description["paths"].items():
                examples = _EXAMPLES | (_PLAN_EXAMPLES if path.endswith("/plan") else {})
                for operation in operations.values():
                    _complete_operation(operation, examples, key=keys and path not in OPEN_PATHS)
        return app.openapi_schema or {}

    app.openapi = complete  # type: ignore[method-assign]


def _complete_operation(operation: dict[str, Any], examples: dict[str, str], *, key: bool) -> None:
    schema = {"$ref": "#/components/schemas/Problem"}
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "A problem: 401, 403 and 429 concern the key; 404, 409 and 422 the request; 503, with "
        "`Retry-After`, the database",
        "content": {"application/problem+json": {"schema": schema}},
    }
    for parameter in operation.get("parameters", []):
        if parameter["name"] in examples and "example" not in parameter:
            parameter["example"] = examples[parameter["name"]]
    for response in operation["responses"].values():
        content = response.get("content", {}).get("application/json", {})
        if content.get("schema", {}).get("type") == "array":
            response["headers"] = {TOTAL_HEADER: _TOTAL}
    if key:
        operation["security"] = [{"key": []}]
