"""Alternatives to the K-LSTM: statistical, boosted and neural forecasters.

Each takes the series at an origin (unique_id, ds, y, one row per day) and the campaigns, and returns
means of y for `ahead` days from the origin. Statistical models are fitted at every origin, and learned
ones, like the K-LSTM, at the start of every period on what came before. Models with covariates receive
the calendar, nearby holidays, the position in the campaign and the number of users it reached.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import (
    AutoARIMA,
    AutoETS,
    AutoTheta,
    CrostonOptimized,
    SeasonalNaive,
    SeasonalWindowAverage,
)

from forecasting.history.calendar import (
    CALENDAR_FEATURES,
    calendar_features,
    holiday_indicators,
    month_fourier_terms,
)
from forecasting.history.holiday_calendar import KINDS

SEASON, WEEKS = 7, 8
COUNTRY = "US"
COVARIATES = [f"calendar_{number}" for number in range(CALENDAR_FEATURES + 4 + 4 * len(KINDS))] + [
    "running",
    "since",
    "reached",
]
NEURAL = ("NHITS", "LSTM", "TFT")
_LAGS = [1, 2, 3, 4, 5, 6, 7, 14, 21, 28]


def statistical(observed: pd.DataFrame, ahead: int, *, all_models: bool) -> pd.DataFrame:
    """unique_id, ds and a column per model, AutoETS and AutoTheta with intervals; all models or the best
    four.
    """
    plain = [SeasonalNaive(SEASON), SeasonalWindowAverage(SEASON, WEEKS, alias="SWA8")]
    banded = [AutoETS(season_length=SEASON), AutoTheta(season_length=SEASON)]
    if all_models:
        plain += [AutoARIMA(season_length=SEASON), CrostonOptimized()]
    series = observed[["unique_id", "ds", "y"]]
    forecasts = [
        # AutoARIMA takes nearly all of the time.
        StatsForecast(
            models=models, freq="D", fallback_model=SeasonalNaive(SEASON), n_jobs=2 if len(models) > 2 else 1
        ).forecast(df=series, h=ahead, level=level)
        for models, level in ((plain, None), (banded, [80, 95]))
    ]
    return forecasts[0].merge(forecasts[1], on=["unique_id", "ds"])


def with_covariates(rows: pd.DataFrame, campaigns: pd.DataFrame) -> pd.DataFrame:
    """Add the covariates of each day to `rows`; `campaigns` has id, starts and targeted."""
    days = pd.DatetimeIndex(rows["ds"])
    plan = campaigns.set_index("id").loc[rows["unique_id"]]
    since = (days - pd.DatetimeIndex(plan["starts"])).days.to_numpy()
    table = np.column_stack(
        [_calendar(days.min(), days.max()).loc[days].to_numpy(), since >= 0, np.maximum(since, 0) / 30,
         np.log1p(plan["targeted"].to_numpy(float)) / 5]
    )  # fmt: skip
    return pd.concat(
        [rows.reset_index(drop=True), pd.DataFrame(table.astype(np.float32), columns=COVARIATES)], axis=1
    )


@cache
def _calendar(first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    days = pd.date_range(first, last)
    parts = (
        calendar_features(days, country=COUNTRY),
        month_fourier_terms(days),
        holiday_indicators(days, COUNTRY),
    )
    return pd.DataFrame(np.hstack(parts), index=days)


class Boosted:
    """LightGBM (mlforecast), one model per day ahead, on the logarithm."""

    def __init__(self, observed: pd.DataFrame, campaigns: pd.DataFrame, ahead: int, seed: int) -> None:
        from lightgbm import LGBMRegressor
        from mlforecast import MLForecast
        from mlforecast.lag_transforms import ExpandingMean, RollingMean, SeasonalRollingMean

        self._campaigns, self._ahead = campaigns, ahead
        model = LGBMRegressor(
            objective="poisson", n_estimators=300, learning_rate=0.03, num_leaves=15, min_child_samples=40,
            subsample=0.8, subsample_freq=1, colsample_bytree=0.7, reg_lambda=1.0, seed=seed, verbosity=-1,
            n_jobs=1,
        )  # fmt: skip
        self._model = MLForecast(
            models={"LightGBM": model},
            freq="D",
            lags=_LAGS,
            lag_transforms={
                1: [RollingMean(7), RollingMean(28), RollingMean(56), ExpandingMean()],
                7: [SeasonalRollingMean(7, 4), SeasonalRollingMean(7, 8)],
            },
        )
        with _quiet():  # It warns of campaigns that are too short to learn from, which it leaves out.
            self._model.fit(with_covariates(observed, campaigns), static_features=[])

    def forecast(self, observed: pd.DataFrame) -> pd.DataFrame:
        """unique_id, ds and LightGBM."""
        last = observed["ds"].max()
        ahead = pd.date_range(last + pd.Timedelta(days=1), periods=self._ahead)
        future = observed[["unique_id"]].drop_duplicates().merge(pd.DataFrame({"ds": ahead}), how="cross")
        return self._model.predict(
            self._ahead,
            new_df=with_covariates(observed, self._campaigns),
            X_df=with_covariates(future, self._campaigns),
        )


def neural(
    observed: pd.DataFrame, campaigns: pd.DataFrame, origins: pd.DatetimeIndex, ahead: int, seed: int
) -> pd.DataFrame:
    """unique_id, ds, cutoff, NHITS, LSTM and TFT (neuralforecast), fitted before the first of `origins`
    and applied at each.

    `observed` extends to the end of the data; a forecast does not read anything after its origin.
    """
    with _quiet():
        from neuralforecast import NeuralForecast
        from neuralforecast.losses.pytorch import MAE
        from neuralforecast.models import LSTM, NHITS, TFT

        last = origins[-1] + pd.Timedelta(days=ahead - 1)
        days = pd.DataFrame({"ds": pd.date_range(observed["ds"].min(), last)})
        # All series on the same days, so that the windows of all begin at the same origins; days outside a
        # campaign are masked.
        grid = observed[["unique_id"]].drop_duplicates().merge(days, how="cross")
        grid = grid.merge(observed[["unique_id", "ds", "y"]], how="left", on=["unique_id", "ds"])
        grid = grid.assign(available_mask=grid["y"].notna().astype(float), y=grid["y"].fillna(0.0))
        common = {
            "h": ahead, "input_size": 56, "loss": MAE(), "scaler_type": "standard", "random_seed": seed,
            "start_padding_enabled": True, "accelerator": "cpu", "enable_progress_bar": False,
            "enable_model_summary": False, "logger": False, "enable_checkpointing": False,
            "windows_batch_size": 256,
        }  # fmt: skip
        covariates = {"futr_exog_list": COVARIATES}
        models = [
            NHITS(**common, max_steps=500, learning_rate=1e-3, alias="NHITS"),
            LSTM(
                **common,
                **covariates,
                max_steps=300,
                encoder_hidden_size=32,
                decoder_hidden_size=32,
                alias="LSTM",
            ),
            TFT(**common, **covariates, max_steps=150, hidden_size=16, alias="TFT"),
        ]
        forecasts = NeuralForecast(
            models=[model for model in models if model.alias in NEURAL], freq="D"
        ).cross_validation(with_covariates(grid, campaigns), n_windows=len(origins), step_size=1, refit=False)
    return forecasts.drop(columns="y")


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Lightning's messages."""
    levels = {name: logging.getLogger(name).level for name in ("pytorch_lightning", "lightning_fabric")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
