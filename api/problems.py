"""Errors as application/problem+json (RFC 9457): a type, a sentence, and what to do."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from graph.errors import (
    AlreadyThere,
    DatabaseError,
    FolderUnusable,
    GroundswellError,
    ImportFailed,
    ImportRunning,
    InvalidRequest,
    NotFound,
    NotReady,
)

_RETRY_SECONDS = 5
_STATUS: dict[type[GroundswellError], int] = {
    NotFound: 404,
    NotReady: 409,
    AlreadyThere: 409,
    InvalidRequest: 422,
    ImportRunning: 409,
    ImportFailed: 422,
    DatabaseError: 503,
    FolderUnusable: 503,
}


def problem(status: int, kind: str, detail: str, remedy: str | None = None) -> JSONResponse:
    """The response for one error; `kind` becomes a stable type URI."""
    body = {"type": f"urn:groundswell:problem:{kind}", "title": kind, "status": status, "detail": detail}
    if remedy:
        body["remedy"] = remedy
    headers = {"Retry-After": str(_RETRY_SECONDS)} if status == 503 else None
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def status_of(error: GroundswellError) -> int:
    """The HTTP status that an error amounts to."""
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)


def problem_of(error: GroundswellError) -> JSONResponse:
    """The response for an error of ours."""
    return problem(status_of(error), type(error).__name__, str(error), error.remedy)


def _methods(request: Request) -> list[str]:
    """Of all routes of the path: the router itself would name those of the first one."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] != Match.NONE]
    return sorted({method for route in routes for method in getattr(route, "methods", None) or ()})


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error as a problem, and none with a traceback."""

    @app.exception_handler(GroundswellError)
    def _known(_request: Request, error: GroundswellError) -> JSONResponse:
        return problem_of(error)

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return problem(422, "InvalidRequest", said, "Correct the parameters; /docs lists them.")

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, "HttpError", str(error.detail))
        answer.headers.update(error.headers or {})
        if error.status_code == 405:
            answer.headers["Allow"] = ", ".join(_methods(request))
        return answer

    @app.exception_handler(Exception)
    def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
        return problem(500, "Unexpected", "Something went wrong here.", "The server's log says what.")
