"""The moment after which times are taken for errors."""

import time

_DAY_MS = 86_400_000


def latest_plausible() -> float:
    """Return the moment, in milliseconds, from which no order can be: a day from now, as clocks differ."""
    return time.time() * 1000 + _DAY_MS
