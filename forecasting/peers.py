"""What a user would pick instead: seasonal naive and AutoETS, from statsforecast."""

import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoETS, SeasonalNaive

from forecasting.series import History

SEASON = 7


def peer_forecasts(history: History, horizon: int) -> pd.DataFrame:
    """Columns unique_id, ds, SeasonalNaive, AutoETS: forecasts of y from ``history.as_of`` on.

    The peers see the same series as the K-LSTM, from the first day of the data; only campaigns
    still running are forecast.
    """
    last = pd.Timestamp(history.as_of) - pd.Timedelta(days=1)
    series = history.steps[["unique_id", "ds", "y"]]
    running = series.groupby("unique_id")["ds"].transform("max") == last
    models = [SeasonalNaive(season_length=SEASON), AutoETS(season_length=SEASON)]
    return StatsForecast(models=models, freq="D", n_jobs=1).forecast(df=series[running], h=horizon)
