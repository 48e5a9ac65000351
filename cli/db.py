"""`groundswell db` and `groundswell browser`: the managed local Neo4j."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from api.page.source_query import browser_url
from cli.console import bars, out
from cli.options import DatasetOption, HomeOption, settings_for
from graph.connection import address, connect
from graph.errors import InvalidRequest
from graph.importing.adapters.complete_journey import DATASET
from graph.server import local
from graph.server.backup import Backup, back_up, restore
from graph.server.browser_files import opening_page
from graph.server.folders import Folders
from graph.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The managed local Neo4j (no Docker needed).")

PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="Default: a free port.")]


@app.command()
def up(home: HomeOption = None, bolt_port: PortOption = None, http_port: PortOption = None) -> None:
    """Start Neo4j with Graph Data Science, or find it running."""
    settings = settings_for(home)
    if settings.neo4j_uri:
        with connect(settings) as graph:
            out.print(
                f"NEO4J_URI names {settings.neo4j_uri}; it answers, with Graph Data Science "
                f"{graph.gds_version()}. Nothing to start."
            )
        return
    with bars() as progress:
        server = local.up(
            settings.home,
            settings.cache,
            bolt_port=bolt_port,
            http_port=http_port,
            progress=progress,
            mirror=settings.maven_mirror,
        )
    what = "already runs" if server.already_running else "is ready"
    out.print(f"Neo4j {what} (process {server.pid}).")
    _describe(server)


@app.command()
def down(home: HomeOption = None) -> None:
    """Stop the local Neo4j."""
    stopped = local.down(_local_settings(home).home)
    out.print("Neo4j has stopped." if stopped else "Neo4j was not running.")


@app.command()
def status(home: HomeOption = None) -> None:
    """Say whether the local Neo4j runs, and where; exit code 3 where it does not."""
    server = local.status(_local_settings(home).home)
    if server is None:
        out.print("Neo4j is not running. Start it with `groundswell db up`.")
        raise typer.Exit(3)
    out.print(f"Neo4j runs (process {server.pid}).")
    _describe(server)


@app.command()
def reset(
    home: HomeOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop the local Neo4j and delete its data."""
    settings = _local_settings(home)
    if not yes:
        typer.confirm(f"Delete every data set in {settings.home}?", abort=True)
    there = local.reset(settings.home)
    out.print("The database is gone." if there else "There was no database.")


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="A new folder.")], home: HomeOption = None) -> None:
    """Write the database and the trained models to a folder; the server pauses meanwhile."""
    with bars() as progress:
        made = back_up(_local_settings(home), to, progress)
    out.print(f"{_told(made)} are in {to}.", soft_wrap=True)


@app.command("restore")
def restore_backup(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="A folder that `db backup` wrote.")],
    home: HomeOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Lose the database that is there.")] = False,
) -> None:
    """Bring a backup back, and see that all of it came."""
    settings = _local_settings(home)
    with bars() as progress:
        made = restore(settings, source, progress, replace=replace)
    out.print(f"{_told(made)} of {made.at} are back; the server runs.", soft_wrap=True)


def _told(made: Backup) -> str:
    nodes, links = sum(made.nodes.values()), sum(made.relationships.values())
    return f"{nodes:,} nodes and {links:,} relationships"


def browser(
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    show_password: Annotated[bool, typer.Option(help="Print the password as well.")] = False,
    open_it: Annotated[bool, typer.Option("--open/--no-open", help="Open a web browser.")] = True,
) -> None:
    """Open Neo4j Browser: connected, with the saved questions, colours and a short tour."""
    settings = settings_for(home)
    _, user, password = address(settings)
    url = browser_url(settings)
    if url is None:
        raise InvalidRequest(
            f"NEO4J_URI names {settings.neo4j_uri}; where its Neo4j Browser is, is not known here.",
            "Open the Browser of that server, or unset NEO4J_URI to use the local one.",
        )
    out.print(url, soft_wrap=True)
    file = Folders(settings.home.resolve()).password_file
    shown = password if show_password else f"in {file} (or add --show-password)"
    out.print(f"User {user}, password {shown}", soft_wrap=True)
    server = local.status(settings.home)
    if server is None:
        return
    http = server.http.replace("127.0.0.1", "localhost")
    bolt = server.bolt.replace("127.0.0.1", "localhost")
    page = opening_page(Folders(settings.home.resolve()), http, bolt, server.user, server.password, dataset)
    out.print(f"Connected, with the saved questions: {page.as_uri()}", soft_wrap=True)
    if open_it:
        webbrowser.open(page.as_uri())


def _local_settings(home: Path | None) -> Settings:
    settings = settings_for(home)
    if settings.neo4j_uri:
        raise InvalidRequest(
            f"NEO4J_URI names {settings.neo4j_uri}; this command is for the managed local server.",
            "Unset NEO4J_URI to mean the local one, or use that server's own tools.",
        )
    return settings


def _describe(server: local.LocalServer) -> None:
    out.print(f"  Bolt     {server.bolt}\n  Browser  {server.browser}", soft_wrap=True)
