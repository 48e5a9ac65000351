"""`groundswell keys`: who may ask the API, and for what."""

from typing import Annotated

import typer
from rich.table import Table

from cli.console import out
from cli.options import HomeOption, settings_for
from graph.api_keys import SCOPES, list_keys, make_key, revoke_key
from graph.connection import connect

app = typer.Typer(no_args_is_help=True, help="API keys: who may ask, and for what.")


@app.command("make")
def make(
    name: Annotated[str, typer.Argument(help="Who or what will use it.")],
    home: HomeOption = None,
    scope: Annotated[
        list[str] | None, typer.Option(help=f"What it is for, again and again: {', '.join(SCOPES)}.")
    ] = None,
) -> None:
    """Make a key and show it, once; without a --scope it may read."""
    with connect(settings_for(home)) as graph:
        key, text = make_key(graph, name, scope or ["read"])
    out.print(
        f"Key {key.id} for {key.name}, to {', '.join(key.scopes)}. It is shown this once:", markup=False
    )
    out.print(text, highlight=False, markup=False, soft_wrap=True)


@app.command("list")
def show(home: HomeOption = None) -> None:
    """List the keys, the latest first."""
    with connect(settings_for(home)) as graph:
        found = list_keys(graph)
    table = Table("id", "name", "scopes", "made", "revoked")
    for one in found:
        table.add_row(one.id, one.name, ", ".join(one.scopes), one.made_at[:10], (one.revoked_at or "")[:10])
    out.print(table)


@app.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="The key's id.")], home: HomeOption = None) -> None:
    """Revoke a key; running servers refuse it within seconds."""
    with connect(settings_for(home)) as graph:
        revoke_key(graph, key)
    out.print(f"Key {key} is revoked.")
