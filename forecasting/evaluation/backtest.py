"""Back-test of the combination, of its members and of repeating the last season, on the same origins."""

from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import poisson

from forecasting.combination.members import MEMBERS
from forecasting.evaluation.verdict import REFERENCE
from forecasting.history.history import History
from forecasting.klstm.forecaster import KLSTM
from graph.progress import Progress

COMBINATION = "Combination"
MODELS = [COMBINATION, *MEMBERS, REFERENCE]
_MIN_MEAN = 0.01


def backtest(
    model: KLSTM, history: History, first: date, horizon: int, every: int, progress: Progress
) -> tuple[pd.DataFrame, pd.Series]:
    """Forecast from every `every`-th step from that of `first` to ``history.as_of`` (exclusive).

    Parameters
    ----------
    model
        A model trained on data before `first`.
    history
        The data, including the outcomes of the forecast days.
    first, horizon, every
        First origin, steps to forecast, and steps from one origin to the next.
    progress
        Receives the stage.

    Returns
    -------
    One row per campaign, origin and step before ``history.as_of``: unique_id, cutoff (the day, or hour,
    before the origin), ds, h, y, the mean forecast of each of MODELS, Combination-lo-80, Combination-hi-80,
    level, level-lo-80, level-hi-80. Where a member has no forecast, that of the baseline counts as its own.
    Second, the mean weight of each member over these rows.
    """
    step, first_day = history.step, history.first_day
    numbers = range(history.number(first), history.n_steps, every)
    origins = [step.origin(step.start_of(first_day, number)) for number in numbers]
    rows = model.forecasts_at(history, origins, horizon, (80,), progress)
    rows = rows.drop(columns=COMBINATION).rename(columns={"mean": COMBINATION})
    rows = rows.merge(history.steps[["unique_id", "ds", "level"]], on=["unique_id", "ds"])
    rows["h"] = step.numbers(first_day, rows["ds"]) - step.numbers(first_day, rows["cutoff"])
    members = rows[[*MEMBERS]]
    given = members.notna() * model.weights.T[rows["h"] - 1]
    weights = given.div(given.sum(axis=1), axis=0).mean()
    rows[[*MEMBERS]] = members.apply(lambda means: means.fillna(rows["Baseline"]))
    rows[REFERENCE] = _repeat_season(rows, history)
    rows = rows.rename(columns={"level_p10": "level-lo-80", "level_p90": "level-hi-80"})
    return rows.drop(columns=["dispersion", "level_p50"]), weights


def _repeat_season(rows: pd.DataFrame, history: History) -> pd.Series:
    """The outcome of the same step of the last season before the origin; 0 before the first step."""
    season = history.step.season
    seasons_ago = (rows["h"] + season - 1) // season
    steps = history.step.numbers(history.first_day, rows["ds"]) - season * seasons_ago
    outcomes = history.steps.assign(number=history.step.numbers(history.first_day, history.steps["ds"]))
    y = outcomes.set_index(["unique_id", "number"])["y"]
    index = pd.MultiIndex.from_arrays([rows["unique_id"], steps])
    return pd.Series(y.reindex(index, fill_value=0.0).to_numpy(float), index=rows.index)


def score(rows: pd.DataFrame, history: History) -> pd.DataFrame:
    """Score the rows of `backtest`.

    The forecast of a count is the median of a Poisson distribution with the forecast mean, for each model.

    Returns
    -------
    Columns model, mae, mase (each campaign's error relative to its seasonal-naive error before the first
    origin), coverage_80 and level_coverage_80 (share of days between P10 and P90; the combination only),
    points.
    """
    scale = seasonal_naive_error(history, rows["cutoff"].min())
    result = []
    for model in MODELS:
        median = poisson.ppf(0.5, rows[model].clip(lower=_MIN_MEAN))
        error = (median - rows["y"]).abs()
        scaled = error / rows["unique_id"].map(scale)
        is_combination = model == COMBINATION
        result.append(
            {
                "model": model,
                "mae": error.mean(),
                "mase": scaled.mean(),
                "coverage_80": _coverage(rows, "y", COMBINATION) if is_combination else np.nan,
                "level_coverage_80": _coverage(rows, "level", "level") if is_combination else np.nan,
                "points": len(rows),
            }
        )
    return pd.DataFrame(result)


def _coverage(rows: pd.DataFrame, outcome: str, forecast: str) -> float:
    return float(rows[outcome].between(rows[f"{forecast}-lo-80"], rows[f"{forecast}-hi-80"]).mean())


def seasonal_naive_error(history: History, until: pd.Timestamp) -> pd.Series:
    """Mean absolute error of repeating the previous season up to `until`, by campaign; at least 0.1."""
    # Before its launch, nobody can take part in an open campaign.
    counts = history.steps["in_window"].astype(bool) | ~history.steps["unique_id"].isin(history.open_ids)
    past = history.steps[(history.steps["ds"] <= until) & counts]
    change = past.groupby("unique_id")["y"].diff(history.step.season).abs()
    return change.groupby(past["unique_id"]).mean().clip(lower=0.1)
