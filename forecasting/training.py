"""The training job: a back-test, then the model for forecasts from the cut-off on."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from forecasting.evaluation.backtest import MODELS, backtest, score
from forecasting.evaluation.periods import PERIODS
from forecasting.history.campaigns import campaign_list, reaching_users, running_at
from forecasting.history.history import History
from forecasting.history.read_history import read_history
from forecasting.history.step_choice import choose_step
from forecasting.history.time_step import DAY, Step
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from forecasting.records import (
    Backtest,
    ModelRun,
    backtest_properties,
    checkpoint_path,
    model_run,
    models,
    redeemers_path,
)
from graph.connection import Graph, Row
from graph.dataset_lock import locks_dataset
from graph.datasets import Dataset, describe_dataset
from graph.errors import InvalidRequest
from graph.importing.runs.rules import standing_rules
from graph.progress import Progress
from graph.server.folders import make_writable
from graph.settings import Settings
from network.build import build_network
from network.runs import latest_network
from network.tags.text_encoder import TextEncoder

_FORMAT = "10"  # A change of the training procedure must change the fingerprint.


@locks_dataset("training")
def train(
    graph: Graph,
    settings: Settings,
    dataset_id: str,
    progress: Progress,
    *,
    cutoff: date | None = None,
    configuration: Configuration | None = None,
    retrain: bool = False,
    step: Step | None = None,
) -> ModelRun:
    """Back-test on the last days before `cutoff` (``PERIODS``), then train on all data before it.

    The network and the model of the back-test use only data before its first day. Where there is too little
    data for it, there is no back-test. A model of the same data and configuration is returned without
    training, unless `retrain` is set.

    Parameters
    ----------
    cutoff
        First day not used; by default the cut-off of the latest network.
    configuration
        Hyperparameters.
    retrain
        Train in any case.
    step
        The time step to count and forecast in; by default the one that suits the data (``choose_step``).

    Raises
    ------
    NotFound, NotReady, InvalidRequest
        For an unknown data set, without a network, or for an unsuitable cut-off.
    DatasetLocked
        If another process changes the data set.
    """
    dataset = describe_dataset(graph, dataset_id)
    if cutoff is not None:
        dataset.check_cutoff(cutoff)
    network = latest_network(graph, dataset_id, cutoff)
    cutoff = cutoff or network.cutoff
    step = step or choose_step(graph, dataset, cutoff)
    configuration = _limit_epochs(configuration or Configuration(), settings)
    fingerprint = hashlib.sha256(
        f"{_FORMAT} {step.name} {cutoff} {network.id} {network.fingerprint} {configuration}".encode()
    ).hexdigest()[:16]
    if not retrain:
        for model in models(graph, dataset_id):
            if model.fingerprint == fingerprint and checkpoint_path(settings, model).exists():
                return model
    period = PERIODS[step.name]
    first = step.start_of(cutoff - timedelta(days=period.days), 0).date()
    make_writable(settings.checkpoints)
    comparison = None
    enough_days = (first - dataset.first_day).days >= period.days_before
    if enough_days and _any_running(graph, dataset, first, cutoff, period.every, step):
        comparison = run_backtest(
            graph, settings, dataset_id, first, cutoff, progress, configuration, step=step
        )
    history = read_history(graph, dataset_id, network, cutoff, progress, step=step)
    figures: Row = backtest_properties(comparison) | {
        "cutoff": str(cutoff),
        "fingerprint": fingerprint,
        "checkpoint": f"{dataset_id}-{cutoff}-{fingerprint}.safetensors",
        "step": step.name,
    }
    checkpoint = settings.checkpoints / figures["checkpoint"]
    training_checkpoint = _training_checkpoint_path(settings, dataset_id, cutoff)
    forecaster = KLSTM(configuration).fit(history, progress, training_checkpoint)
    forecaster.save(checkpoint)
    figures["is_trained"] = forecaster.is_trained
    if history.has_redemptions:
        KLSTM(configuration).fit(history.redeemers(), progress, training_checkpoint).save(
            redeemers_path(checkpoint)
        )
    run = f"model/{cutoff}" if step == DAY else f"model/{cutoff}/{step.name}"
    graph.run("forecasts/write_model", dataset=dataset_id, id=run, network=network.id, figures=figures)
    return model_run({"id": run, "network": network.id, **figures})


def _any_running(graph: Graph, dataset: Dataset, first: date, until: date, every: int, step: Step) -> bool:
    """Whether a campaign can be forecast from any origin of a back-test."""
    campaigns = campaign_list(graph, dataset.id, dataset.moment(until), step)
    campaigns = reaching_users(campaigns, standing_rules(graph, dataset.id).opens_untargeted)
    origins = step.range(first, 0, step.number(first, until))[::every]
    return any(not running_at(campaigns, origin).empty for origin in origins)


def _limit_epochs(configuration: Configuration, settings: Settings) -> Configuration:
    if settings.training_epochs is None:
        return configuration
    return replace(configuration, epochs=min(configuration.epochs, settings.training_epochs))


def _training_checkpoint_path(settings: Settings, dataset: str, cutoff: date) -> Path:
    return settings.checkpoints / f"{dataset}-{cutoff}.unfinished"


@locks_dataset("back-test")
def run_backtest(
    graph: Graph,
    settings: Settings,
    dataset_id: str,
    first: date | None,
    until: date,
    progress: Progress,
    configuration: Configuration | None = None,
    horizon: int | None = None,
    every: int | None = None,
    *,
    step: Step | None = None,
) -> Backtest:
    """Compare a model trained on data before `first` with its members on the days up to `until`.

    Only the network is stored; ``records.store_backtest`` stores the result.

    Parameters
    ----------
    first
        First day of the test; default: ``PERIODS``.
    until
        The day after the last day of the test.
    configuration
        Hyperparameters.
    horizon
        Steps to forecast from each origin; default: ``PERIODS``.
    every
        Steps from one origin to the next; default: ``PERIODS``.
    step
        The time step; by default the one that suits the data (``choose_step``).

    Raises
    ------
    NotFound, InvalidRequest
        For an unknown data set, for unsuitable days, or if no campaign runs on them.
    DatasetLocked
        If another process changes the data set.
    """
    dataset = describe_dataset(graph, dataset_id)
    dataset.check_cutoff(until)
    step = step or choose_step(graph, dataset, until)
    period = PERIODS[step.name]
    first = step.start_of(first or until - timedelta(days=period.days), 0).date()
    horizon, every = horizon or period.horizon, every or period.every
    earliest = dataset.first_day + timedelta(period.days_before)
    if first < earliest or first >= until:
        raise InvalidRequest(
            f"A back-test from {first} to {until} leaves too few days for training or testing.",
            f"Begin on {earliest} or later, and before its end."
            if earliest < dataset.end
            else f"One by {step.name} needs {period.days_before} days before it, and the data has "
            f"{(dataset.end - dataset.first_day).days}: import earlier data.",
        )
    if not _any_running(graph, dataset, first, until, every, step):
        raise InvalidRequest(
            f"No campaign runs on a day to forecast from, so a back-test from {first} to {until} is empty.",
            "Choose days within the run of a campaign.",
        )
    configuration = _limit_epochs(configuration or Configuration(), settings)
    network = build_network(graph, dataset_id, progress, cutoff=first, encoder=TextEncoder.of(settings))
    history = read_history(graph, dataset_id, network, until, progress, step=step)
    training_checkpoint = _training_checkpoint_path(settings, dataset_id, first)

    def compare(outcome: History) -> tuple[pd.DataFrame, pd.Series]:
        model = KLSTM(configuration).fit(outcome.before(first), progress, training_checkpoint)
        rows, weights = backtest(model, outcome, first, horizon, every, progress)
        return score(rows, outcome), weights

    scores, weights = compare(history)
    redeemers = compare(history.redeemers())[0] if history.before(first).has_redemptions else None
    return Backtest(
        backtest_from=first,
        horizon=horizon,
        names=MODELS,
        mae=scores["mae"].tolist(),
        mase=scores["mase"].tolist(),
        coverage_80=float(scores["coverage_80"].max()),
        level_coverage_80=float(scores["level_coverage_80"].max()),
        points=int(scores["points"].iloc[0]),
        redeemers_mae=None if redeemers is None else redeemers["mae"].tolist(),
        weights=[1.0, *weights.tolist(), 0.0],
        step=step.name,
        every=every,
        holidays=configuration.holidays,
    )
