"""`groundswell train` and `groundswell backtest`: train models and compare the forecasters."""

from typing import Annotated

import typer

from cli.options import (
    DatasetOption,
    HomeOption,
    HorizonOption,
    JsonOption,
    StepOption,
    build_request,
    parse_date,
)
from graph.errors import NotReady
from graph.remedies import Remedy


def train(
    home: HomeOption = None,
    dataset: DatasetOption = None,
    cutoff: Annotated[
        str | None,
        typer.Option(
            help="Use only data from before this day (YYYY-MM-DD); default: the latest network's cut-off, "
            "with --next-users the day after the last behaviour."
        ),
    ] = None,
    retrain: Annotated[bool, typer.Option(help="Train again even if nothing has changed.")] = False,
    holidays: Annotated[
        str | None,
        typer.Option(
            help="Prior knowledge of holiday effects: us-groceries (default: learn them from the data alone)."
        ),
    ] = None,
    next_users: Annotated[
        bool,
        typer.Option(
            "--next-users", help="Train a model that ranks who is the next to take part (see `who --next`)."
        ),
    ] = False,
    step: StepOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back-test and train the forecasters, and compare them."""
    import json

    from api.schemas.models import Model
    from api.schemas.requests import TrainingRequest
    from cli.backend import open_backend
    from cli.console import out, print_json
    from cli.render import show_model, show_ranking

    day = parse_date(cutoff)
    with open_backend(home) as backend:
        dataset = backend.resolve_dataset(dataset)
        request = build_request(
            TrainingRequest,
            dataset=dataset,
            cutoff=day,
            retrain=retrain,
            holidays=holidays,
            next_users=next_users,
            step=step,
        )
        model = backend.train(request)
    if as_json and isinstance(model, Model):
        print_json(model)
    elif as_json:  # The API has no response for a model that ranks the next users.
        values = {"id": model} if isinstance(model, str) else vars(model)
        typer.echo(json.dumps(values, default=str, indent=2))
    elif isinstance(model, Model):
        show_model(model)
    elif isinstance(model, str):
        out.print(f"Trained {model}, which ranks who takes part next.")
    else:
        show_ranking(model)


def backtest(
    home: HomeOption = None,
    dataset: DatasetOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            help="The first day (YYYY-MM-DD); default: four weeks before --until (of hours a week, of weeks "
            "half a year, of months a year).",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", help="The day after the last day (YYYY-MM-DD); default: the latest network's cut-off."
        ),
    ] = None,
    horizon: HorizonOption = None,
    every: Annotated[
        int | None,
        typer.Option(
            min=1, max=28, help="Steps between two forecasts (default: 3 hours or days, 1 week or month)."
        ),
    ] = None,
    step: StepOption = None,
    holidays: Annotated[
        str | None, typer.Option(help="Prior knowledge of holiday effects (see `train`).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the forecasters over a period of your choice.

    The comparison is stored in the database; the model trained for it is not.
    """
    from api.schemas.requests import BackTestRequest
    from cli.backend import open_backend
    from cli.console import print_json
    from cli.render import show_comparison

    since_day, until_day = parse_date(since), parse_date(until)
    with open_backend(home) as backend:
        dataset = backend.resolve_dataset(dataset)
        if until_day is None:
            networks = backend.networks(dataset)
            if not networks:
                raise NotReady(
                    f"There is no spreading network of {dataset!r}.",
                    Remedy("Build one", "build network", dataset=dataset),
                )
            until_day = networks[0].cutoff
        request = build_request(
            BackTestRequest,
            dataset=dataset,
            since=since_day,
            until=until_day,
            horizon=horizon,
            step=step,
            every=every,
            holidays=holidays,
        )
        comparison = backend.backtest(request)
    if as_json:
        print_json(comparison)
        return
    show_comparison(comparison)
