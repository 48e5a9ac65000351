"""`groundswell explain`: why a forecast is what it is."""

from typing import Annotated

import typer
from rich.table import Table

from cli.backend import asked
from cli.console import out
from cli.options import DatasetOption, HomeOption, parse_day
from graph.importing.adapters.complete_journey import DATASET

_FACTORS = 12


def explain(
    campaign: Annotated[str, typer.Argument(help="The campaign's id.")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    horizon: Annotated[int, typer.Option(min=1, max=14, help="How many days to explain.")] = 7,
    origin: Annotated[
        str | None, typer.Option(help="First day of the forecast (YYYY-MM-DD); default: the model's cut-off.")
    ] = None,
) -> None:
    """Tell what a forecast rests on, where participants come from, and what goes with taking part."""
    with asked(home) as ask:
        told = ask.explained(campaign, dataset, horizon, parse_day(origin))
    out.print(
        f"{told.expected:,.0f} participants are expected over {horizon} days (or to the campaign's end), "
        f"counted anew every day. Traffic and its own pace alone say {told.baseline:,.0f}; what was learned "
        f"besides moves that by {told.expected / told.baseline - 1:+.1%}:",
        highlight=False,
    )
    table = Table("what", "times", title="What moves the forecast")
    for attribution in told.attributions:
        table.add_row(attribution.feature, f"{attribution.ratio:.3f}")
    out.print(table)
    table = Table("from", "participants", "share", title="Where they come from")
    for name, count in told.sources:
        table.add_row(name, f"{count:,.0f}", f"{count / told.expected:.0%}")
    out.print(table)
    table = Table("one standard deviation more of", "times as likely", "95%", title="Who takes part")
    for one in told.odds_ratios[:_FACTORS]:
        table.add_row(one.feature, f"{one.ratio:.2f}", f"{one.low:.2f} to {one.high:.2f}")
    out.print(table)
    out.print(
        "Beside the usual rate, which counts in full, and all others alike; over all campaigns so far. "
        "These go with taking part; nobody dealt them, so they need not bring it about."
    )
