"""Serializes models and back-tests."""

import math
from collections.abc import Sequence
from typing import Any

from api.schemas import models
from forecasting.evaluation.verdict import REFERENCE, ErrorVerdict, judge
from forecasting.records import Backtest, ModelRun, StoredBacktest


def serialize_comparison(run: Backtest) -> models.Comparison:
    """Return the scores of the combination and of each forecaster."""
    return models.Comparison(**_scores(run))


def serialize_model(run: ModelRun) -> models.Model:
    """Return the response for a model, with its back-test."""
    return models.Model(
        id=run.id,
        cutoff=run.cutoff,
        step=run.step,
        network=run.network,
        is_trained=run.is_trained,
        back_test=serialize_comparison(run.back_test) if run.back_test else None,
    )


def serialize_backtest(run: StoredBacktest) -> models.BackTest:
    """Return the response for a back-test on chosen days."""
    scope = {"id": run.id, "until": run.until, "every": run.every, "network": run.network}
    return models.BackTest(**scope, **_scores(run))


def serialize_verdict(run: Backtest) -> models.Verdict:
    """Return what the back-test says about forecasts, in fields and in sentences."""
    # Babel, which the sentences need, takes long to import; lists of other resources do not need it.
    from api.page.i18n import ENGLISH
    from api.page.verdict import summarise_verdict

    verdict = judge(run)
    return models.Verdict(
        summary=" ".join(summarise_verdict(ENGLISH, run)),
        participants=_error_verdict(verdict.participants),
        redeemers=_error_verdict(verdict.redeemers) if verdict.redeemers else None,
        participants_interval=verdict.participants_interval,
        level_interval=verdict.level_interval,
        trust_participants=verdict.trust_participants,
        trust_level=verdict.trust_level,
    )


def _error_verdict(verdict: ErrorVerdict) -> models.ErrorVerdict:
    return models.ErrorVerdict(**vars(verdict), error_ratio=verdict.error_ratio)


def _scores(run: Backtest) -> dict[str, Any]:
    return {
        "since": run.backtest_from,
        "horizon": run.horizon,
        "step": run.step,
        "points": run.points,
        "holidays": run.holidays,
        "participants": _model_scores(run, run.mae, run.mase),
        "redeemers": run.redeemers_mae and _model_scores(run, run.redeemers_mae),
        "covered_80": run.coverage_80,
        "level_covered_80": run.level_coverage_80,
        "verdict": serialize_verdict(run),
    }


def _model_scores(
    run: Backtest, errors: list[float], scaled_errors: Sequence[float | None] | None = None
) -> list[models.ModelScore]:
    reference = dict(zip(run.names, errors, strict=True))[REFERENCE]
    absent = [None] * len(run.names)
    weights = run.weights if scaled_errors else None
    return [
        models.ModelScore(
            model=name,
            mae=mae,
            relative_mae=mae / reference if reference else None,
            mase=None if mase is None or math.isnan(mase) else mase,
            weight=weight,
        )
        for name, mae, mase, weight in zip(
            run.names, errors, scaled_errors or absent, weights or absent, strict=True
        )
    ]
