"""Back-test of the K-LSTM and statistical benchmarks on the same origins, with the same data."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from forecasting.evaluation.benchmarks import SEASON, benchmark_forecasts
from forecasting.history.series import History
from forecasting.klstm.forecaster import KLSTM
from graph.progress import Progress

MODELS = ["KLSTM", "SeasonalNaive", "AutoETS"]


def backtest(
    model: KLSTM, history: History, first: date, horizon: int, every: int, progress: Progress
) -> pd.DataFrame:
    """Forecast from every `every`-th day from `first` to ``history.as_of`` (exclusive).

    Parameters
    ----------
    model
        A model trained on data before `first`.
    history
        The data, including the outcomes of the forecast days.
    first, horizon, every
        First origin, days to forecast, and days from one origin to the next.

    Returns
    -------
    One row per campaign, origin and day before ``history.as_of``: unique_id, cutoff (the day before the
    origin), ds, h, y, KLSTM (the median), KLSTM-lo-80, KLSTM-hi-80, SeasonalNaive, AutoETS, level,
    level-lo-80, level-hi-80.
    """
    days = (history.as_of - first).days
    origins = [first + timedelta(days=day) for day in range(0, days, every)]
    klstm = model.forecasts_at(history, origins, horizon, level=(80,))
    advance = progress.stage(f"Back-testing from {first}", len(origins))
    benchmarks = []
    for origin in origins:
        cutoff = pd.Timestamp(origin) - pd.Timedelta(days=1)
        benchmarks.append(
            benchmark_forecasts(history.before(origin), horizon, model.configuration.holidays).assign(
                cutoff=cutoff
            )
        )
        advance(1)
    rows = klstm.merge(pd.concat(benchmarks), on=["unique_id", "ds", "cutoff"])
    rows = rows.merge(history.steps[["unique_id", "ds", "level"]], on=["unique_id", "ds"])
    rows["h"] = (rows["ds"] - rows["cutoff"]).dt.days
    names = {"level_p10": "level-lo-80", "level_p90": "level-hi-80"}
    columns = ["unique_id", "cutoff", "ds", "h", "y", "KLSTM", "KLSTM-lo-80", "KLSTM-hi-80"]
    columns += ["SeasonalNaive", "AutoETS", "level", *names.values()]
    return rows.rename(columns=names)[columns]


def score(rows: pd.DataFrame, history: History) -> pd.DataFrame:
    """Score the rows of `backtest`.

    Returns
    -------
    Columns model, mae, mase (each campaign's error relative to its seasonal-naive error before the first
    origin), coverage_80 and level_coverage_80 (share of days between P10 and P90; K-LSTM only), points.
    """
    scale = seasonal_naive_error(history, rows["cutoff"].min())
    result = []
    for model in MODELS:
        # Counts are integers, so the forecasts of all models are rounded.
        error = (rows[model].round() - rows["y"]).abs()
        scaled = error / rows["unique_id"].map(scale)
        is_klstm = model == "KLSTM"
        result.append(
            {
                "model": model,
                "mae": error.mean(),
                "mase": scaled.mean(),
                "coverage_80": _coverage(rows, "y", "KLSTM") if is_klstm else np.nan,
                "level_coverage_80": _coverage(rows, "level", "level") if is_klstm else np.nan,
                "points": len(rows),
            }
        )
    return pd.DataFrame(result)


def _coverage(rows: pd.DataFrame, outcome: str, forecast: str) -> float:
    return float(rows[outcome].between(rows[f"{forecast}-lo-80"], rows[f"{forecast}-hi-80"]).mean())


def seasonal_naive_error(history: History, until: pd.Timestamp) -> pd.Series:
    open_ids = history.campaigns.loc[history.campaigns["open"].astype(bool), "id"]
    # Before its launch, nobody can take part in an open campaign.
    counts = history.steps["in_window"].astype(bool) | ~history.steps["unique_id"].isin(open_ids)
    past = history.steps[(history.steps["ds"] <= until) & counts]
    change = past.groupby("unique_id")["y"].diff(SEASON).abs()
    return change.groupby(past["unique_id"]).mean().clip(lower=0.1)
