"""`groundswell campaigns`: the campaigns of a data set."""

from typing import Annotated, Literal

import typer

from cli.options import DatasetOption, HomeOption, JsonOption


def list_campaigns(
    home: HomeOption = None,
    dataset: DatasetOption = None,
    state: Annotated[
        Literal["planned", "running", "ended"] | None, typer.Option(help="Only campaigns in this state.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the campaigns of a data set in the order of their first days."""
    from cli.backend import open_backend
    from cli.console import print_json
    from cli.render import show_campaigns

    with open_backend(home) as backend:
        campaigns = backend.campaigns(backend.resolve_dataset(dataset), state)
    if as_json:
        print_json(campaigns)
        return
    show_campaigns(campaigns)
