"""Serializes models and back-tests."""

from typing import Any

from api.schemas import models
from forecasting.records import Backtest, ModelRun, StoredBacktest


def serialize_comparison(run: Backtest) -> models.Comparison:
    """Return the scores of the K-LSTM and the benchmark forecasters."""
    return models.Comparison(**_scores(run))


def serialize_model(run: ModelRun) -> models.Model:
    """Return the response for a model, with its back-test."""
    return models.Model(
        id=run.id, cutoff=run.cutoff, network=run.network, back_test=serialize_comparison(run)
    )


def serialize_backtest(run: StoredBacktest) -> models.BackTest:
    """Return the response for a back-test on chosen days."""
    scope = {"id": run.id, "until": run.until, "every": run.every, "network": run.network}
    return models.BackTest(**scope, **_scores(run))


def _scores(run: Backtest) -> dict[str, Any]:
    redeemers_scores = run.redeemers_scores
    return {
        "since": run.backtest_from,
        "horizon": run.horizon,
        "points": run.points,
        "holidays": run.holidays,
        "participants": run.scores.to_dict("records"),
        "redeemers": None if redeemers_scores is None else redeemers_scores.to_dict("records"),
        "covered_80": run.coverage_80,
        "level_covered_80": run.level_coverage_80,
    }
