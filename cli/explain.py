"""`groundswell explain`: what a forecast is based on."""

from typing import Annotated

import typer

from cli.options import CampaignArgument, DatasetOption, HomeOption, HorizonOption, JsonOption, parse_moment


def explain(
    campaign: CampaignArgument,
    home: HomeOption = None,
    dataset: DatasetOption = None,
    horizon: HorizonOption = None,
    origin: Annotated[
        str | None,
        typer.Option(
            help="The first day of the forecast (YYYY-MM-DD), or the first hour (YYYY-MM-DDTHH:MM); default: "
            "the model's cut-off or, of hours, the end of the data."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what drives a forecast, where participants come from, and who takes part more often."""
    from rich.table import Table

    from api.page.feature_labels import feature_label
    from api.page.i18n import ENGLISH
    from cli.backend import open_backend
    from cli.console import out, print_json

    day = parse_moment(origin)
    with open_backend(home) as backend:
        explanation = backend.explanation(campaign, backend.resolve_dataset(dataset), horizon, day)
    if as_json:
        print_json(explanation.to_response())
        return
    out.print(
        f"The forecast expects {explanation.expected:,.0f} participants in {explanation.steps} "
        f"{explanation.unit}s; a user who takes part in several {explanation.unit}s counts once in each. The "
        f"baseline, from overall traffic and the campaign's own rate, is {explanation.baseline:,.0f}. The "
        f"learned effects change it by {explanation.expected / explanation.baseline - 1:+.1%}:",
        highlight=False,
    )
    table = Table("effect", "multiplies the baseline by", title="What drives the forecast")
    for attribution in explanation.attributions:
        table.add_row(feature_label(ENGLISH, attribution.feature), f"{attribution.ratio:.3f}")
    out.print(table)
    table = Table("from", "participants", "share", title="Where participants come from")
    for name, count in explanation.sources:
        table.add_row(name, f"{count:,.0f}", f"{count / explanation.expected:.0%}")
    out.print(table)
    if explanation.unit != "day":  # Traits are defined in days.
        return
    if not explanation.associations:
        out.print("Too few users took part so far to compare them with the others.")
        return
    columns = ("users who", "took part", "others", "times as likely", "95% interval")
    table = Table(*columns, title="Who takes part more often")
    for row in explanation.associations:
        interval = "too few campaigns" if row.low is None else f"{row.low:.2f} to {row.high:.2f}"
        shares = f"{row.took_part_with:.1%}", f"{row.took_part_without:.1%}"
        table.add_row(feature_label(ENGLISH, row.trait), *shares, f"{row.ratio:.2f}", interval)
    out.print(table)
    out.print(
        "How many of the users with and without a trait took part within a week, over all campaigns so far. "
        "The last columns compare users who are equal in the other traits, by the model. Observational: this "
        "does not show that the trait caused the difference."
    )
