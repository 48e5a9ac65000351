"""Weights of the members, learned on held-out steps.

The combined mean of step t, `lead` steps after the origin, is the weighted mean of the members' means. The
weights minimise the Poisson deviance of the held-out steps, divided by their dispersion and by the number of
leads, plus a penalty. The weights of all leads together are pulled towards equal weights, and those of each
group of leads towards the weights of all leads:

    sum of (mean - y log mean) / (dispersion * number of leads)  +  strength * KL(weights || prior)

Equal weights are hard to beat where little was held out (Timmermann, "Forecast combinations", Handbook of
Economic Forecasting 2006, section 7.2).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from forecasting.combination.lead_groups import lead_groups
from forecasting.combination.members import MEMBERS

Floats = NDArray[np.float64]

_STRENGTH = 20.0
"""Weight of the penalty; chosen on the Complete Journey before July 2017."""


def equal_weights(horizon: int) -> Floats:
    """The same weight for each member, shape (len(MEMBERS), horizon)."""
    return np.full((len(MEMBERS), horizon), 1 / len(MEMBERS))


def baseline_alone(horizon: int) -> Floats:
    """All weight on the baseline, shape (len(MEMBERS), horizon)."""
    weights = np.zeros((len(MEMBERS), horizon))
    weights[MEMBERS.index("Baseline")] = 1.0
    return weights


def learn_weights(means: Floats, y: Floats, known: NDArray[np.bool_]) -> Floats:
    """Learn the weights of each lead from forecasts of held-out steps.

    Parameters
    ----------
    means
        Of each origin, member and lead, shape (n, len(MEMBERS), horizon); NaN where a member has none.
    y
        Outcomes, shape (n, horizon).
    known
        Whether the outcome is known, shape (n, horizon).

    Returns
    -------
    Shape (len(MEMBERS), horizon); the weights of each lead sum to 1.
    """
    horizon = y.shape[1]
    weights = equal_weights(horizon)
    if not known.any():
        return weights
    origins, leads = np.nonzero(known)
    points, outcomes = means[origins, :, leads], y[origins, leads]
    of_all = _optimal(points, outcomes, leads, weights[:, 0])
    for group in lead_groups(horizon):
        of_group = np.isin(leads, group - 1)
        if of_group.any():
            optimal = _optimal(points[of_group], outcomes[of_group], leads[of_group], of_all)
            weights[:, group - 1] = optimal[:, np.newaxis]
    return weights


def combine(means: Floats, weights: Floats) -> Floats:
    """The weighted mean over the members that have a forecast.

    Parameters
    ----------
    means
        Shape (..., len(MEMBERS), horizon); NaN where a member has none.
    weights
        Shape (len(MEMBERS), horizon or more).

    Returns
    -------
    Shape (..., horizon).
    """
    given = np.where(np.isfinite(means), weights[:, : means.shape[-1]], 0.0)
    return np.asarray((given * np.nan_to_num(means)).sum(axis=-2) / given.sum(axis=-2))


def _optimal(means: Floats, y: Floats, leads: NDArray[np.int_], prior: Floats) -> Floats:
    """The weights, shape (len(MEMBERS),), of points with `means` of shape (n, len(MEMBERS))."""
    given, means = np.isfinite(means).astype(float), np.nan_to_num(means)
    expected = (means @ prior) / (given @ prior)
    dispersion = max(1.0, float(((y - expected) ** 2 / expected).mean()))
    # The leads of one origin share their errors: together they count as one step.
    scale = 1 / dispersion / len(np.unique(leads))

    def loss(logits: Floats) -> float:
        log_weights = log_softmax(logits)
        weights = np.exp(log_weights)
        mean = (means @ weights) / (given @ weights)
        penalty = float(weights @ (log_weights - np.log(prior)))
        return float((mean - y * np.log(mean)).sum()) * scale + _STRENGTH * penalty

    return np.asarray(np.exp(log_softmax(minimize(loss, np.log(prior), method="L-BFGS-B").x)))
