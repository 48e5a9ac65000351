"""The API's description of itself (OpenAPI): with a key, with problems, and with something to try."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from api.middleware.auth import OPEN_PATHS

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
"""Of the demo's data, by the name of the parameter."""
_PLANNED = {"campaign_id": "22"}
"""A campaign that has not begun on the demo's day."""
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of `groundswell keys make`; a browser may give it as a password.",
}


class Problem(BaseModel):
    """What went wrong, and what to do (RFC 9457)."""

    type: str = Field(
        description="Stays the same for the same problem", examples=["urn:groundswell:problem:NotFound"]
    )
    title: str
    status: int
    detail: str = Field(description="A sentence")
    remedy: str | None = Field(default=None, description="What to do")


def describe(app: FastAPI, *, keys: bool) -> None:
    """Complete what the routes alone tell; `keys`: whether they are asked for."""
    plain = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            told = plain()
            parts = told["components"]["schemas"]
            parts["Problem"] = Problem.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                parts.pop(unused, None)
            if keys:
                told["components"]["securitySchemes"] = {"key": _KEY}
            for path, operations in told["paths"].items():
                examples = _EXAMPLES | (_PLANNED if path.endswith("/plan") else {})
                for operation in operations.values():
                    _complete(operation, examples, asks=keys and path not in OPEN_PATHS)
        return app.openapi_schema or {}

    app.openapi = whole  # type: ignore[method-assign]


def _complete(operation: dict[str, Any], examples: dict[str, str], *, asks: bool) -> None:
    schema = {"$ref": "#/components/schemas/Problem"}
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "A problem: 401, 403 and 429 tell of keys; 404, 409 and 422 of what was asked; 503 of "
        "Neo4j, with `Retry-After`",
        "content": {"application/problem+json": {"schema": schema}},
    }
    for parameter in operation.get("parameters", []):
        if parameter["name"] in examples and "example" not in parameter:
            parameter["example"] = examples[parameter["name"]]
    if asks:
        operation["security"] = [{"key": []}]
