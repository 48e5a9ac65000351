"""`groundswell who`: the users who are likely to take part."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import CampaignArgument, DatasetOption, HomeOption, JsonOption, parse_moment
from graph.errors import InvalidRequest


def who(
    campaign: CampaignArgument,
    home: HomeOption = None,
    dataset: DatasetOption = None,
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many users to show.")] = 20,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only users who have not taken part so far.")
    ] = False,
    origin: Annotated[
        str | None,
        typer.Option(
            help="Use the forecast that starts on this day (YYYY-MM-DD) or hour (YYYY-MM-DDTHH:MM); default: "
            "the latest."
        ),
    ] = None,
    next_user: Annotated[
        bool,
        typer.Option(
            "--next", help="Rank who is the next to take part instead (trained by `train --next-users`)."
        ),
    ] = False,
    to: Annotated[Path | None, typer.Option(help="Also write all users to this CSV file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the users who are likely to take part, according to the campaign's stored forecast."""
    from cli.backend import open_backend
    from cli.console import err, out, print_json
    from cli.local_backend import LocalBackend
    from cli.render import show_likely_users, show_next_users

    day = parse_moment(origin)
    with open_backend(home) as backend:
        dataset = backend.resolve_dataset(dataset)
        if next_user:
            if not isinstance(backend, LocalBackend):
                raise InvalidRequest(
                    "A server does not rank who is the next to take part.", "Leave out --next."
                )
            table, run, day, csv = backend.next_users(campaign, dataset, day)
            if as_json:
                typer.echo(table.head(top).to_json(orient="records", indent=2))
            else:
                show_next_users(table.head(top), run, day)
        else:
            forecast = backend.forecast(campaign, dataset, day)
            origin_day = forecast.origin
            users = backend.likely_users(campaign, dataset, origin_day, top, waiting=waiting)
            if as_json:
                print_json(users)
            else:
                show_likely_users(users, forecast)
            csv = backend.likely_users_csv(campaign, dataset, origin_day, waiting=waiting) if to else b""
    if to is not None:
        try:
            to.write_bytes(csv)
        except OSError as error:
            raise InvalidRequest(f"{to} cannot be written: {error}.", "Choose another file.") from error
        (err if as_json else out).print(f"Wrote all {len(csv.splitlines()) - 1:,} users to {to}.")
