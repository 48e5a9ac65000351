"""The forecast job: forecast one campaign and store the result in the graph."""

from datetime import date

import pandas as pd

from forecasting.klstm import COLUMNS, KLSTM
from forecasting.records import (
    FORECAST_VALUES,
    Forecast,
    ModelRun,
    checkpoint_path,
    find_campaign,
    models,
)
from forecasting.series import campaign_list, read_history
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest, NotReady
from graph.network.runs import NetworkRun, networks
from graph.progress import Progress
from graph.settings import Settings


def forecast_campaign(
    graph: Graph,
    settings: Settings,
    dataset_id: str,
    campaign: str,
    horizon: int,
    progress: Progress,
    origin: date | None = None,
) -> Forecast:
    """Forecast `campaign` for `horizon` days from `origin` on (default: the model's cut-off).

    Raises NotFound (no such campaign), NotReady (no model trained up to `origin` at the latest) and
    InvalidRequest (a horizon out of range, or a campaign that does not run at `origin`).
    """
    dataset = describe_dataset(graph, dataset_id)
    window = find_campaign(graph, dataset_id, campaign)
    run = _model_for(graph, dataset_id, origin)
    origin = dataset.check_cutoff(origin or run.cutoff)
    _check_running(graph, dataset_id, window, origin)
    model = KLSTM.load(checkpoint_path(settings, run))
    network = _network_of(graph, dataset_id, run)
    history = read_history(graph, dataset_id, network, origin, progress, only=campaign)
    steps = model.predict(history, horizon)[COLUMNS[1:]]
    forecast = Forecast(f"{campaign}/{origin}/{run.id}", campaign, origin, run.id, run.network, steps)
    graph.run(
        "forecasts/write_forecast",
        dataset=dataset_id,
        campaign=campaign,
        model=run.id,
        id=forecast.id,
        origin=str(origin),
        steps=[str(day.date()) for day in steps["ds"]],
        values={name: steps[name].astype(float).tolist() for name in FORECAST_VALUES},
    )
    return forecast


def _model_for(graph: Graph, dataset: str, origin: date | None) -> ModelRun:
    for run in models(graph, dataset):
        if origin is None or run.cutoff <= origin:
            return run
    when = f" up to {origin} at the latest" if origin else ""
    raise NotReady(
        f"There is no model of {dataset!r} trained{when}.",
        f"Train one: `groundswell train{f' --cutoff {origin}' if origin else ''}`.",
    )


def _network_of(graph: Graph, dataset: str, run: ModelRun) -> NetworkRun:
    for network in networks(graph, dataset):
        if network.id == run.network:
            return network
    cutoff = run.network.rpartition("/")[2]
    raise NotReady(
        f"The spreading network as of {cutoff}, which the model uses, is being rebuilt or was cut off.",
        f"Build it: `groundswell network build --cutoff {cutoff}`.",
    )


def _check_running(graph: Graph, dataset: str, window: pd.Series, origin: date) -> None:
    if not window["targeted"]:
        raise InvalidRequest(f"{window['name']} reached nobody in this data set.", "Choose another campaign.")
    moment = pd.Timestamp(origin)
    if window["starts"] < moment < window["ends"]:
        return
    campaigns = campaign_list(graph, dataset)
    running = campaigns[(campaigns["starts"] < moment) & (campaigns["ends"] > moment)]["id"]
    last = (window["ends"] - pd.Timedelta(days=1)).date()
    raise InvalidRequest(
        f"{window['name']} runs from {window['starts'].date()} to {last}; on {origin} there is "
        "nothing to forecast of it.",
        f"Choose an --origin inside its run (with a model trained before it), or a campaign that "
        f"runs then: {', '.join(running) or 'none does'}.",
    )
