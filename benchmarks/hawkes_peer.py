"""The Hawkes intensity process on a campaign's days (HIP; Rizoiu et al., WWW 2017).

The expected count of a day is an exogenous part (a rate times the weekday's share of the last eight
weeks) plus the self-excitation of earlier participations, with a power-law memory:

    x(t) = m s(t) + C sum_d y(t - d) (d + c)^-(1 + e),    y(t) ~ Poisson(x(t))

The four constants are fitted by maximum likelihood to the last eight weeks. Forecasts more than a day
ahead use the expected counts of the days before.
"""

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from network.participation_history import Floats

_SEASON, _WEEKS = 7, 8
_MEMORY = 56
"""Days."""


def hawkes(observed: pd.DataFrame, ahead: int) -> pd.DataFrame:
    """unique_id, ds and HIP, fitted to each series of `observed` (unique_id, ds, y) separately."""
    parts = []
    for name, series in observed.groupby("unique_id"):
        days = pd.date_range(series["ds"].max() + pd.Timedelta(days=1), periods=ahead)
        forecast = hawkes_mean(series.sort_values("ds")["y"].to_numpy(float), ahead)
        parts.append(pd.DataFrame({"unique_id": name, "ds": days, "HIP": forecast}))
    return pd.concat(parts, ignore_index=True)


def hawkes_mean(y: Floats, ahead: int, season: int = _SEASON) -> Floats:
    """The expected counts of the next steps of one series, whose seasons have `season` steps."""
    n_fitted = min(season * _WEEKS, len(y))
    shares = np.ones(season)
    weekday = np.arange(len(y)) % season
    if n_fitted >= 2 * season:  # Weekday counts start at one, so that none is zero.
        recent = slice(len(y) - n_fitted, None)
        shares += np.bincount(weekday[recent], y[recent], season)
        shares /= shares.mean()
    padded = np.concatenate([np.zeros(_MEMORY), y, np.zeros(ahead)])
    # Row t holds the days before day t, the latest first.
    before = np.lib.stride_tricks.sliding_window_view(padded, _MEMORY)[:, ::-1]
    lags = np.arange(1, _MEMORY + 1)
    rows = np.arange(len(y) - n_fitted, len(y))
    seasons, past, counts = shares[weekday[rows]], before[rows], y[rows]

    def expected(constants: Floats, season: Floats, past: Floats) -> Floats:
        rate, gain, shift, decay = np.exp(constants)
        kernel = (lags + shift) ** -(1 + decay)
        # The gain is the branching factor: the participations that one participation causes in all.
        return np.asarray(rate * season + gain * (past @ (kernel / kernel.sum())))

    def loss(constants: Floats) -> float:
        intensity = expected(constants, seasons, past) + 1e-9
        return float((intensity - counts * np.log(intensity)).mean())

    mean = max(counts.mean(), 0.05)
    start = np.log([0.5 * mean, 0.5, 1.0, 0.5])
    bounds = [(-7.0, 7.0), (-7.0, 0.0), (-3.0, 3.0), (-3.0, 2.0)]
    optimum = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    for step in range(len(y), len(y) + ahead):
        window = padded[step : step + _MEMORY][::-1]
        padded[step + _MEMORY] = expected(optimum, shares[[step % season]], window[np.newaxis])[0]
    return padded[len(padded) - ahead :]
