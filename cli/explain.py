"""`groundswell explain`: what a forecast is based on."""

from typing import Annotated

import typer

from cli.options import CampaignArgument, DatasetOption, HomeOption, JsonOption, parse_date

_MAX_FEATURES = 12


def explain(
    campaign: CampaignArgument,
    home: HomeOption = None,
    dataset: DatasetOption = None,
    horizon: Annotated[int, typer.Option(min=1, max=14, help="How many days to explain.")] = 7,
    origin: Annotated[
        str | None,
        typer.Option(help="The first day of the forecast (YYYY-MM-DD); default: the model's cut-off."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what drives a forecast, where participants come from, and who takes part more often."""
    from rich.table import Table

    from api.page.feature_labels import feature_label
    from api.page.i18n import ENGLISH
    from cli.backend import open_backend
    from cli.console import out, print_json

    day = parse_date(origin)
    with open_backend(home) as backend:
        explanation = backend.explanation(campaign, backend.resolve_dataset(dataset), horizon, day)
    if as_json:
        print_json(explanation.to_response())
        return
    out.print(
        f"The forecast expects {explanation.expected:,.0f} participants over {horizon} days (or until the "
        "campaign ends); a user who takes part on several days counts once a day. The baseline, from overall "
        f"traffic and the campaign's own rate, is {explanation.baseline:,.0f}. The learned effects change it "
        f"by {explanation.expected / explanation.baseline - 1:+.1%}:",
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
    columns = ("one standard deviation more of", "odds ratio", "95% interval")
    table = Table(*columns, title="Who takes part more often")
    for odds_ratio in explanation.odds_ratios[:_MAX_FEATURES]:
        interval = f"{odds_ratio.low:.2f} to {odds_ratio.high:.2f}"
        table.add_row(feature_label(ENGLISH, odds_ratio.feature), f"{odds_ratio.ratio:.2f}", interval)
    out.print(table)
    out.print(
        "Estimated from all campaigns so far, with all other traits held equal and relative to the user's "
        "usual rate. Observational: users with more of a trait took part more (or less) often; this does not "
        "show that the trait caused it."
    )
