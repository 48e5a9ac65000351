"""`groundswell jobs`: the jobs submitted to the API."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import HomeOption, JsonOption, load_local_settings

if TYPE_CHECKING:
    from api.schemas.jobs import Job

_MAX_LISTED = 30

app = typer.Typer(
    no_args_is_help=True, help="Imports, network builds, trainings and forecasts in the server's queue."
)


@app.command("list")
def list_jobs(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the latest jobs."""
    from rich.table import Table

    from cli.backend import open_backend
    from cli.console import out, print_json

    with open_backend(home) as backend:
        jobs = backend.jobs(_MAX_LISTED)
    if as_json:
        print_json(jobs)
        return
    table = Table()
    for column in ("id", "kind", "state"):
        table.add_column(column, no_wrap=True)
    for column in ("data set", "submitted", "progress or result"):
        table.add_column(column, overflow="fold")
    for job in jobs:
        submitted = job.created_at[:16].replace("T", " ")
        table.add_row(job.id, job.kind, job.state, job.dataset, submitted, _describe(job))
    out.print(table)


@app.command("cancel")
def cancel(
    job_id: Annotated[str, typer.Argument(metavar="JOB", help="The job's id.", show_default=False)],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cancel a job: a waiting job at once, a running job within seconds."""
    from cli.backend import open_backend
    from cli.console import out, print_json

    with open_backend(home) as backend:
        job = backend.cancel(job_id)
    if as_json:
        print_json(job)
        return
    is_open = job.state in ("waiting", "running")
    out.print(f"Job {job_id} {'will stop shortly' if is_open else f'is {job.state}'}.")


@app.command("work")
def work(home: HomeOption = None) -> None:
    """Run the waiting jobs in this process, which `groundswell serve` does by itself."""
    from cli.console import out
    from graph.connection import connect
    from jobs import worker

    settings = load_local_settings(home)
    with connect(settings) as graph:
        count = worker.work(graph, settings)
    out.print(f"Ran {count} jobs.")


def _describe(job: "Job") -> str:
    if job.progress:
        stage = job.progress
        return f"{stage.stage} ({stage.done} of {stage.total})" if stage.total else stage.stage
    if job.problem:
        from api.serializers.remedies import remedy_of

        return f"{job.problem} {remedy_of(job.remedy, job.action) or ''}"
    return ", ".join(f"{name} {value}" for name, value in (job.result or {}).items())
