"""How long work reports its progress, without knowing who listens (a bar, a log, a job)."""

from collections.abc import Callable
from typing import Protocol


class Progress(Protocol):
    """Receives what is being done and how far it is."""

    def stage(self, what: str, total: int | None = None) -> Callable[[int], None]:
        """Begin a stage of `total` units; the function returned takes the units just done."""
        ...


class Silent:
    """Reports to nobody."""

    def stage(self, what: str, total: int | None = None) -> Callable[[int], None]:  # noqa: ARG002 (the protocol's names)
        """Begin a stage that nobody watches."""
        return lambda _done: None
