"""`groundswell plan`: what a campaign that has not begun is to be expected to draw."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.schemas import forecasts
from cli.backend import asked
from cli.console import out
from cli.options import DatasetOption, HomeOption, parse_day, wish_for
from cli.what_if import read_users
from graph.importing.adapters.complete_journey import DATASET


def plan(
    campaign: Annotated[str, typer.Argument(help="The id of a campaign that has not begun.")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    origin: Annotated[
        str | None,
        typer.Option(help="By what was known at the beginning of that day; default: its first day."),
    ] = None,
    starts: Annotated[str | None, typer.Option(help="What if it began on this day (YYYY-MM-DD)?")] = None,
    ends: Annotated[str | None, typer.Option(help="What if this were its last day (YYYY-MM-DD)?")] = None,
    targets: Annotated[
        Path | None, typer.Option(help="What if it reached only these users (a file, one a line)?")
    ] = None,
    discount: Annotated[
        float | None,
        typer.Option(
            min=0, max=100, help="What if its products were cheaper by so many percent of the regular price?"
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=0, max=1000, help="How many likely users to show.")] = 10,
) -> None:
    """Forecast a campaign before its launch, as it is planned and as you would change it."""
    wish = wish_for(
        forecasts.Plan,
        origin=parse_day(origin),
        starts=parse_day(starts),
        ends=parse_day(ends),
        targets=read_users(targets) if targets else None,
        discount=None if discount is None else discount / 100,
        top=top,
    )
    with asked(home) as ask:
        told = ask.plan(campaign, dataset, wish)
    _show_totals(f"Campaign {campaign} before its launch, as of {told.origin}", told)
    out.print(
        "Participants are counted anew every day, as are redeemers. "
        "The bands are as wide as launches so far went off what was expected of them."
    )
    if told.discount:
        _show_discount(told.discount)
    if top:
        table = Table("rank", "user", "probability", "days", title="Likely to take part at all")
        for place, row in enumerate((told.changed or told.planned).users, start=1):
            table.add_row(str(place), row.user, f"{row.probability:.1%}", f"{row.days:.1f}")
        out.print(table)


def _show_totals(title: str, told: forecasts.PlanAnswer) -> None:
    table = Table("plan", "days", "participants", "P10 to P90", "redeemers", "P10 to P90", title=title)
    for name, one in (("as planned", told.planned), ("changed", told.changed)):
        if one is None:
            continue
        cells = []
        for part in (one.participants, one.redeemers):
            total = part.total if part else None
            cells += [f"{total.mean:,.0f}", f"{total.p10:,.0f} to {total.p90:,.0f}"] if total else ["", ""]
        table.add_row(name, str(len(one.participants.steps)), *cells)
    out.print(table)


def _show_discount(told: forecasts.PlannedDiscount) -> None:
    out.print(
        f"Lately its products were {told.recent_depth:.0%} off on the shelf. With {told.depth:.0%}, "
        f"{told.ratio:.2f} [{told.low:.2f}, {told.high:.2f}] times as many take part, by "
        f"{told.products:,} products in weeks in which they were cheaper; that explains "
        f"{told.deviance_explained:.0%} of how purchases fell on the last eight weeks. "
        "Observational: discounts were not randomised, so they need not be the cause. "
        "Their effect on redeemers is not known."
    )
