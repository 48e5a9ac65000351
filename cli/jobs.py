"""`groundswell jobs`: the work that the API was asked for."""

from typing import Annotated

import typer
from rich.table import Table

from api.schemas import resources
from cli.backend import asked
from cli.console import bars, out
from cli.options import HomeOption, settings_for
from graph.connection import connect

_SHOWN = 30

app = typer.Typer(no_args_is_help=True, help="Network builds, trainings and forecasts the API was asked for.")


@app.command("list")
def show(home: HomeOption = None) -> None:
    """List the latest jobs."""
    with asked(home) as ask:
        found = ask.jobs(_SHOWN)
    table = Table()
    for name in ("id", "kind", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("data set", "asked for", "how far, or what came of it"):
        table.add_column(name, overflow="fold")
    for one in found:
        asked_at = one.made_at[:16].replace("T", " ")
        table.add_row(one.id, one.kind, one.state, one.dataset, asked_at, _said(one))
    out.print(table)


@app.command("cancel")
def cancel(job: Annotated[str, typer.Argument(help="The job's id.")], home: HomeOption = None) -> None:
    """End a job: one that waits at once, one that runs within seconds."""
    with asked(home) as ask:
        found = ask.cancel(job)
    over = found.state in ("waiting", "running")
    out.print(f"Job {job} is {'told to end' if over else found.state}.")


@app.command("work")
def work(home: HomeOption = None) -> None:
    """Work on the jobs that wait, until none does; the API does so by itself."""
    settings = settings_for(home)
    with connect(settings) as graph, bars():
        from jobs import worker

        done = worker.work(graph, settings)
    out.print(f"{done} jobs done.")


def _said(job: resources.Job) -> str:
    if job.progress:
        told = job.progress
        return f"{told.stage} ({told.done} of {told.total})" if told.total else told.stage
    if job.problem:
        return f"{job.problem} {job.remedy or ''}"
    return ", ".join(f"{name} {value}" for name, value in (job.result or {}).items())
