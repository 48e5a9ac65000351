"""The back-test job: train before a period, forecast it, and compare with its members."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from forecasting.evaluation.backtest import MODELS, backtest, score
from forecasting.evaluation.periods import PERIODS, BacktestPeriod
from forecasting.history.campaigns import campaign_list, reaching_users, running_at
from forecasting.history.history import History
from forecasting.history.read_history import read_history
from forecasting.history.step_choice import choose_step
from forecasting.history.time_step import Step
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from forecasting.records import Backtest
from graph.connection import Graph
from graph.dataset_lock import locks_dataset
from graph.datasets import Dataset, describe_dataset
from graph.errors import InvalidRequest
from graph.importing.runs.rules import standing_rules
from graph.progress import Progress
from graph.settings import Settings
from network.build import build_network
from network.tags.text_encoder import TextEncoder


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
    horizon, every = horizon or period.horizon, every or period.every
    first = first_of_backtest(first, until, step)
    _check_days(dataset, first, until, step, period)
    if not any_running(graph, dataset, first, until, every, step):
        raise InvalidRequest(
            f"No campaign runs on a day to forecast from, so a back-test from {first} to {until} is empty.",
            "Choose days within the run of a campaign.",
        )
    configuration = limit_epochs(configuration or Configuration(), settings)
    network = build_network(graph, dataset_id, progress, cutoff=first, encoder=TextEncoder.of(settings))
    history = read_history(graph, dataset_id, network, until, progress, step=step)
    training_checkpoint = training_checkpoint_path(settings, dataset_id, first)

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


def _check_days(dataset: Dataset, first: date, until: date, step: Step, period: BacktestPeriod) -> None:
    """Raise InvalidRequest if `first` leaves too few days before it or up to `until`."""
    earliest = dataset.first_day + timedelta(period.days_before)
    if earliest <= first < until:
        return
    remedy = (
        f"Begin on {earliest} or later, and before its end."
        if earliest < dataset.end
        else f"One by {step.name} needs {period.days_before} days before it, and the data has "
        f"{(dataset.end - dataset.first_day).days}: import earlier data."
    )
    raise InvalidRequest(
        f"A back-test from {first} to {until} leaves too few days for training or testing.", remedy
    )


def first_of_backtest(first: date | None, until: date, step: Step) -> date:
    """The beginning of the step of `first`, by default of the first day of the step's period."""
    return step.start_of(first or until - timedelta(days=PERIODS[step.name].days), 0).date()


def any_running(graph: Graph, dataset: Dataset, first: date, until: date, every: int, step: Step) -> bool:
    """Whether a campaign can be forecast from any origin of a back-test."""
    campaigns = campaign_list(graph, dataset.id, dataset.moment(until), step)
    campaigns = reaching_users(campaigns, standing_rules(graph, dataset.id).opens_untargeted)
    origins = step.range(first, 0, step.number(first, until))[::every]
    return any(not running_at(campaigns, origin).empty for origin in origins)


def limit_epochs(configuration: Configuration, settings: Settings) -> Configuration:
    """The configuration with at most the epochs of the settings."""
    if settings.training_epochs is None:
        return configuration
    return replace(configuration, epochs=min(configuration.epochs, settings.training_epochs))


def training_checkpoint_path(settings: Settings, dataset: str, cutoff: date) -> Path:
    """The file of an unfinished training."""
    return settings.checkpoints / f"{dataset}-{cutoff}.unfinished"
