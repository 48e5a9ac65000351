"""The `groundswell` command line."""

import os
import sys
from typing import Annotated

import typer

from cli import db, demo, explain, export, imports, jobs, keys, models, plan, serve, what_if, who
from cli.console import err, fail
from graph.errors import GroundswellError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    server: Annotated[
        str | None,
        typer.Option(
            help="Ask the Groundswell served at this address, not a database (also: GROUNDSWELL_SERVER; its "
            "key: GROUNDSWELL_SERVER_KEY)."
        ),
    ] = None,
) -> None:
    """How far a campaign will carry, through whom, and what comes next."""
    if server is not None:
        os.environ["GROUNDSWELL_SERVER"] = server


app.command()(demo.demo)
app.add_typer(db.app, name="db")
app.command()(db.browser)
app.add_typer(imports.app, name="import")
app.command("imports")(imports.list_imports)
app.add_typer(models.network, name="network")
app.add_typer(export.app, name="export")
app.command()(models.train)
app.command()(models.backtest)
app.command()(models.forecast)
app.command()(who.who)
app.command()(explain.explain)
app.command()(plan.plan)
app.command("what-if")(what_if.what_if)
app.command()(serve.serve)
app.add_typer(jobs.app, name="jobs")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run a command; end with a sentence and what to do, never with a traceback."""
    try:
        app()
    except GroundswellError as error:
        fail(error)
    except Exception as error:
        if "GROUNDSWELL_DEBUG" in os.environ:
            raise
        err.print(f"Unexpected error: {type(error).__name__}: {error}", style="bold red", markup=False)
        err.print("Set GROUNDSWELL_DEBUG=1 to see where it happened, and please report it.")
        sys.exit(70)


if __name__ == "__main__":
    main()
