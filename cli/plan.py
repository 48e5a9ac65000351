"""`groundswell plan`: what a campaign that has not begun is to be expected to draw."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cli.console import bars, out
from cli.options import DatasetOption, HomeOption, parse_day, settings_for
from cli.what_if import read_users
from graph.connection import connect
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
    top: Annotated[int, typer.Option(min=0, help="How many likely users to show.")] = 10,
) -> None:
    """Forecast a campaign before its launch, as it is planned and as you would change it."""
    settings, day = settings_for(home), parse_day(origin)
    only = read_users(targets) if targets else None
    first, last = parse_day(starts), parse_day(ends)
    with connect(settings) as graph, bars() as progress:
        from forecasting.plans import Change, plan_campaign

        changes = Change(first, last, only).beside_the_plan()
        made = plan_campaign(graph, settings, dataset, campaign, changes, progress, day)
    title = f"Campaign {campaign} before its launch, as of {made[0].origin}"
    table = Table("plan", "days", "participants", "P10 to P90", "redeemers", "P10 to P90", title=title)
    for name, one in zip(("as planned", "changed"), made, strict=False):
        told = []
        for part in (one.participants, one.redeemers):
            if part is None:
                told += ["", ""]
            else:
                total = part.total
                told += [f"{total.mean:,.0f}", f"{total.p10:,.0f} to {total.p90:,.0f}"]
        table.add_row(name, str(len(one.participants.steps)), *told)
    out.print(table)
    out.print(
        "Participants are counted anew every day, as are redeemers. "
        "The bands are as wide as launches so far went off what was expected of them."
    )
    users = made[-1].participants.users
    if top:
        table = Table("rank", "user", "probability", "days", title="Likely to take part at all")
        for place, row in enumerate(users.head(top).itertuples(), start=1):
            table.add_row(str(place), str(row.user), f"{row.probability:.1%}", f"{row.days:.1f}")
        out.print(table)
