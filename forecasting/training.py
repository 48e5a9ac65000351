"""The training job: an honest back-test first, then the model that forecasts from now on."""

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from forecasting.backtest import backtest, score
from forecasting.fitting import Configuration
from forecasting.klstm import KLSTM
from forecasting.records import ModelRun, checkpoint_path, model_run, models, of_redeemers
from forecasting.series import History, read_history
from graph.connection import Graph, Row
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.network.build import build_network
from graph.network.runs import latest_network
from graph.network.text import TextEncoder
from graph.progress import Progress
from graph.server.folders import make_writable
from graph.settings import Settings

_FORMAT = "4"  # Another way to train on the same data must give another fingerprint.
BACKTEST_DAYS = 28
BACKTEST_EVERY = 3
BACKTEST_HORIZON = 7
_SHORTEST = 84


def train(
    graph: Graph,
    settings: Settings,
    dataset_id: str,
    progress: Progress,
    *,
    cutoff: date | None = None,
    configuration: Configuration | None = None,
    retrain: bool = False,
) -> ModelRun:
    """Back-test over the four weeks before `cutoff`, then train on everything before it.

    For the back-test, network and model are built as of its first day. `cutoff` defaults to that of
    the latest network. A model trained before from the same data in the same way is returned as it
    is, unless `retrain`. Raises NotFound, NotReady (no network) and InvalidRequest.
    """
    dataset = describe_dataset(graph, dataset_id)
    if cutoff is not None:
        dataset.check_cutoff(cutoff)
    network = latest_network(graph, dataset_id, cutoff)
    cutoff = cutoff or network.cutoff
    configuration = configuration or Configuration()
    fingerprint = hashlib.sha256(
        f"{_FORMAT} {cutoff} {network.id} {network.fingerprint} {configuration}".encode()
    ).hexdigest()[:16]
    if not retrain:
        for known in models(graph, dataset_id):
            if known.fingerprint == fingerprint and checkpoint_path(settings, known).exists():
                return known
    first = cutoff - timedelta(days=BACKTEST_DAYS)
    if (first - dataset.first_day).days < _SHORTEST:
        raise InvalidRequest(
            f"A cut-off of {cutoff} leaves too few days to learn from and to be tested on.",
            f"Choose {dataset.first_day + timedelta(days=_SHORTEST + BACKTEST_DAYS)} or later.",
        )
    make_writable(settings.checkpoints)
    figures = _compare(graph, settings, dataset_id, first, cutoff, configuration, progress)
    history = read_history(graph, dataset_id, network, cutoff, progress)
    figures |= {
        "cutoff": str(cutoff),
        "fingerprint": fingerprint,
        "checkpoint": f"{dataset_id}-{cutoff}-{fingerprint}.safetensors",
        "holidays": configuration.holidays,
    }
    checkpoint = settings.checkpoints / figures["checkpoint"]
    draft = _draft(settings, dataset_id, cutoff)
    KLSTM(configuration).fit(history, progress, draft).save(checkpoint)
    if history.has_redemptions:
        KLSTM(configuration).fit(history.redeemers(), progress, draft).save(of_redeemers(checkpoint))
    run = f"model/{cutoff}"
    graph.run("forecasts/write_model", dataset=dataset_id, id=run, network=network.id, figures=figures)
    return model_run({"id": run, "network": network.id, **figures})


def _draft(settings: Settings, dataset: str, cutoff: date) -> Path:
    return settings.checkpoints / f"{dataset}-{cutoff}.draft"


def _compare(
    graph: Graph,
    settings: Settings,
    dataset: str,
    first: date,
    until: date,
    configuration: Configuration,
    progress: Progress,
) -> Row:
    network = build_network(graph, dataset, progress, cutoff=first, encoder=TextEncoder.of(settings))
    history = read_history(graph, dataset, network, until, progress)
    draft = _draft(settings, dataset, first)
    rows, scores = _tested(history, first, configuration, progress, draft)
    redeemers = None
    if history.before(first).has_redemptions:
        redeemers = _tested(history.redeemers(), first, configuration, progress, draft)[1]
    return {
        "backtest_from": str(first),
        "horizon": BACKTEST_HORIZON,
        "names": scores["model"].tolist(),
        "mae": scores["mae"].tolist(),
        "mase": scores["mase"].tolist(),
        "coverage_80": float(scores["coverage_80"].max()),
        "level_coverage_80": float(scores["level_coverage_80"].max()),
        "points": len(rows),
        "redeemers_mae": None if redeemers is None else redeemers["mae"].tolist(),
        "redeemers_mase": None if redeemers is None else redeemers["mase"].tolist(),
    }


def _tested(
    history: History, first: date, configuration: Configuration, progress: Progress, draft: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The forecasts of a model trained before `first` and of its peers, and their ``score``."""
    model = KLSTM(configuration).fit(history.before(first), progress, draft)
    rows = backtest(model, history, first, BACKTEST_HORIZON, BACKTEST_EVERY, progress)
    return rows, score(rows, history)
