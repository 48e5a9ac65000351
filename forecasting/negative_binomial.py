"""Counts as negative binomials: variance = mean + dispersion x mean^2."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import nbinom

Floats = NDArray[np.float64]

QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
"""Those that every forecast of participants tells."""


def quantile(probability: float, mean: float | Floats, dispersion: float | Floats) -> Floats:
    """What a count stays at or below with a `probability`; of the shape of `mean`."""
    return np.asarray(nbinom.ppf(probability, 1 / dispersion, 1 / (1 + dispersion * np.maximum(mean, 1e-9))))


def with_bands(found: pd.DataFrame, dispersion: float | Floats) -> pd.DataFrame:
    """`found` (mean, ...) with participants_p10/p50/p90."""
    mean = found["mean"].to_numpy(float)
    bands = {f"participants_{name}": quantile(one, mean, dispersion) for name, one in QUANTILES.items()}
    return found.assign(**bands)
