"""Terminal output: the two consoles, progress bars, and error messages."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer
from pydantic import BaseModel
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

_LOG_INTERVAL_SECONDS = 10


class RateColumn(ProgressColumn):
    """Units per second."""

    def render(self, task: Task) -> Text:
        """Format the rate; empty until the first unit is done."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


class ProgressBars:
    """A ``graph.progress.Progress``: bars on a terminal, otherwise log lines."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def stage(self, name: str, total: int | None = None) -> Callable[[int], None]:
        """Begin a stage; the returned function takes the number of units just done."""
        if err.is_terminal:
            task = self._progress.add_task(name, total=total)
            return lambda done: self._progress.advance(task, done)
        err.print(f"{name} ..." if total is None else f"{name} ({total:,}) ...")
        return _ProgressLog(name, total).advance


class _ProgressLog:
    """Logs a stage's progress, rate and remaining time every few seconds."""

    def __init__(self, stage: str, total: int | None) -> None:
        self._stage, self._total, self._done = stage, total, 0
        self._started_at = self._logged_at = time.monotonic()

    def advance(self, done: int) -> None:
        self._done += done
        now = time.monotonic()
        if now - self._logged_at < _LOG_INTERVAL_SECONDS or not self._total:
            return
        self._logged_at = now
        rate = self._done / (now - self._started_at)
        seconds_left = max(0, self._total - self._done) / rate if rate else 0
        err.print(
            f"{self._stage}: {self._done:,} of {self._total:,} ({self._done / self._total:.0%}), "
            f"{rate:,.0f}/s, {seconds_left:.0f} s left"
        )


@contextmanager
def progress_bars() -> Iterator[ProgressBars]:
    """Show progress bars for the duration of the block."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        yield ProgressBars(progress)


def print_json(result: BaseModel | Sequence[BaseModel]) -> None:
    """Print a response of the API, or a list of them, as JSON on standard output."""
    if isinstance(result, BaseModel):
        values: object = result.model_dump(mode="json")
    else:
        values = [model.model_dump(mode="json") for model in result]
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2))


def exit_with_error(error: GroundswellError) -> None:
    """Print an error and its remedy, and exit with code 1."""
    err.print(f"Error: {error}", style="bold red", markup=False, soft_wrap=True)
    err.print(error.remedy, markup=False, soft_wrap=True)
    sys.exit(1)
