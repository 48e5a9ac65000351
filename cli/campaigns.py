"""`groundswell campaigns`: list, add and remove campaigns of a data set."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import (
    CampaignArgument,
    DatasetOption,
    HomeOption,
    JsonOption,
    build_request,
    parse_date,
)

app = typer.Typer(
    help="List, add and remove campaigns; without a command, list them.", invoke_without_command=True
)


@app.callback()
def list_campaigns(
    context: typer.Context,
    home: HomeOption = None,
    dataset: DatasetOption = None,
    state: Annotated[
        Literal["planned", "running", "ended"] | None, typer.Option(help="Only campaigns in this state.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the campaigns of a data set in the order of their first days."""
    if context.invoked_subcommand is not None:
        return
    from cli.backend import open_backend
    from cli.console import out, print_json
    from cli.render import show_campaigns

    with open_backend(home) as backend:
        dataset = backend.resolve_dataset(dataset)
        campaigns = backend.campaigns(dataset, state)
        if as_json:
            print_json(campaigns)
            return
        last, reason = backend.end_of_data(dataset)
    show_campaigns(campaigns)
    out.print(f"The data ends on {last}{f': {reason}' if reason else ''}.", markup=False, highlight=False)


@app.command("add")
def add(
    campaign: Annotated[str, typer.Argument(help="The id of the new campaign.", show_default=False)],
    starts: Annotated[str, typer.Option(help="First day (YYYY-MM-DD).", show_default=False)],
    ends: Annotated[str, typer.Option(help="Last day (YYYY-MM-DD).", show_default=False)],
    home: HomeOption = None,
    dataset: DatasetOption = None,
    name: Annotated[str | None, typer.Option(help="Its name (default: its id).")] = None,
    kind: Annotated[str | None, typer.Option(help="Its kind, for example `email`.")] = None,
    users: Annotated[
        Path | None, typer.Option(help="A text file of the users to reach, one id per line.")
    ] = None,
    products: Annotated[
        Path | None, typer.Option(help="A text file of the promoted products, one id per line.")
    ] = None,
    like: Annotated[
        str | None, typer.Option(help="A campaign to copy kind, users and products from, where not given.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add a campaign: a planned one, or one that has begun and is in no file."""
    from api.schemas.requests import CampaignRequest
    from cli.backend import open_backend
    from cli.console import out, print_json
    from cli.id_files import read_ids

    fields = {
        "id": campaign,
        "name": name,
        "kind": kind,
        "starts": parse_date(starts),
        "ends": parse_date(ends),
        "users": read_ids(users) if users else None,
        "products": read_ids(products) if products else None,
        "like": like,
    }
    with open_backend(home) as backend:
        request = build_request(CampaignRequest, dataset=backend.resolve_dataset(dataset), **fields)
        added = backend.create_campaign(request)
    if as_json:
        print_json(added)
        return
    reach = f"{added.targeted:,} users are targeted" if added.targeted else "it is open to all users"
    out.print(
        f"Added the {added.state} campaign {added.id}, {added.starts} to {added.ends}: {reach}, and "
        f"{added.participants:,} took part so far.",
        markup=False,
        highlight=False,
    )
    if added.state != "planned" and not added.participants:
        out.print(
            "No behaviour counts for it. Does any name it, or one of its --products, and is it by one of its "
            "--users? `counts` of a kind and `targeted`, in the mapping, say what is needed.",
            markup=False,
            highlight=False,
        )


@app.command("remove")
def remove(campaign: CampaignArgument, home: HomeOption = None, dataset: DatasetOption = None) -> None:
    """Remove a campaign that was added, and its forecasts; imported ones go with their import."""
    from cli.backend import open_backend
    from cli.console import out

    with open_backend(home) as backend:
        backend.remove_campaign(campaign, backend.resolve_dataset(dataset))
    out.print(f"Removed the campaign {campaign}.", markup=False, highlight=False)
