"""`groundswell who`: whom a forecast expects to take part next."""

from pathlib import Path
from typing import Annotated

import typer

from cli.backend import asked
from cli.console import out
from cli.local_backend import Local
from cli.options import DatasetOption, HomeOption, parse_day
from cli.render import show_likely, show_next
from forecasting.history.series import all_open, campaign_list
from graph.errors import InvalidRequest
from graph.importing.adapters.complete_journey import DATASET
from graph.pseudonyms import Pseudonyms


def who(
    campaign: Annotated[str, typer.Argument(help="The campaign's id.")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 20,
    new: Annotated[bool, typer.Option("--new", help="Only who has not taken part so far.")] = False,
    origin: Annotated[
        str | None, typer.Option(help="Of the forecast from that day (YYYY-MM-DD); default: the latest.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Write all of them to this CSV file.")] = None,
) -> None:
    """Show who is likely to take part next, by the campaign's stored forecast.

    Of a campaign that is open to all: who is likely to be the very next, by who has taken part so far.
    """
    day = parse_day(origin)
    with asked(home) as ask:
        if isinstance(ask, Local) and all_open(campaign_list(ask.graph, dataset)):
            from forecasting.next_users.job import who_is_next

            table, run, day = who_is_next(ask.graph, ask.settings, dataset, campaign, day)
            show_next(table.head(top), run, day)
            named = Pseudonyms(ask.settings.pseudonym_key, dataset)
            rows = named.table(table).to_csv(index=False, lineterminator="\r\n").encode()
        else:
            forecast = ask.forecast(campaign, dataset, day)
            show_likely(ask.likely_users(campaign, dataset, forecast.origin, top, waiting=new), forecast)
            rows = ask.likely_users_csv(campaign, dataset, forecast.origin, waiting=new) if to else b""
    if to is not None:
        try:
            to.write_bytes(rows)
        except OSError as error:
            raise InvalidRequest(f"{to} cannot be written: {error}.", "Name another file.") from error
        count = len(rows.splitlines()) - 1
        out.print(f"All {count:,} are in {to}.")
