"""A connection to a Groundswell server: sends requests, and parses responses and errors."""

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from graph import errors
from graph.remedies import Remedy

T = TypeVar("T")


class ServerConnection:
    """Sends requests to one server. For the parameters, see ``api.client.Client``."""

    def __init__(self, address: str, key: str = "", seconds: float = 300.0) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            self._http = httpx.Client(base_url=address, headers=headers, timeout=seconds)
        except httpx.InvalidURL as error:
            raise _invalid_address(address) from error
        if self._http.base_url.scheme not in ("http", "https") or not self._http.base_url.host:
            raise _invalid_address(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def _request(self, kind: type[T], operation: str, body: Any = None, /, **parameters: Any) -> T:
        content = {}
        if body is not None:
            content = {"json": body.model_dump(mode="json", exclude_unset=True, warnings=False)}
        return _parse(kind, self._send(operation, content, **parameters))

    def _upload(self, kind: type[T], operation: str, fields: dict[str, Any], files: Iterable[Path]) -> T:
        with ExitStack() as opened:
            parts = [("files", (path.name, opened.enter_context(path.open("rb")))) for path in files]
            texts = {name: str(value) for name, value in fields.items() if value is not None}
            return _parse(kind, self._send(operation, {"data": texts, "files": parts}))

    def _send(
        self, operation: str, body: dict[str, Any] | None = None, /, **parameters: Any
    ) -> httpx.Response:
        """Send a request with the parameters of its path, and all others in its query."""
        method, _, path = operation.partition(" ")
        in_path = {
            name: quote(str(value), safe="") for name, value in parameters.items() if f"{{{name}}}" in path
        }
        in_query = {
            name: str(value) if isinstance(value, date) else value
            for name, value in parameters.items()
            if name not in in_path and value is not None
        }
        try:
            response = self._http.request(method, path.format(**in_path), params=in_query, **(body or {}))
        except httpx.TransportError as error:
            raise errors.ServerUnreachable(
                f"No Groundswell server answers at {self._http.base_url} ({error}).",
                "Check the address and the network, and that `groundswell serve` runs there.",
            ) from error
        if not response.is_success:
            raise _error_of(response)
        return response


def _parse(kind: type[T], response: httpx.Response) -> T:
    try:
        return TypeAdapter(kind).validate_json(response.content)
    except ValidationError as error:
        raise errors.ServerRefused(
            f"The response of {response.url} does not fit this version of Groundswell.",
            "Compare the versions: GET /health returns the server's.",
        ) from error


_ERRORS: dict[str, type[errors.GroundswellError]] = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.GroundswellError)
}


def _error_of(response: httpx.Response) -> errors.GroundswellError:
    """The error of ``graph.errors`` that the response names."""
    try:
        problem = response.json()
        detail, code = str(problem["detail"]), str(problem["title"])
    except (ValueError, KeyError, TypeError):
        return errors.ServerRefused(
            f"{response.url} answered {response.status_code}, but not as a Groundswell server does.",
            "Check the address.",
        )
    kind = _ERRORS.get(code, errors.ServerRefused)
    remedy = Remedy.from_parts(problem.get("action")) or str(problem.get("remedy") or "See the server's log.")
    if code == "AccessDenied":
        remedy = "Set GROUNDSWELL_SERVER_KEY to a key of the server: `groundswell keys make` there."
    return kind(detail, remedy)


def _invalid_address(address: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(f"{address!r} is not an HTTP address.", "Write it like https://host:8000.")
