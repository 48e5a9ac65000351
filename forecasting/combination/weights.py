"""Weights of the members, learned on held-out steps.

The combined mean of step t, `lead` steps after the origin, is the weighted geometric mean of the members'
means, each plus one half, so that a member that forecasts almost none does not decide alone:

    log(mean + 1/2) = sum over members m of weight_m * log(mean_m + 1/2)

It follows a member that is far too high less than the arithmetic mean does. The weights minimise the Poisson
deviance of the held-out steps, divided by their dispersion and by the number of leads, plus a penalty. The
weights of all leads together are pulled towards equal weights, and those of each group of leads towards the
weights of all leads:

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
_ADDED = 0.5
"""What is added to each mean; chosen on the first 58% of the hours of the hashtags."""


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
    """The weighted geometric mean over the members that have a forecast.

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
    logs, given = _log_means(means)
    weights = weights[:, : means.shape[-1]]
    return np.asarray(np.exp((weights * logs).sum(axis=-2) / (weights * given).sum(axis=-2)) - _ADDED)


def _optimal(means: Floats, y: Floats, leads: NDArray[np.int_], prior: Floats) -> Floats:
    """The weights, shape (len(MEMBERS),), of points with `means` of shape (n, len(MEMBERS))."""
    logs, given = _log_means(means)
    expected = np.exp((logs @ prior) / (given @ prior)) - _ADDED
    dispersion = max(1.0, float(((y - expected) ** 2 / expected).mean()))
    # The leads of one origin share their errors: together they count as one step.
    scale = 1 / dispersion / len(np.unique(leads))

    def loss(logits: Floats) -> float:
        log_weights = log_softmax(logits)
        weights = np.exp(log_weights)
        mean = np.exp((logs @ weights) / (given @ weights)) - _ADDED
        penalty = float(weights @ (log_weights - np.log(prior)))
        return float((mean - y * np.log(mean)).sum()) * scale + _STRENGTH * penalty

    return np.asarray(np.exp(log_softmax(minimize(loss, np.log(prior), method="L-BFGS-B").x)))


def _log_means(means: Floats) -> tuple[Floats, Floats]:
    """The logs of `means` plus _ADDED, 0 where there is none, and 1 where there is one, else 0."""
    given = np.isfinite(means)
    return np.where(given, np.log(means + _ADDED), 0.0), given.astype(float)
