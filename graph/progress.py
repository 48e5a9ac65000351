"""Progress reports of long-running functions, independent of their display (a bar, a log, a job)."""

from collections.abc import Callable
from typing import Protocol


class Progress(Protocol):
    """Receives progress reports."""

    def stage(self, name: str, total: int | None = None) -> Callable[[int], None]:
        """Begin a stage of `total` units; call the returned function with each number of completed units."""
        ...


class Silent:
    """Ignores all reports."""

    def stage(self, name: str, total: int | None = None) -> Callable[[int], None]:  # noqa: ARG002 (names of the protocol)
        """Ignore the stage."""
        return lambda _units: None
