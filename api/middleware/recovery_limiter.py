"""Who may ask a database that has only just come back: few at a time, and who asks for little goes first."""

import asyncio
import heapq
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Protocol, TypeVar

FIRST = 2
"""As many may ask at first; with each good answer twice as many. A database that was started anew compiles
every statement anew, too, and asked everything at once it would answer nobody for long.
"""
_OPEN = 64
"""Once so many may ask, all may."""
_GATHER_SECONDS = 0.05
"""So long whoever comes waits for others, who may ask for less."""
_PATHS = 1000
"""So many paths' times are remembered."""


class Answer(Protocol):
    """What came of asking."""

    @property
    def status(self) -> int:
        """The status of HTTP."""


A = TypeVar("A", bound=Answer)


class Gate:
    """Open until it is closed; from then on it lets in a few at a time, until it is open again."""

    def __init__(self) -> None:
        self._places: float = math.inf
        self._inside = 0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()
        self._took: OrderedDict[str, float] = OrderedDict()

    def close(self, away: Exception) -> None:
        """The database is away, and will be cold: whoever waits is told so."""
        self._places = FIRST
        for *_, place in self._waiting:
            if not place.done():
                place.set_exception(away)
        self._waiting.clear()

    async def through(self, path: str, ask: Callable[[], Awaitable[A]]) -> A:
        """What `ask` returns, once there is a place for who asks for `path`.

        Raises what the gate is closed with meanwhile.
        """
        await self._enter(path)
        began, good = time.monotonic(), False
        try:
            answer = await ask()
            good = answer.status < 500
            return answer
        finally:
            self._leave(path, time.monotonic() - began, good=good)

    async def _enter(self, path: str) -> None:
        if self._places == math.inf:
            self._inside += 1
            return
        loop = asyncio.get_running_loop()
        place = loop.create_future()
        heapq.heappush(self._waiting, (self._took.get(path, math.inf), next(self._order), place))
        loop.call_later(_GATHER_SECONDS, self._admit)
        await place

    def _leave(self, path: str, seconds: float, *, good: bool) -> None:
        self._inside -= 1
        if good:
            self._places = self._places * 2 if self._places < _OPEN else math.inf
            self._took[path] = seconds
            self._took.move_to_end(path)
            if len(self._took) > _PATHS:
                self._took.popitem(last=False)
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._inside < self._places:
            place = heapq.heappop(self._waiting)[-1]
            if not place.done():  # Whoever has been cancelled waits no more.
                self._inside += 1
                place.set_result(None)
