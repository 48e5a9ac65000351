"""Rate limits."""

import time
from collections import OrderedDict
from collections.abc import Callable

_MAX_CALLERS = 10_000


class RateLimit:
    """A token bucket per caller: `per_minute` requests a minute and no more at once; 0: no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._capacity, self._clock = per_minute / 60, float(per_minute), clock
        self._tokens: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def acquire(self, caller: str) -> float:
        """Return 0 and count a request of `caller`, or the seconds until its next one is allowed."""
        if not self._capacity:
            return 0.0
        tokens = self._available(caller)
        if tokens < 1:
            return (1 - tokens) / self._per_second
        self._store(caller, tokens - 1)
        return 0.0

    def seconds_left(self, caller: str) -> float:
        """Return the seconds until a request of `caller` is allowed, without counting one."""
        tokens = self._available(caller) if self._capacity else 1.0
        return 0.0 if tokens >= 1 else (1 - tokens) / self._per_second

    def _available(self, caller: str) -> float:
        tokens, since = self._tokens.get(caller, (self._capacity, self._clock()))
        return min(self._capacity, tokens + (self._clock() - since) * self._per_second)

    def _store(self, caller: str, tokens: float) -> None:
        self._tokens[caller] = tokens, self._clock()
        self._tokens.move_to_end(caller)
        if len(self._tokens) > _MAX_CALLERS:
            self._tokens.popitem(last=False)
