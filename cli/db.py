"""`groundswell db` and `groundswell browser`: the managed local Neo4j server."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DatasetOption, HomeOption, load_local_settings
from graph.errors import InvalidRequest

if TYPE_CHECKING:
    from graph.server.backup import Backup
    from graph.server.local import LocalServer
    from graph.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The managed local Neo4j server (no Docker needed).")

PortOption = Annotated[
    int | None, typer.Option(min=1, max=65535, help="The port to listen on (default: a free port).")
]


@app.command()
def up(home: HomeOption = None, bolt_port: PortOption = None, http_port: PortOption = None) -> None:
    """Start Neo4j with Graph Data Science, unless it is running already."""
    from cli.console import out, progress_bars

    settings = load_local_settings(home)
    if settings.neo4j_uri:
        from graph.connection import connect

        with connect(settings) as graph:
            out.print(
                f"NEO4J_URI is {settings.neo4j_uri}: that server answers, with Graph Data Science "
                f"{graph.gds_version()}. Nothing to start."
            )
        return
    from graph.server import local

    with progress_bars() as progress:
        server = local.up(
            settings.home,
            settings.cache,
            bolt_port=bolt_port,
            http_port=http_port,
            progress=progress,
            mirror=settings.maven_mirror,
        )
    state = "already runs" if server.already_running else "is ready"
    out.print(f"Neo4j {state} (process {server.pid}).")
    _print_addresses(server)


@app.command()
def down(home: HomeOption = None) -> None:
    """Stop the local Neo4j."""
    from cli.console import out
    from graph.server import local

    stopped = local.down(_managed_server_settings(home).home)
    out.print("Neo4j has stopped." if stopped else "Neo4j was not running.")


@app.command()
def status(home: HomeOption = None) -> None:
    """Show whether the local Neo4j is running and its addresses; exit code 3 if it is not."""
    from cli.console import out
    from graph.server import local

    server = local.status(_managed_server_settings(home).home)
    if server is None:
        out.print("Neo4j is not running. Start it with `groundswell db up`.")
        raise typer.Exit(3)
    out.print(f"Neo4j is running (process {server.pid}).")
    _print_addresses(server)


@app.command()
def reset(
    home: HomeOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Stop the local Neo4j and delete its data."""
    from cli.console import out
    from graph.server import local

    settings = _managed_server_settings(home)
    if not yes:
        typer.confirm(f"Delete every data set in {settings.home}?", abort=True)
    existed = local.reset(settings.home)
    out.print("Deleted the database." if existed else "There was no database.")


@app.command()
def backup(
    to: Annotated[
        Path, typer.Argument(help="The folder to write, which must not exist.", show_default=False)
    ],
    home: HomeOption = None,
) -> None:
    """Write the database and the trained models to a folder; the server pauses meanwhile."""
    from cli.console import out, progress_bars
    from graph.server.backup import back_up

    with progress_bars() as progress:
        written = back_up(_managed_server_settings(home), to, progress)
    out.print(f"Wrote {_counts(written)} to {to}.", soft_wrap=True)


@app.command("restore")
def restore_backup(
    source: Annotated[
        Path, typer.Argument(metavar="FROM", help="A folder that `db backup` wrote.", show_default=False)
    ],
    home: HomeOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite the existing database, which is lost.")
    ] = False,
) -> None:
    """Restore a backup, and check that it is complete."""
    from cli.console import out, progress_bars
    from graph.server.backup import restore

    settings = _managed_server_settings(home)
    with progress_bars() as progress:
        restored = restore(settings, source, progress, replace=replace)
    out.print(
        f"Restored {_counts(restored)} from the backup of {restored.at}; the server is running.",
        soft_wrap=True,
    )


def browser(
    home: HomeOption = None,
    dataset: DatasetOption = None,
    show_password: Annotated[bool, typer.Option(help="Print the password as well.")] = False,
    open_it: Annotated[bool, typer.Option("--open/--no-open", help="Open a web browser.")] = True,
) -> None:
    """Open Neo4j Browser, connected, with the saved questions, colours and a short tour."""
    import webbrowser

    from api.page.source_query import browser_url
    from cli.console import out
    from graph.connection import connect
    from graph.database import Database
    from graph.datasets import resolve_dataset
    from graph.server import local
    from graph.server.browser_files import opening_page
    from graph.server.folders import Folders

    settings = load_local_settings(home)
    database = Database.of(settings)
    url = browser_url(settings)
    if url is None:
        raise InvalidRequest(
            f"NEO4J_URI is {settings.neo4j_uri}: the address of its Neo4j Browser is not known.",
            "Open that server's Browser, or unset NEO4J_URI to use the local server.",
        )
    out.print(url, soft_wrap=True)
    file = Folders(settings.home.resolve()).password_file
    password_hint = database.password if show_password else f"in {file} (or add --show-password)"
    out.print(f"User {database.user}, password {password_hint}", soft_wrap=True)
    server = local.status(settings.home)
    if server is None:
        return
    with connect(settings) as graph:
        dataset = resolve_dataset(graph, dataset)
    http = server.http.replace("127.0.0.1", "localhost")
    bolt = server.bolt.replace("127.0.0.1", "localhost")
    page = opening_page(Folders(settings.home.resolve()), http, bolt, server.user, server.password, dataset)
    out.print(f"Connected, with the saved questions: {page.as_uri()}", soft_wrap=True)
    if open_it:
        webbrowser.open(page.as_uri())


def _counts(backup: "Backup") -> str:
    nodes, relationships = sum(backup.nodes.values()), sum(backup.relationships.values())
    return f"{nodes:,} nodes and {relationships:,} relationships"


def _managed_server_settings(home: Path | None) -> "Settings":
    settings = load_local_settings(home)
    if settings.neo4j_uri:
        raise InvalidRequest(
            f"NEO4J_URI is {settings.neo4j_uri}, but this command is for the managed local server.",
            "Unset NEO4J_URI to use the local server, or use that server's own tools.",
        )
    return settings


def _print_addresses(server: "LocalServer") -> None:
    from cli.console import out

    out.print(f"  Bolt     {server.bolt}\n  Browser  {server.browser}", soft_wrap=True)
