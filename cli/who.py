"""`groundswell who`: whom a forecast expects to take part next."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer
from rich.table import Table

from cli.console import out
from cli.options import DatasetOption, HomeOption, parse_day, settings_for
from forecasting.records import (
    Forecast,
    expected_groups,
    find_forecast,
    likely_table,
    likely_users,
)
from forecasting.series import all_open, campaign_list
from graph.connection import Graph, connect
from graph.errors import InvalidRequest
from graph.importing.adapters.complete_journey import DATASET
from graph.pseudonyms import Pseudonyms

if TYPE_CHECKING:  # It imports torch.
    from forecasting.next_users.job import NextUsersRun


def who(
    campaign: Annotated[str, typer.Argument(help="The campaign's id.")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    top: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
    new: Annotated[bool, typer.Option("--new", help="Only who has not taken part so far.")] = False,
    origin: Annotated[
        str | None, typer.Option(help="Of the forecast from that day (YYYY-MM-DD); default: the latest.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Write all of them to this CSV file.")] = None,
) -> None:
    """Show who is likely to take part next, by the campaign's stored forecast.

    Of a campaign that is open to all: who is likely to be the very next, by who has taken part so far.
    """
    settings, day = settings_for(home), parse_day(origin)
    with connect(settings) as graph:
        if all_open(campaign_list(graph, dataset)):
            from forecasting.next_users.job import who_is_next

            table, run, day = who_is_next(graph, settings, dataset, campaign, day)
            show_next(table.head(top), run, day)
        else:
            forecast = find_forecast(graph, dataset, campaign, day)
            show_likely(graph, dataset, forecast, top, new=new)
            table = likely_table(graph, dataset, forecast.id, waiting=new) if to else pd.DataFrame()
    if to is not None:
        try:
            named = Pseudonyms(settings.pseudonym_key, dataset)
            named.table(table).to_csv(to, index=False, lineterminator="\r\n")
        except OSError as error:
            raise InvalidRequest(f"{to} cannot be written: {error}.", "Name another file.") from error
        out.print(f"All {len(table):,} are in {to}.")


def show_next(rows: pd.DataFrame, run: "NextUsersRun", origin: date) -> None:
    """Who is likely to be the very next."""
    table = Table(
        "rank", "user", "probability", "campaigns so far", title=f"Likely to be next from {origin} on"
    )
    for row in rows.itertuples():
        table.add_row(str(row.rank), str(row.user), f"{row.probability:.1%}", str(row.campaigns))
    out.print(table)
    show_ranking(run)


def show_ranking(run: "NextUsersRun") -> None:
    """How well who comes next was told before the model was kept."""
    told = ", ".join(f"{name} {share:.1%}" for name, share in zip(run.names, run.hits, strict=True))
    out.print(
        f"Back-test from {run.backtest_from}: who came next was among the first ten of {run.users:,} users "
        f"so often: {told} ({run.positions:,} times asked).",
        highlight=False,
    )


def show_likely(graph: Graph, dataset: str, forecast: Forecast, top: int, *, new: bool = False) -> None:
    """The `top` users (of those who are `new`, if wished) and the groups that a forecast expects."""
    rows = likely_users(graph, dataset, forecast.id, top, waiting=new)
    days = len(forecast.steps)
    title = f"Likely to take part within {days} days from {forecast.origin}"
    table = Table(
        "rank", "user", "probability", "days", "so far", "redeems", "group", "key user", title=title
    )
    for row in rows:
        table.add_row(
            str(row["rank"]),
            row["user"],
            f"{row['probability']:.1%}",
            f"{row['days']:.1f}",
            "took part" if row["took_part"] else "not yet",
            "" if row["redeems"] is None else f"{row['redeems']:.1%}",
            str(row["group"] or ""),
            "yes" if row["key_user"] else "",
        )
    out.print(table)
    groups = expected_groups(graph, dataset, forecast.id)
    if not groups:
        return
    table = Table("group", "users", "participants a day", "P10 to P90", "set apart by", title="By group")
    for group in groups:
        mean, low, high = (sum(group[name]) / days for name in ("mean", "p10", "p90"))
        between = f"{low:.1f} to {high:.1f}"
        table.add_row(str(group["rank"]), f"{group['size']:,}", f"{mean:.1f}", between, group["name"])
    out.print(table)
