"""Routes that refuse query parameters and form fields that they do not have, or that are repeated."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, get_origin

from fastapi import Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from graph.errors import InvalidRequest


class StrictRoute(APIRoute):
    """A route that raises InvalidRequest where FastAPI would ignore a part of the request."""

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
            return await handle(request)

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
