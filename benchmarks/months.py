"""Users per tag and month on Last.fm: the combination and alternative forecasters.

Every month from July 2009 is an origin for each tag that was first used at least half a year before.
The month itself (h=1) and the third (h=3) are scored. A period is about ten months: the network and the
learned forecasters have their cut-off on its first day, and statistical models are fitted at every
origin. All models receive the same months, and LightGBM also the K-LSTM's traffic and month of the
year. Point forecasts are medians of a Poisson distribution with the forecast mean, for every model.
Intervals are by bootstrap over months. Tags with at least 50 users count as campaigns.
"""

import argparse
from datetime import date

import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor
from scipy.stats import poisson
from statsforecast import StatsForecast
from statsforecast.models import (
    AutoARIMA,
    AutoETS,
    AutoTheta,
    CrostonOptimized,
    HistoricAverage,
    SeasonalNaive,
    SimpleExponentialSmoothingOptimized,
    WindowAverage,
)

from benchmarks.own_server import own_server
from benchmarks.report import Row, weekly_row, write
from cli.console import progress_bars
from forecasting.history.history import History
from forecasting.history.read_history import read_history
from forecasting.history.time_step import MONTH
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from graph.connection import connect
from graph.importing.adapters.lastfm import lastfm
from graph.importing.job import import_prepared
from graph.progress import Progress, Silent
from network.build import build_network
from network.tags.text_encoder import TextEncoder

PERIODS = [date(2009, 7, 1), date(2010, 5, 1), date(2011, 4, 1)]
HORIZONS, _AHEAD = (1, 3), 3
_SEEDS = 5
_MIN_AGE = 6
"""Months since the first use of a tag."""
_TARGETS = {1: 0.97, 3: 0.97}
_KEYS = ["unique_id", "ds", "cutoff"]


def klstm_means(history: History, origins: pd.DatetimeIndex, seeds: int) -> pd.DataFrame:
    """Mean over seeds of the combination's means."""
    parts = []
    for seed in range(seeds):
        model = KLSTM(Configuration(seed=1 + 10 * seed))
        model.fit(history.before(origins[0].date()), Silent())
        parts.append(model.forecasts_at(history, [origin.date() for origin in origins], _AHEAD))
    means = pd.concat(parts).groupby([*_KEYS, "y"], as_index=False)["mean"].mean()
    return means.rename(columns={"mean": "Combination"})


def statistical(history: History, origins: pd.DatetimeIndex, progress: Progress) -> pd.DataFrame:
    """Statistical models, fitted at every origin to each tag's months since its first use."""
    season = MONTH.season
    models = [
        SeasonalNaive(season), WindowAverage(3), HistoricAverage(), CrostonOptimized(),
        SimpleExponentialSmoothingOptimized(alias="SES"), AutoETS(season_length=1),
        AutoETS(season_length=season, alias="AutoETS, seasonal"), AutoTheta(season_length=1),
        AutoTheta(season_length=season, alias="AutoTheta, seasonal"), AutoARIMA(season_length=1),
    ]  # fmt: skip
    advance = progress.stage("Statistical forecasters", len(origins))
    parts = []
    for origin in origins:
        steps = history.before(origin.date()).steps
        series = steps[steps["in_window"]][["unique_id", "ds", "y"]]
        long_enough = series.groupby("unique_id")["ds"].transform("size") >= _MIN_AGE
        forecaster = StatsForecast(models=models, freq="MS", fallback_model=WindowAverage(3))
        forecasts = forecaster.forecast(df=series[long_enough], h=_AHEAD)
        parts.append(forecasts.assign(cutoff=origin - pd.Timedelta(days=1)))
        advance(1)
    return pd.concat(parts)


def boosted(history: History, origins: pd.DatetimeIndex, seeds: int) -> pd.DataFrame:
    """Mean over seeds of LightGBM, one model per month ahead, fitted before the first origin."""
    wide = history.steps.pivot(index="ds", columns="unique_id", values="y")
    active = history.activity.groupby("ds")["user"].nunique().reindex(wide.index, fill_value=0)
    features, ids = _features(wide, active), wide.columns
    first = wide.index.get_indexer(origins[:1])[0]
    parts = []
    for step in range(_AHEAD):
        future = wide.shift(-step).to_numpy()
        training = np.arange(MONTH.season, first - step)
        x, y = (array[training].reshape(len(training) * len(ids), -1) for array in (features, future))
        old_enough = x[:, -1] >= _MIN_AGE
        models = [_lightgbm(seed).fit(x[old_enough], y[old_enough, 0]) for seed in range(seeds)]
        for origin in origins:
            row = wide.index.get_indexer([origin])[0]
            mean = np.mean([model.predict(features[row]) for model in models], axis=0)
            days = {"ds": MONTH.start_of(origin, step), "cutoff": origin - pd.Timedelta(days=1)}
            parts.append(pd.DataFrame({"unique_id": ids, "LightGBM": mean, **days}))
    return pd.concat(parts)


def _lightgbm(seed: int) -> LGBMRegressor:
    return LGBMRegressor(
        objective="poisson", n_estimators=200, learning_rate=0.03, num_leaves=15, min_child_samples=40,
        subsample=0.8, subsample_freq=1, colsample_bytree=0.7, seed=seed, verbosity=-1, n_jobs=1,
    )  # fmt: skip


def _features(wide: pd.DataFrame, active: pd.Series) -> np.ndarray:
    """Features at the start of each month, shape (months, tags, features); age is the last."""
    past, traffic = wide.shift(1), active.shift(1)
    started = (wide.cumsum() > 0).shift(1, fill_value=False)
    by_tag = [past.shift(back) for back in range(6)]
    by_tag += [past.rolling(months, min_periods=1).mean() for months in (3, 6, 12)]
    shared = [traffic, traffic.shift(1), traffic / traffic.rolling(6, min_periods=1).mean()]
    month = pd.Series(wide.index.month.to_numpy(float), wide.index)
    columns = [values.to_numpy() for values in by_tag]
    columns += [
        np.repeat(values.to_numpy()[:, np.newaxis], wide.shape[1], axis=1) for values in (*shared, month)
    ]
    return np.stack([*columns, started.cumsum().to_numpy()], axis=2).astype(float)


def points(forecasts: pd.DataFrame, history: History) -> pd.DataFrame:
    """The scored rows with each model's absolute error."""
    first = history.campaigns.set_index("id")["starts"].loc[forecasts["unique_id"]]
    begins = forecasts["cutoff"] + pd.Timedelta(days=1)
    age, ahead = (
        history.step.numbers(history.first_day, later) - history.step.numbers(history.first_day, earlier)
        for later, earlier in ((begins, first), (forecasts["ds"], begins))
    )
    rows = forecasts.assign(h=ahead + 1, week=forecasts["ds"])
    rows = rows[rows["h"].isin(HORIZONS) & (age >= _MIN_AGE)]
    models = [name for name in rows.columns if name not in (*_KEYS, "y", "h", "week")]
    best = rows[models].drop(columns="Combination").sub(rows["y"], axis=0).abs().mean().nsmallest(3).index
    rows = rows.assign(**{f"mean of {', '.join(best)}": rows[best].mean(axis=1)})
    for model in [*models, rows.columns[-1]]:
        rows[f"error {model}"] = np.abs(poisson.ppf(0.5, rows[model].clip(lower=0.01)) - rows["y"])
    return rows


def against(rows: pd.DataFrame) -> list[Row]:
    """MAE of the combination against every alternative, the best first."""
    errors = [name for name in rows.columns if name.startswith("error ") and name != "error Combination"]
    result: list[Row] = []
    for h, part in rows.groupby("h"):
        for error in sorted(errors, key=lambda error: float(part[error].mean())):
            target = None if result and result[-1].measure == f"MAE, h={h}" else _TARGETS[int(h)]
            both = part.assign(a=part["error Combination"], b=part[error])
            result.append(weekly_row(f"MAE, h={h}", both, error.removeprefix("error "), target))
    return result


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the last period, one seed; nothing is written")
    quick = parser.parse_args().quick
    seeds = 1 if quick else _SEEDS
    spans = list(zip(PERIODS[:-1], PERIODS[1:], strict=True))[-1 if quick else 0 :]
    parts = []
    with own_server() as settings, connect(settings) as graph, progress_bars() as progress:
        prepared = lastfm(settings.cache)
        import_prepared(graph, settings, prepared, progress, "stream")
        dataset, encoder = prepared.mapping.dataset, TextEncoder.of(settings)
        for first, after in spans:
            network = build_network(graph, dataset, progress, cutoff=first, encoder=encoder)
            history = read_history(graph, dataset, network, PERIODS[-1], progress, step=MONTH)
            origins = pd.date_range(first, after, freq="MS", inclusive="left")
            rows = klstm_means(history, origins, seeds)
            for alternative in (statistical(history, origins, progress), boosted(history, origins, seeds)):
                rows = rows.merge(alternative, on=_KEYS)
            parts.append(rows)
    write("months", against(points(pd.concat(parts), history)), quick=quick)


if __name__ == "__main__":
    main()
