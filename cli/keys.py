"""`groundswell keys`: API keys and their scopes."""

from typing import Annotated

import typer

from cli.options import HomeOption, JsonOption, load_local_settings

app = typer.Typer(no_args_is_help=True, help="API keys and what each may do.")


@app.command("make")
def make(
    name: Annotated[str, typer.Argument(help="The person or program that will use the key.")],
    home: HomeOption = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What the key may do: read, run, import, build or admin; may be repeated (default: read)."
        ),
    ] = None,
) -> None:
    """Create a key and print it; it cannot be printed again."""
    from cli.console import out
    from graph.api_keys import make_key
    from graph.connection import connect

    with connect(load_local_settings(home)) as graph:
        key, secret = make_key(graph, name, scope or ["read"])
    out.print(
        f"Key {key.id} for {key.name}, with scope {', '.join(key.scopes)}. "
        "Store it now, it is not shown again:",
        markup=False,
    )
    out.print(secret, highlight=False, markup=False, soft_wrap=True)


@app.command("list")
def list_keys(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the keys, the latest first."""
    import json

    from rich.table import Table

    from cli.console import out
    from graph import api_keys
    from graph.connection import connect

    with connect(load_local_settings(home)) as graph:
        keys = api_keys.list_keys(graph)
    if as_json:
        fields = ("id", "name", "scopes", "made_at", "revoked_at")
        typer.echo(json.dumps([{name: getattr(key, name) for name in fields} for key in keys], indent=2))
        return
    table = Table("id", "name", "scopes", "created", "revoked")
    for key in keys:
        table.add_row(key.id, key.name, ", ".join(key.scopes), key.made_at[:10], (key.revoked_at or "")[:10])
    out.print(table)


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id.", show_default=False)], home: HomeOption = None
) -> None:
    """Revoke a key; running servers reject it within seconds."""
    from cli.console import out
    from graph.api_keys import revoke_key
    from graph.connection import connect

    with connect(load_local_settings(home)) as graph:
        revoke_key(graph, key)
    out.print(f"Key {key} is revoked.")
