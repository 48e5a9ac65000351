"""Limits concurrent requests after an outage of the database, and runs the cheapest first."""

import asyncio
import heapq
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Protocol, TypeVar

INITIAL_LIMIT = 2
"""How many requests may run at first; every success doubles the number. A restarted Neo4j compiles every
statement again, and under full load it would return nothing for a long time.
"""
_LAST_LIMIT = 64
"""The limit after which there is none."""
_GATHER_SECONDS = 0.05
"""How long a request waits for others that may be cheaper."""
_MAX_PATHS = 1000
"""Of how many paths the last duration is kept."""


class HasStatus(Protocol):
    """An HTTP response."""

    @property
    def status(self) -> int:
        """Its status code."""


R = TypeVar("R", bound=HasStatus)


class RecoveryLimiter:
    """Unlimited until `restrict` is called; then a few requests at a time, more with each success."""

    def __init__(self) -> None:
        self._limit: float = math.inf
        self._running = 0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()
        self._durations: OrderedDict[str, float] = OrderedDict()

    def restrict(self, error: Exception) -> None:
        """Start over with the initial limit, and raise `error` in all requests that wait."""
        self._limit = INITIAL_LIMIT
        for *_, turn in self._waiting:
            if not turn.done():
                turn.set_exception(error)
        self._waiting.clear()

    async def run(self, path: str, request: Callable[[], Awaitable[R]]) -> R:
        """Await `request`, a request of `path`, when the limit allows it.

        Raises the error of `restrict` if that is called meanwhile.
        """
        await self._enter(path)
        started, succeeded = time.monotonic(), False
        try:
            response = await request()
            succeeded = response.status < 500
            return response
        finally:
            self._leave(path, time.monotonic() - started, succeeded=succeeded)

    async def _enter(self, path: str) -> None:
        if self._limit == math.inf:
            self._running += 1
            return
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        heapq.heappush(self._waiting, (self._durations.get(path, math.inf), next(self._order), turn))
        loop.call_later(_GATHER_SECONDS, self._admit)
        await turn

    def _leave(self, path: str, seconds: float, *, succeeded: bool) -> None:
        self._running -= 1
        if succeeded:
            self._limit = self._limit * 2 if self._limit < _LAST_LIMIT else math.inf
            self._durations[path] = seconds
            self._durations.move_to_end(path)
            if len(self._durations) > _MAX_PATHS:
                self._durations.popitem(last=False)
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._running < self._limit:
            turn = heapq.heappop(self._waiting)[-1]
            if not turn.done():  # A cancelled request has left the queue.
                self._running += 1
                turn.set_result(None)
