"""The `groundswell` command: registers all commands and reports errors."""

import os
import sys
from typing import Annotated

import typer

from cli import (
    campaigns,
    db,
    demo,
    explain,
    export,
    forecast,
    funnel,
    imports,
    jobs,
    keys,
    models,
    networks,
    plan,
    serve,
    what_if,
    who,
)
from graph.errors import GroundswellError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(requested: bool) -> None:
    if requested:
        from importlib.metadata import version

        typer.echo(f"groundswell {version('groundswell')}")
        raise typer.Exit


@app.callback()
def options(
    server: Annotated[
        str | None,
        typer.Option(
            help="Run commands on the Groundswell server at this address instead of on a database (default: "
            "GROUNDSWELL_SERVER); its API key is GROUNDSWELL_SERVER_KEY."
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Forecast how far marketing campaigns spread, and through whom."""
    if server is not None:
        os.environ["GROUNDSWELL_SERVER"] = server


app.command()(demo.demo)
app.add_typer(db.app, name="db")
app.command()(db.browser)
app.add_typer(imports.app, name="import")
app.command("imports")(imports.list_imports)
app.add_typer(campaigns.app, name="campaigns")
app.add_typer(networks.app, name="network")
app.add_typer(export.app, name="export")
app.command()(models.train)
app.command()(models.backtest)
app.command()(forecast.forecast)
app.command()(who.who)
app.command()(explain.explain)
app.command()(funnel.funnel)
app.command()(plan.plan)
app.command("what-if")(what_if.what_if)
app.command()(serve.serve)
app.add_typer(jobs.app, name="jobs")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run a command. Errors are printed as a message and a remedy, without a traceback."""
    try:
        app()
    except GroundswellError as error:
        from cli.console import exit_with_error

        exit_with_error(error)
    except Exception as error:
        if "GROUNDSWELL_DEBUG" in os.environ:
            raise
        from cli.console import err

        err.print(f"Unexpected error: {type(error).__name__}: {error}", style="bold red", markup=False)
        err.print("Set GROUNDSWELL_DEBUG=1 to see the traceback, and please report it.")
        sys.exit(70)


if __name__ == "__main__":
    main()
