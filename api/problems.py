"""Error responses as application/problem+json (RFC 9457): type, detail and remedy."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.serializers.remedies import action_of, request_of
from graph.errors import (
    AlreadyExists,
    DatabaseError,
    DatasetLocked,
    FolderUnusable,
    GroundswellError,
    ImportFailed,
    ImportRunning,
    InvalidRequest,
    NotFound,
    NotReady,
    ServerBusy,
)

_RETRY_SECONDS = 5
_STATUS: dict[type[GroundswellError], int] = {
    NotFound: 404,
    NotReady: 409,
    AlreadyExists: 409,
    InvalidRequest: 422,
    DatasetLocked: 409,
    ImportRunning: 409,
    ImportFailed: 422,
    DatabaseError: 503,
    FolderUnusable: 503,
    ServerBusy: 503,
}


_HTTP_REMEDIES = {
    404: "/docs lists all paths of the API; the page is at /.",
    405: "Use one of the methods in the header `Allow`.",
    408: "Send the request again.",
    413: "Send less at once, or compress files.",
}


def problem(status: int, kind: str, detail: str, remedy: str | None = None) -> JSONResponse:
    """Build the response for an error; its type URI is made from `kind`."""
    body: dict[str, Any] = {"type": f"urn:groundswell:problem:{kind}", "title": kind}
    body |= {"status": status, "detail": detail}
    if remedy:
        body["remedy"] = request_of(remedy)
    if action := action_of(remedy):
        body["action"] = action.model_dump()
    headers = {"Retry-After": str(_RETRY_SECONDS)} if status == 503 else None
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def status_of(error: GroundswellError) -> int:
    """Return the HTTP status of an error; 500 if it has none of its own."""
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)


def problem_of(error: GroundswellError) -> JSONResponse:
    """Build the response for one of Groundswell's errors."""
    return problem(status_of(error), error.code, str(error), error.remedy)


def _allowed_methods(request: Request) -> set[str]:
    """The methods of all operations of the path: the exception names those of one route only."""
    paths = request.app.openapi()["paths"]
    operations = [paths[path] for path in paths if compile_path(path)[0].match(request.scope["path"])]
    return {method.upper() for methods in operations for method in methods}


def _field_problem(details: dict[str, Any]) -> str:
    location = ".".join(map(str, details["loc"]))
    message = "unknown field" if details["type"] == "extra_forbidden" else details["msg"]
    return f"{location}: {message}"


def add_problem_handlers(app: FastAPI) -> None:
    """Return every error of `app` as a problem, without a traceback."""

    @app.exception_handler(GroundswellError)
    def _groundswell_error(_request: Request, error: GroundswellError) -> JSONResponse:
        return problem_of(error)

    @app.exception_handler(RequestValidationError)
    def _validation_error(_request: Request, error: RequestValidationError) -> JSONResponse:
        detail = "; ".join(_field_problem(details) for details in error.errors())
        return problem(
            422, "InvalidRequest", detail, "Correct the request; /docs lists its parameters and fields."
        )

    @app.exception_handler(HTTPException)
    def _http_error(request: Request, error: HTTPException) -> JSONResponse:
        remedy = _HTTP_REMEDIES.get(error.status_code, "Correct the request; /docs describes all of them.")
        response = problem(error.status_code, "HttpError", str(error.detail), remedy)
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            allowed = set(response.headers.get("Allow", "").split(", ")) - {""} | _allowed_methods(request)
            response.headers["Allow"] = ", ".join(sorted(allowed))
        return response

    @app.exception_handler(Exception)
    def _unexpected_error(_request: Request, _error: Exception) -> JSONResponse:
        return problem(500, "Unexpected", "The server failed unexpectedly.", "See the server's log.")
