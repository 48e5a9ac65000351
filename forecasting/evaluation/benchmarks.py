"""What a user would pick instead: seasonal naive and AutoETS, from statsforecast."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.baseline.holiday_priors import holiday_effect
from forecasting.history.series import History

SEASON = 7


def benchmark_forecasts(history: History, horizon: int, holidays: str | None = None) -> pd.DataFrame:
    """Columns unique_id, ds, SeasonalNaive, AutoETS: forecasts of y from ``history.as_of`` on.

    The peers see the same series as the K-LSTM, from the first day of the data, and the same declared prior
    of `holidays` (``without_holidays``); only campaigns still running are forecast.
    """
    # Its import takes seconds: who only forecasts need not wait for it.
    from statsforecast import StatsForecast
    from statsforecast.models import AutoETS, SeasonalNaive

    last = pd.Timestamp(history.as_of) - pd.Timedelta(days=1)
    series = history.steps[["unique_id", "ds", "y"]]
    running = series.groupby("unique_id")["ds"].transform("max") == last
    models = [SeasonalNaive(season_length=SEASON), AutoETS(season_length=SEASON)]
    forecaster = StatsForecast(models=models, freq="D", n_jobs=1)
    return with_holidays(
        forecaster.forecast(df=without_holidays(series[running], holidays), h=horizon), holidays
    )


def without_holidays(series: pd.DataFrame, holidays: str | None) -> pd.DataFrame:
    """unique_id, ds, y with what a declared prior says of holidays taken out of y."""
    return series.assign(y=series["y"] / _times(series["ds"], holidays))


def with_holidays(forecasts: pd.DataFrame, holidays: str | None) -> pd.DataFrame:
    """Forecasts (unique_id, ds and columns of numbers) with what the prior says put back."""
    models = forecasts.columns.difference(["unique_id", "ds", "cutoff"])
    times = _times(forecasts["ds"], holidays)
    return forecasts.assign(**{model: forecasts[model] * times for model in models})


def _times(days: pd.Series, holidays: str | None) -> NDArray[np.float64]:
    every = pd.date_range(days.min(), days.max())
    return np.exp(holiday_effect(every, holidays))[every.get_indexer(days)]
