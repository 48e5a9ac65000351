"""How often somebody may ask."""

import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_CALLERS = 10_000


class RateLimit:
    """So many a minute for each caller, up to all of them at once (a token bucket)."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._most, self._clock = per_minute / 60, float(per_minute), clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, caller: str) -> float:
        """Seconds until `caller` may ask; 0 where it may now, which is counted."""
        if not self._most:
            return 0.0
        left = self._now(caller)
        if left < 1:
            return (1 - left) / self._per_second
        self._keep(caller, left - 1)
        return 0.0

    def spent(self, caller: str) -> float:
        """Seconds until `caller` may ask, counting nothing."""
        left = self._now(caller) if self._most else 1.0
        return 0.0 if left >= 1 else (1 - left) / self._per_second

    def _now(self, caller: str) -> float:
        left, since = self._left.get(caller, (self._most, self._clock()))
        return min(self._most, left + (self._clock() - since) * self._per_second)

    def _keep(self, caller: str, left: float) -> None:
        self._left[caller] = left, self._clock()
        self._left.move_to_end(caller)
        if len(self._left) > _MOST_CALLERS:
            self._left.popitem(last=False)
