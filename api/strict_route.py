"""Routes that refuse parts of a request that FastAPI would ignore, and return lists as CSV, too."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, get_origin

from fastapi import Depends, Request, Response, params
from fastapi.dependencies.utils import get_flat_params, get_typed_return_annotation
from fastapi.routing import APIRoute

from api.csv_lists import row_schema
from api.csv_responses import CSV, csv_if_requested, get_format
from graph.errors import InvalidRequest


class StrictRoute(APIRoute):
    """A route that raises InvalidRequest for unknown or repeated query parameters and form fields.

    Where it returns a list of objects, it returns CSV to those who ask for it (``csv_responses``).
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._rows = row_schema(get_typed_return_annotation(endpoint))
        if self._rows:
            options["dependencies"] = [*(options.get("dependencies") or ()), Depends(get_format)]
            options["responses"] = {200: {"content": {CSV: {}}}, **(options.get("responses") or {})}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route behind the check."""
        handle = super().get_route_handler()
        queries = [
            field for field in get_flat_params(self.dependant) if isinstance(field.field_info, params.Query)
        ]
        forms = [field for field in self.dependant.body_params if isinstance(field.field_info, params.Form)]

        async def handle_known(request: Request) -> Response:
            _check("query parameter", queries, (name for name, _ in request.query_params.multi_items()))
            if forms:
                await _check_form(request, forms)
            response = await handle(request)
            return csv_if_requested(request, response, self._rows) if self._rows else response

        return handle_known


async def _check_form(request: Request, fields: list[Any]) -> None:
    form = await request.form()  # The request keeps it for the endpoint.
    try:
        _check("form field", fields, (name for name, _ in form.multi_items()))
    except InvalidRequest:
        await form.close()
        raise


def _check(what: str, fields: list[Any], names: Iterable[str]) -> None:
    counts, known = Counter(names), {field.alias for field in fields}
    if unknown := sorted(counts.keys() - known):
        raise InvalidRequest(
            f"Unknown {what}: {', '.join(unknown)}.",
            f"Leave it out, or use {', '.join(sorted(known))}." if known else "Leave it out.",
        )
    lists = {field.alias for field in fields if get_origin(field.field_info.annotation) is list}
    if repeated := sorted(name for name, count in counts.items() if count > 1 and name not in lists):
        raise InvalidRequest(f"Repeated {what}: {', '.join(repeated)}.", "Send it once.")
