"""Routes that refuse query parameters that they do not have."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from graph.errors import InvalidRequest


class StrictRoute(APIRoute):
    """A route that raises InvalidRequest for an unknown query parameter; FastAPI would ignore it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route behind the check."""
        handle = super().get_route_handler()
        fields = get_flat_params(self.dependant)
        known = frozenset(field.alias for field in fields if isinstance(field.field_info, params.Query))

        async def handle_known(request: Request) -> Response:
            if unknown := sorted(request.query_params.keys() - known):
                raise InvalidRequest(
                    f"Unknown query parameter: {', '.join(unknown)}.",
                    f"Leave it out, or use {', '.join(sorted(known))}." if known else "Leave it out.",
                )
            return await handle(request)

        return handle_known
