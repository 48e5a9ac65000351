"""`groundswell network`, `train` and `forecast`: the jobs, in the order of the work.

The jobs are imported where they are run, once the database answers: torch and numba take ten seconds
to import, which nobody should wait for in vain.
"""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from cli.console import bars, out
from cli.options import CutoffOption, DatasetOption, HomeOption, parse_day, settings_for
from cli.who import show_likely, show_ranking
from forecasting.records import BackTest, Forecast, ModelRun, models, store_back_test
from forecasting.series import all_open, campaign_list
from graph.connection import connect
from graph.importing.adapters.complete_journey import DATASET
from graph.network import results
from graph.network.runs import NetworkRun, networks, remove_network

_LIKELY = 10

network = typer.Typer(no_args_is_help=True, help="The spreading network: key users and groups.")


@network.command("build")
def build(
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    cutoff: CutoffOption = None,
    rebuild: Annotated[bool, typer.Option(help="Build anew even if nothing changed.")] = False,
) -> None:
    """Find key users and neighbour groups from what lies before the cut-off."""
    settings, day = settings_for(home), parse_day(cutoff)
    with connect(settings) as graph, bars() as progress:
        from graph.network.build import build_network
        from graph.network.text import TextEncoder

        run = build_network(
            graph, dataset, progress, cutoff=day, encoder=TextEncoder.of(settings), rebuild=rebuild
        )
    show_network(run)


@network.command("carry-on")
def carry(
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    cutoff: CutoffOption = None,
) -> None:
    """Bring the latest network up to a later cut-off, in a fraction of a build's time.

    Influences, key users and groups follow what people did since; tags, similar users and the verdict stay
    as they were when the network was built.
    """
    settings, day = settings_for(home), parse_day(cutoff)
    with connect(settings) as graph, bars() as progress:
        from graph.network.carrying import carry_on

        run = carry_on(graph, dataset, progress, cutoff=day)
    show_network(run)


@network.command("list")
def list_networks(home: HomeOption = None, dataset: DatasetOption = DATASET) -> None:
    """List the networks, the one with the latest cut-off first."""
    with connect(settings_for(home)) as graph:
        runs = networks(graph, dataset)
    table = Table("as of", "built as of", "influences", "key users", "groups", "users follow each other")
    for run in runs:
        counts = (f"{count:,}" for count in (run.influences, run.key_users, run.groups))
        table.add_row(str(run.cutoff), str(run.built), *counts, run.premise.verdict)
    out.print(table)


@network.command("remove")
def remove(
    cutoff: Annotated[str, typer.Argument(help="The network's cut-off (YYYY-MM-DD).")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
) -> None:
    """Remove a network; what was imported stays."""
    day = parse_day(cutoff)
    assert day is not None
    with connect(settings_for(home)) as graph:
        remove_network(graph, dataset, day)
    out.print(f"Removed the spreading network as of {day}.")


def train(
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    cutoff: CutoffOption = None,
    retrain: Annotated[bool, typer.Option(help="Train anew even if nothing changed.")] = False,
    holidays: Annotated[
        str | None,
        typer.Option(
            help="A declared prior of what holidays do: us-groceries. Default: learned from the data alone."
        ),
    ] = None,
) -> None:
    """Train the K-LSTM, and compare it with what you would pick instead.

    Where every campaign is open to all, it learns who comes next rather than how many a day.
    """
    settings, day = settings_for(home), parse_day(cutoff)
    with connect(settings) as graph, bars() as progress:
        from forecasting.fitting import Configuration
        from forecasting.shapes import check_shape
        from forecasting.training import train as train_model

        if all_open(campaign_list(graph, dataset)):
            from forecasting.next_users.job import train_next_users

            show_ranking(train_next_users(graph, settings, dataset, progress, day))
            return
        configuration = Configuration(holidays=check_shape(holidays))
        run = train_model(
            graph, settings, dataset, progress, cutoff=day, configuration=configuration, retrain=retrain
        )
    show_model(run)


def backtest(
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    first: Annotated[
        str | None, typer.Option("--from", help="The first day (YYYY-MM-DD); default: four weeks earlier.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="The day after the last one; default: the latest network's.")
    ] = None,
    horizon: Annotated[int, typer.Option(min=1, max=14, help="How many days to forecast.")] = 7,
    every: Annotated[int, typer.Option(min=1, help="Forecast from every so many days.")] = 3,
    holidays: Annotated[str | None, typer.Option(help="A declared prior, as of `train`.")] = None,
) -> None:
    """Compare the K-LSTM with what you would pick instead, on days of your choice.

    The comparison is kept in the graph, the model is not.
    """
    settings, begin, end = settings_for(home), parse_day(first), parse_day(until)
    with connect(settings) as graph, bars() as progress:
        from forecasting.fitting import Configuration
        from forecasting.shapes import check_shape
        from forecasting.training import BACKTEST_DAYS, back_test
        from graph.network.runs import latest_network

        configuration = Configuration(holidays=check_shape(holidays))
        end = end or latest_network(graph, dataset, None).cutoff
        begin = begin or end - timedelta(days=BACKTEST_DAYS)
        tested = back_test(graph, settings, dataset, begin, end, progress, configuration, horizon, every)
        store_back_test(graph, dataset, tested, end, every)
    show_back_test(tested)


def forecast(
    campaign: Annotated[str, typer.Argument(help="The campaign's id.")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    horizon: Annotated[int, typer.Option(min=1, max=14, help="How many days to forecast.")] = 7,
    origin: Annotated[
        str | None, typer.Option(help="First day to forecast (YYYY-MM-DD); default: the model's cut-off.")
    ] = None,
) -> None:
    """Forecast a campaign's participants and influence level, and store the forecast."""
    settings, day = settings_for(home), parse_day(origin)
    with connect(settings) as graph, bars() as progress:
        from forecasting.forecasts import forecast_campaign

        made = forecast_campaign(graph, settings, dataset, campaign, horizon, progress, day)
        model = next(one for one in models(graph, dataset) if one.id == made.model)
        show_forecast(made)
        show_likely(graph, dataset, made, _LIKELY)
    show_model(model)


def show_network(run: NetworkRun) -> None:
    """What a network build found."""
    since = f" (built as of {run.built}, carried on since)" if run.built < run.cutoff else ""
    out.print(
        f"Spreading network as of {run.cutoff}{since}: {run.users:,} users, {run.influences:,} influences, "
        f"{run.key_users:,} key users and {run.groups:,} neighbour groups over all campaigns."
    )
    out.print(results.similarity_said(run))
    said = results.premise_said(run.premise)
    out.print(f"Do users follow each other here? {run.premise.verdict.capitalize()}. {said}", highlight=False)


def show_model(run: ModelRun) -> None:
    """How a model did before it was kept."""
    show_back_test(run)
    out.print(f"Trained up to {run.cutoff}.")


def show_back_test(run: BackTest) -> None:
    """The honest comparison."""
    table = Table(
        "model",
        "MAE",
        "MASE",
        title=f"Back-test: {run.points} points from {run.backtest_from}, {run.horizon} days ahead",
    )
    for row in run.scores.itertuples():
        table.add_row(str(row.model), f"{row.mae:.2f}", f"{row.mase:.3f}")
    out.print(table)
    of_redeemers = run.redeemers_scores
    if of_redeemers is not None:
        said = ", ".join(f"{row.model} {row.mae:.2f}" for row in of_redeemers.itertuples())
        out.print(f"MAE of redeemers: {said}.", highlight=False)
    out.print(
        "Smaller is better. MAE: mean error in participants a day. MASE: that error relative to repeating "
        "the week before, as measured before the test."
    )
    out.print(
        f"Of the days, {run.coverage_80:.0%} lay between the K-LSTM's P10 and P90 of participants and "
        f"{run.level_coverage_80:.0%} between those of the influence level (80% should)."
    )
    if run.holidays:
        out.print(f"All of them were told beforehand what holidays do: {run.holidays}, from other years.")


def show_forecast(made: Forecast) -> None:
    """The forecast as a table."""
    kinds = {"participants": "participants", "redeemers": "redeemers", "level": "influence level"}
    kinds = {kind: name for kind, name in kinds.items() if f"{kind}_p50" in made.steps}
    table = Table(
        "day",
        *kinds.values(),
        title=f"Campaign {made.campaign}, forecast from {made.origin}: P50 (P10 to P90)",
    )
    for _, row in made.steps.iterrows():
        told = [
            f"{row[f'{kind}_p50']:.0f} ({row[f'{kind}_p10']:.0f} to {row[f'{kind}_p90']:.0f})"
            for kind in kinds
        ]
        table.add_row(f"{row['ds']:%a %d %b %Y}", *told)
    out.print(table)
