"""A value per user and time step, with sums over steps: dense for few users, as events for many."""

from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_RATE_DISCOUNT = 0.98
_RATE_PRIOR = 3.0
"""Weight of the mean rate, in days."""
_MAX_RECENCY = 60


class DailyValues(Protocol):
    """1 where a user was active, or an amount, by user and time step."""

    def sum_before(self, origin: int, days: int | None = None) -> Floats:
        """Sum over the last `days` before `origin` (default: all), shape (n_users,)."""

    def recency(self, origin: int) -> Floats:
        """Days since the last active day before `origin`, at most 60, shape (n_users,)."""

    def rate(self, origin: int) -> Floats:
        """Share of active days before `origin`, discounted and shrunk to the mean, shape (n_users,)."""


class DailyMatrix:
    """``DailyValues`` in a matrix, with all sums computed once: fast for few users at many origins.

    Parameters
    ----------
    values
        Shape (n_users, n_days).
    """

    def __init__(self, values: Floats) -> None:
        self.values = values
        self._sums = np.pad(values.cumsum(axis=1, dtype=np.float32), ((0, 0), (1, 0)))

    def sum_before(self, origin: int, days: int | None = None) -> Floats:
        """Sum over the last `days` before `origin` (default: all), shape (n_users,)."""
        first = 0 if days is None else max(0, origin - days)
        return np.asarray(self._sums[:, origin] - self._sums[:, first])

    def recency(self, origin: int) -> Floats:
        """Days since the last active day before `origin`, at most 60, shape (n_users,)."""
        return self._recency[:, origin]

    @cached_property
    def _recency(self) -> Floats:
        users, days = self.values.shape
        last = np.where(self.values > 0, np.arange(days), -_MAX_RECENCY)
        last = np.maximum.accumulate(np.hstack([np.full((users, 1), -_MAX_RECENCY), last]), axis=1)
        return np.minimum(np.arange(days + 1) - last, _MAX_RECENCY).astype(np.float32)

    def rate(self, origin: int) -> Floats:
        """Share of active days before `origin`, discounted and shrunk to the mean, shape (n_users,)."""
        return _shrunk_rate(self._discounted_sums[:, origin], origin)

    @cached_property
    def _discounted_sums(self) -> Floats:
        sums = np.zeros((self.values.shape[0], self.values.shape[1] + 1), dtype=np.float32)
        for day in range(self.values.shape[1]):
            sums[:, day + 1] = _RATE_DISCOUNT * sums[:, day] + self.values[:, day]
        return sums


class DailyEvents:
    """``DailyValues`` as events, whose memory does not grow with users times days.

    Parameters
    ----------
    user, step, value
        Position of the user, step and value of each event; at most one event per user and step.
    n_users
        Number of users.
    """

    def __init__(self, user: Ints, step: Ints, value: Floats, n_users: int) -> None:
        order = np.argsort(step, kind="stable")
        self._user, self._step, self._value = user[order], step[order], value[order]
        self._n_users = n_users

    def matrix(self, n_steps: int) -> DailyMatrix:
        """The same values as a matrix."""
        values = np.zeros((self._n_users, n_steps), dtype=np.float32)
        values[self._user, self._step] = self._value
        return DailyMatrix(values)

    def sum_before(self, origin: int, days: int | None = None) -> Floats:
        """Sum over the last `days` before `origin` (default: all), shape (n_users,)."""
        first = 0 if days is None else int(np.searchsorted(self._step, origin - days))
        return self._sum(slice(first, self._until(origin)), 1.0)

    def recency(self, origin: int) -> Floats:
        """Days since the last active day before `origin`, at most 60, shape (n_users,)."""
        last = np.full(self._n_users, -_MAX_RECENCY)
        until = self._until(origin)
        active = self._value[:until] > 0
        np.maximum.at(last, self._user[:until][active], self._step[:until][active])
        return np.minimum(origin - last, _MAX_RECENCY).astype(np.float32)

    def rate(self, origin: int) -> Floats:
        """Share of active days before `origin`, discounted and shrunk to the mean, shape (n_users,)."""
        events = slice(0, self._until(origin))
        return _shrunk_rate(self._sum(events, _RATE_DISCOUNT ** (origin - 1 - self._step[events])), origin)

    def _until(self, origin: int) -> int:
        return int(np.searchsorted(self._step, origin))

    def _sum(self, events: slice, weight: NDArray[np.floating[Any]] | float) -> Floats:
        values = self._value[events] * weight
        return np.bincount(self._user[events], values, minlength=self._n_users).astype(np.float32)


def _shrunk_rate(active: Floats, origin: int) -> Floats:
    exposure = (1 - _RATE_DISCOUNT**origin) / (1 - _RATE_DISCOUNT)
    mean = (active.mean() + 0.01) / (exposure + 1)
    return np.asarray((active + _RATE_PRIOR * mean) / (exposure + _RATE_PRIOR))
