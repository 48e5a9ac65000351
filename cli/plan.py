"""`groundswell plan`: forecast a campaign before its launch."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DatasetOption, HomeOption, JsonOption, build_request, parse_date

if TYPE_CHECKING:
    from api.schemas.plans import PlannedDiscount, PlanResponse


def plan(
    campaign: Annotated[
        str, typer.Argument(help="The id of a campaign that has not begun.", show_default=False)
    ],
    home: HomeOption = None,
    dataset: DatasetOption = None,
    origin: Annotated[
        str | None,
        typer.Option(
            help="Use only data from before this day (YYYY-MM-DD); default: the campaign's first day."
        ),
    ] = None,
    starts: Annotated[str | None, typer.Option(help="What if it began on this day (YYYY-MM-DD)?")] = None,
    ends: Annotated[str | None, typer.Option(help="What if this were its last day (YYYY-MM-DD)?")] = None,
    targets: Annotated[
        Path | None,
        typer.Option(help="What if it reached only these users (a text file, one user id per line)?"),
    ] = None,
    discount: Annotated[
        float | None,
        typer.Option(
            min=0, max=100, help="What if its products were this many percent below the regular price?"
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=0, max=1000, help="How many likely users to show.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Forecast a campaign before its launch, as planned and with your changes."""
    from rich.table import Table

    from api.schemas.requests import PlanRequest
    from cli.backend import open_backend
    from cli.console import out, print_json
    from cli.id_files import read_ids
    from cli.render import english_words

    request = build_request(
        PlanRequest,
        origin=parse_date(origin),
        starts=parse_date(starts),
        ends=parse_date(ends),
        targets=read_ids(targets) if targets else None,
        discount=None if discount is None else discount / 100,
        top=top,
    )
    with open_backend(home) as backend:
        response = backend.plan(campaign, backend.resolve_dataset(dataset), request)
    if as_json:
        print_json(response)
        return
    _show_totals(f"Campaign {campaign} before its launch, from data before {response.origin}", response)
    words = english_words(response.unit)
    out.print(
        f"A user who takes part in several {words.many} counts once {words.per}. P10 to P90 reflects how far "
        "earlier launches deviated from their forecasts."
    )
    if response.discount:
        _show_discount(response.discount)
    if top:
        table = Table(
            "rank", "user", "probability", f"expected {words.many}", title="Likely to take part at least once"
        )
        for rank, user in enumerate((response.changed or response.planned).users, start=1):
            table.add_row(str(rank), user.user, f"{user.probability:.1%}", f"{user.days:.1f}")
        out.print(table)


def _show_totals(title: str, response: "PlanResponse") -> None:
    from rich.table import Table

    from cli.console import out
    from cli.render import english_words

    many = english_words(response.unit).many
    table = Table("plan", many, "participants", "P10 to P90", "redeemers", "P10 to P90", title=title)
    for name, forecast in (("as planned", response.planned), ("with changes", response.changed)):
        if forecast is None:
            continue
        cells = []
        for outcome in (forecast.participants, forecast.redeemers):
            total = outcome.total if outcome else None
            cells += [f"{total.mean:,.0f}", f"{total.p10:,.0f} to {total.p90:,.0f}"] if total else ["", ""]
        table.add_row(name, str(len(forecast.participants.steps)), *cells)
    out.print(table)


def _show_discount(discount: "PlannedDiscount") -> None:
    from cli.console import out

    out.print(
        f"In recent weeks, the campaign's products cost {discount.recent_depth:.0%} less than the regular "
        f"price. At {discount.depth:.0%} off, {discount.ratio:.2f} [{discount.low:.2f}, {discount.high:.2f}] "
        f"times as many users are expected to take part, estimated from {discount.products:,} products over "
        f"weeks with and without discounts. In the last eight weeks, discounts explained "
        f"{discount.deviance_explained:.0%} of the variation (deviance) of purchases. Observational: this "
        "does not show that the discount caused the difference. The effect on redeemers is not estimated."
    )
