"""`groundswell network`, `train`, `backtest` and `forecast`: the jobs, in the order of the work."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from api.schemas import forecasts
from api.schemas import requests as wishes
from api.serializers import records
from cli.backend import asked
from cli.console import bars, out
from cli.options import CutoffOption, DatasetOption, HomeOption, parse_day, settings_for, wish_for
from cli.render import show_comparison, show_forecast, show_likely, show_model, show_network, show_ranking
from graph.connection import connect
from graph.errors import NotReady
from graph.importing.adapters.complete_journey import DATASET
from network.runs import remove_network

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
    wish = wish_for(wishes.Network, dataset=dataset, cutoff=parse_day(cutoff), rebuild=rebuild)
    with asked(home) as ask:
        made = ask.build_network(wish)
    show_network(made)


@network.command("update")
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
        from network.incremental_update import update_network

        run = update_network(graph, dataset, progress, cutoff=day)
    show_network(records.network(run))


@network.command("list")
def list_networks(home: HomeOption = None, dataset: DatasetOption = DATASET) -> None:
    """List the networks, the one with the latest cut-off first."""
    with asked(home) as ask:
        runs = ask.networks(dataset)
    table = Table("as of", "built as of", "influences", "key users", "groups", "users follow each other")
    for run in runs:
        counts = (f"{count:,}" for count in (run.influences, run.key_users, run.groups))
        table.add_row(str(run.cutoff), str(run.built), *counts, run.influence_test.verdict)
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
    day = parse_day(cutoff)
    wish = wish_for(wishes.Training, dataset=dataset, cutoff=day, retrain=retrain, holidays=holidays)
    with asked(home) as ask:
        made = ask.train(wish)
    if isinstance(made, forecasts.Model):
        show_model(made)
    elif isinstance(made, str):
        out.print(f"Trained {made}, which ranks who comes next.")
    else:
        show_ranking(made)


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
    every: Annotated[int, typer.Option(min=1, max=28, help="Forecast from every so many days.")] = 3,
    holidays: Annotated[str | None, typer.Option(help="A declared prior, as of `train`.")] = None,
) -> None:
    """Compare the K-LSTM with what you would pick instead, on days of your choice.

    The comparison is kept in the graph, the model is not.
    """
    begin, end = parse_day(first), parse_day(until)
    with asked(home) as ask:
        from forecasting.training import BACKTEST_DAYS

        if end is None:
            known = ask.networks(dataset)
            if not known:
                raise NotReady(
                    f"There is no spreading network of {dataset!r}.",
                    "Build one: `groundswell network build`.",
                )
            end = known[0].cutoff
        begin = begin or end - timedelta(days=BACKTEST_DAYS)
        how = {"horizon": horizon, "every": every, "holidays": holidays}
        wish = wish_for(wishes.BackTest, dataset=dataset, since=begin, until=end, **how)
        tested = ask.back_test(wish)
    show_comparison(tested)


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
    wish = wish_for(wishes.Forecast, dataset=dataset, horizon=horizon, origin=parse_day(origin))
    with asked(home) as ask:
        made = ask.make_forecast(campaign, wish)
        likely = ask.likely_users(campaign, dataset, made.origin, _LIKELY, waiting=False)
        model = ask.model(dataset, made.model)
    show_forecast(made)
    show_likely(likely, made)
    show_model(model)
