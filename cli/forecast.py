"""`groundswell forecast`: forecast a campaign."""

from typing import Annotated

import typer

from cli.options import (
    CampaignArgument,
    DatasetOption,
    HomeOption,
    HorizonOption,
    JsonOption,
    build_request,
    parse_moment,
)

_USERS_SHOWN = 10


def forecast(
    campaign: CampaignArgument,
    home: HomeOption = None,
    dataset: DatasetOption = None,
    horizon: HorizonOption = None,
    origin: Annotated[
        str | None,
        typer.Option(
            help="The first day to forecast (YYYY-MM-DD), or the first hour (YYYY-MM-DDTHH:MM); default: the "
            "model's cut-off or, of hours, the end of the data."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast a campaign's participants and influence level, and store the forecast."""
    from api.schemas.requests import ForecastRequest
    from cli.backend import open_backend
    from cli.console import print_json
    from cli.render import show_forecast, show_likely_users, show_model

    day = parse_moment(origin)
    with open_backend(home) as backend:
        dataset = backend.resolve_dataset(dataset)
        request = build_request(ForecastRequest, dataset=dataset, horizon=horizon, origin=day)
        forecast = backend.make_forecast(campaign, request)
        if as_json:
            print_json(forecast)
            return
        users = backend.likely_users(campaign, dataset, forecast.origin, _USERS_SHOWN, waiting=False)
        model = backend.model(dataset, forecast.model)
    show_forecast(forecast)
    show_likely_users(users, forecast)
    show_model(model)
