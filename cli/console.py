"""How the command line speaks: progress bars, tables, and errors without tracebacks."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from graph.errors import GroundswellError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_LINE_SECONDS = 10


class Rate(ProgressColumn):
    """How many units a second."""

    def render(self, task: Task) -> Text:
        """Empty where nothing has been done yet."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


class Bars:
    """Progress as bars on a terminal; elsewhere as a line per stage, and one now and then while it lasts."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def stage(self, what: str, total: int | None = None) -> Callable[[int], None]:
        """Begin a stage; the function returned advances its bar."""
        if err.is_terminal:
            task = self._progress.add_task(what, total=total)
            return lambda done: self._progress.advance(task, done)
        err.print(f"{what} ..." if total is None else f"{what} ({total:,}) ...")
        return _Lines(what, total).advance


class _Lines:
    """A line every some seconds: how far, how fast, how long still."""

    def __init__(self, what: str, total: int | None) -> None:
        self._what, self._total, self._done = what, total, 0
        self._began = self._said = time.monotonic()

    def advance(self, done: int) -> None:
        """Count `done` more units."""
        self._done += done
        now = time.monotonic()
        if now - self._said < _LINE_SECONDS or not self._total:
            return
        self._said = now
        rate = self._done / (now - self._began)
        left = max(0, self._total - self._done) / rate if rate else 0
        err.print(
            f"{self._what}: {self._done:,} of {self._total:,} ({self._done / self._total:.0%}), "
            f"{rate:,.0f}/s, {left:.0f} s left"
        )


@contextmanager
def bars() -> Iterator[Bars]:
    """A live display for as long as the work lasts."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        yield Bars(progress)


def fail(error: GroundswellError) -> None:
    """Say what went wrong and what to do, and end with exit code 1."""
    err.print(f"Error: {error}", style="bold red", markup=False, soft_wrap=True)
    err.print(error.remedy, markup=False, soft_wrap=True)
    sys.exit(1)
