"""Statistical benchmarks: seasonal naive and AutoETS, from statsforecast."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.baseline.holiday_priors import holiday_effect
from forecasting.history.series import History

SEASON = 7


def benchmark_forecasts(history: History, horizon: int, holidays: str | None = None) -> pd.DataFrame:
    """Columns unique_id, ds, SeasonalNaive, AutoETS: forecasts of y from ``history.as_of`` on.

    The benchmarks use the series of the K-LSTM from the first day of the data, and the same declared holiday
    prior (``without_holidays``). Only campaigns that are still running are forecast.
    """
    # Imported here because it takes seconds, and forecasts do not need it.
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
    """A series (unique_id, ds, y) with y divided by the holiday effects of a prior."""
    return series.assign(y=series["y"] / _holiday_factors(series["ds"], holidays))


def with_holidays(forecasts: pd.DataFrame, holidays: str | None) -> pd.DataFrame:
    """Forecasts (unique_id, ds and models) multiplied by the holiday effects of a prior."""
    models = forecasts.columns.difference(["unique_id", "ds", "cutoff"])
    factors = _holiday_factors(forecasts["ds"], holidays)
    return forecasts.assign(**{model: forecasts[model] * factors for model in models})


def _holiday_factors(days: pd.Series, holidays: str | None) -> NDArray[np.float64]:
    calendar = pd.date_range(days.min(), days.max())
    return np.exp(holiday_effect(calendar, holidays))[calendar.get_indexer(days)]
