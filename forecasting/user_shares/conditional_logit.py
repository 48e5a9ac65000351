"""A penalised conditional logit."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]

_PENALTY = 50.0
"""Ridge penalty on the weights of standardised features."""


class ConditionalLogit:
    """Penalised conditional logit with an offset and counts of events.

    Conditional on the number of events of each choice set, the counts are multinomial: a conditional Poisson
    regression. (``ConditionalPoisson`` of statsmodels cannot leave out clusters.)

    Parameters
    ----------
    x
        Features, shape (n_rows, n_features); the rows of a choice set are consecutive.
    offset
        Log of the usual rate, shape (n_rows,).
    y
        Number of events, shape (n_rows,).
    sizes
        Number of rows of each choice set, shape (n_sets,).
    penalty
        Ridge penalty on the weights.

    References
    ----------
    McFadden, "Conditional logit analysis of qualitative choice behavior", 1974.
    """

    def __init__(
        self, x: Floats, offset: Floats, y: Floats, sizes: NDArray[np.int_], penalty: float = _PENALTY
    ) -> None:
        self._penalty = penalty
        self._x, self._offset, self._y, self._sizes = x, offset, y, sizes
        self._starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self._events = np.add.reduceat(y, self._starts)
        self._observed = y @ x

    def fit(self) -> Floats:
        """The weights that minimise the penalised negative log-likelihood, shape (n_features,)."""
        start = np.zeros(self._x.shape[1])
        # A convex function of few parameters: the exact Hessian needs about ten steps.
        result = minimize(self._loss, start, jac=True, hess=self._hessian, method="trust-exact")
        return np.asarray(result.x)

    def leave_out(self, weights: Floats, clusters: NDArray[np.int_]) -> Iterator[tuple[int, Floats]]:
        """Yield each cluster and the weights without it, by one Newton step from the fitted `weights`.

        Parameters
        ----------
        weights
            The fitted weights.
        clusters
            Cluster of each choice set, shape (n_sets,).
        """
        probability = np.exp(self._log_probability(weights))
        expected = probability * np.repeat(self._events, self._sizes)
        slopes = np.add.reduceat((expected - self._y)[:, np.newaxis] * self._x, self._starts)
        hessian = self._hessian(weights)
        cluster_of_row = np.repeat(clusters, self._sizes)
        for cluster in np.unique(clusters):
            sets, rows = clusters == cluster, cluster_of_row == cluster
            alone = ConditionalLogit(
                self._x[rows], self._offset[rows], self._y[rows], self._sizes[sets], penalty=0.0
            )
            step = np.linalg.solve(hessian - alone._hessian(weights), slopes[sets].sum(axis=0))
            yield int(cluster), weights + step

    def _log_probability(self, weights: Floats) -> Floats:
        """Log probability of each row within its choice set, shape (n_rows,)."""
        utility = self._offset + self._x @ weights
        utility = utility - np.repeat(np.maximum.reduceat(utility, self._starts), self._sizes)
        total = np.add.reduceat(np.exp(utility), self._starts)
        return np.asarray(utility - np.repeat(np.log(total), self._sizes))

    def _loss(self, weights: Floats) -> tuple[float, Floats]:
        """Penalised negative log-likelihood and its gradient."""
        log_probability = self._log_probability(weights)
        expected = np.exp(log_probability) * np.repeat(self._events, self._sizes)
        loss = -(self._y @ log_probability) + self._penalty * weights @ weights
        return float(loss), expected @ self._x - self._observed + 2 * self._penalty * weights

    def _hessian(self, weights: Floats) -> Floats:
        probability = np.exp(self._log_probability(weights))
        expected = probability * np.repeat(self._events, self._sizes)
        means = np.add.reduceat(probability[:, np.newaxis] * self._x, self._starts)
        hessian = self._x.T @ (expected[:, np.newaxis] * self._x)
        hessian -= means.T @ (self._events[:, np.newaxis] * means)
        return np.asarray(hessian + 2 * self._penalty * np.eye(len(weights)))
