"""`groundswell explain`: why a forecast is what it is."""

from typing import Annotated

import pandas as pd
import typer
from rich.table import Table

from cli.console import bars, out
from cli.options import DatasetOption, HomeOption, parse_day, settings_for
from graph.connection import connect
from graph.importing.adapters.complete_journey import DATASET
from graph.network import results

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
    settings, day = settings_for(home), parse_day(origin)
    with connect(settings) as graph, bars() as progress:
        from forecasting.forecasts import explain_campaign

        told, run = explain_campaign(graph, settings, dataset, campaign, horizon, progress, day)
        names = {
            row["id"]: f"group {row['rank']}: {row['name']}"
            for row in results.neighbour_groups(graph, dataset, campaign, run.network)
        }
    out.print(
        f"{told.expected:,.0f} participants are expected over {horizon} days (or to the campaign's end), "
        f"counted anew every day. Traffic and its own pace alone say {told.ground:,.0f}; what was learned "
        f"besides moves that by {told.expected / told.ground - 1:+.1%}:",
        highlight=False,
    )
    table = Table("what", "times", title="What moves the forecast")
    for row in told.moves.itertuples():
        table.add_row(str(row.factor), f"{row.times:.3f}")
    out.print(table)
    table = Table("from", "participants", "share", title="Where they come from")
    for row in told.groups.sort_values("mean", ascending=False).itertuples():
        name = "users of no group" if pd.isna(row.group) else names.get(row.group, str(row.group))
        table.add_row(name, f"{row.mean:,.0f}", f"{row.share:.0%}")
    out.print(table)
    table = Table("one standard deviation more of", "times as likely", "95%", title="Who takes part")
    for row in told.worth.head(_FACTORS).itertuples():
        table.add_row(str(row.factor), f"{row.times:.2f}", f"{row.low:.2f} to {row.high:.2f}")
    out.print(table)
    out.print(
        "Beside the usual rate, which counts in full, and all others alike; over all campaigns so far. "
        "These go with taking part; nobody dealt them, so they need not bring it about."
    )
