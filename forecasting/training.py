"""The training job: a back-test, then the model for forecasts from the cut-off on."""

import hashlib
from datetime import date

from forecasting.behaviours.forecaster import BehaviourForecaster
from forecasting.evaluation.job import (
    any_running,
    first_of_backtest,
    limit_epochs,
    run_backtest,
    training_checkpoint_path,
)
from forecasting.evaluation.periods import PERIODS
from forecasting.history.read_history import read_history
from forecasting.history.step_choice import choose_step
from forecasting.history.time_step import DAY, Step
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from forecasting.records import (
    Backtest,
    ModelRun,
    backtest_properties,
    behaviours_path,
    checkpoint_path,
    model_run,
    models,
    redeemers_path,
)
from graph.connection import Graph, Row
from graph.dataset_lock import locks_dataset
from graph.datasets import Dataset, describe_dataset
from graph.progress import Progress
from graph.server.folders import make_writable
from graph.settings import Settings
from network.runs import latest_network

_FORMAT = "14"  # A change of the training procedure must change the fingerprint.


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
    configuration = limit_epochs(configuration or Configuration(), settings)
    fingerprint = hashlib.sha256(
        f"{_FORMAT} {step.name} {cutoff} {network.id} {network.fingerprint} {configuration}".encode()
    ).hexdigest()[:16]
    if not retrain:
        for model in models(graph, dataset_id):
            if model.fingerprint == fingerprint and checkpoint_path(settings, model).exists():
                return model
    make_writable(settings.checkpoints)
    comparison = _backtest_before(graph, settings, dataset, cutoff, progress, configuration, step)
    history = read_history(graph, dataset_id, network, cutoff, progress, step=step)
    figures: Row = backtest_properties(comparison) | {
        "cutoff": str(cutoff),
        "fingerprint": fingerprint,
        "checkpoint": f"{dataset_id}-{cutoff}-{fingerprint}.safetensors",
        "step": step.name,
    }
    checkpoint = settings.checkpoints / figures["checkpoint"]
    training_checkpoint = training_checkpoint_path(settings, dataset_id, cutoff)
    forecaster = KLSTM(configuration).fit(history, progress, training_checkpoint)
    forecaster.save(checkpoint)
    figures["is_trained"] = forecaster.is_trained
    if history.has_redemptions:
        KLSTM(configuration).fit(history.redeemers(), progress, training_checkpoint).save(
            redeemers_path(checkpoint)
        )
    BehaviourForecaster.fit(history, configuration.holidays, progress).save(behaviours_path(checkpoint))
    run = f"model/{cutoff}" if step == DAY else f"model/{cutoff}/{step.name}"
    graph.run("forecasts/write_model", dataset=dataset_id, id=run, network=network.id, figures=figures)
    return model_run({"id": run, "network": network.id, **figures})


def _backtest_before(
    graph: Graph,
    settings: Settings,
    dataset: Dataset,
    cutoff: date,
    progress: Progress,
    configuration: Configuration,
    step: Step,
) -> Backtest | None:
    """The back-test on the last days before `cutoff`; None where there is too little data for it."""
    period, first = PERIODS[step.name], first_of_backtest(None, cutoff, step)
    if (first - dataset.first_day).days < period.days_before:
        return None
    if not any_running(graph, dataset, first, cutoff, period.every, step):
        return None
    return run_backtest(graph, settings, dataset.id, first, cutoff, progress, configuration, step=step)
