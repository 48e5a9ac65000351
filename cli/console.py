"""How the command line speaks: progress bars, tables, and errors without tracebacks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from graph.errors import GroundswellError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Bars:
    """Progress as bars on a terminal, and as one line per stage elsewhere."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def stage(self, what: str, total: int | None = None) -> Callable[[int], None]:
        """Begin a stage; the function returned advances its bar."""
        if not err.is_terminal:
            err.print(f"{what} ..." if total is None else f"{what} ({total:,}) ...")
        task = self._progress.add_task(what, total=total)
        return lambda done: self._progress.advance(task, done)


@contextmanager
def bars() -> Iterator[Bars]:
    """A live display for as long as the work lasts."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
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
