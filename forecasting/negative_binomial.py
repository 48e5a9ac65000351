"""Negative binomial counts, with variance = mean + dispersion * mean^2."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import nbinom

Floats = NDArray[np.float64]

QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
"""The quantiles of every forecast of participants."""
_MIN_MEAN = 1e-9


def quantile(probability: float, mean: float | Floats, dispersion: float | Floats) -> Floats:
    """The quantile of a count at a `probability`, of the shape of `mean`."""
    return np.asarray(
        nbinom.ppf(probability, 1 / dispersion, 1 / (1 + dispersion * np.maximum(mean, _MIN_MEAN)))
    )


def with_bands(forecast: pd.DataFrame, dispersion: float | Floats) -> pd.DataFrame:
    """Add columns participants_p10/p50/p90 to a forecast with column mean."""
    mean = forecast["mean"].to_numpy(float)
    bands = {f"participants_{name}": quantile(level, mean, dispersion) for name, level in QUANTILES.items()}
    return forecast.assign(**bands)
