"""The shocks all campaigns share: how many users do anything on a day, and how many are to be expected.

The logarithm of the count is filtered as

    log n(t) = level(t) + drift(t) + weekday + holidays near + day of the month + prior(t) + noise

where `prior` is a declared prior of holiday effects (``holiday_priors``; none by default), the level is a
random walk, the drift is damped, and a Kalman filter (Durbin and Koopman 2012) learns the coefficients of
weekdays, holidays and days of the month. Noise is Student's, with four degrees of freedom, by
reweighting each observation: a day without precedent moves little. A day on which nobody did anything
(closed) says nothing.
"""

import numpy as np
import pandas as pd
from numba import njit
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecasting.baseline.holiday_priors import holiday_effect
from forecasting.history.calendar import holidays_near, month_waves
from forecasting.history.time_step import DAY, MONTH, Step

Floats = NDArray[np.float64]

# The walk of a step, the drift and how much of it stays. Of days: chosen before July 2017 of the Complete
# Journey, where the likelihood is flat around them; of months: before July 2009 of Last.fm.
_WALKS = {DAY: (0.005, 0.015, 0.88), MONTH: (0.2, 0.01, 0.88)}
_SEASON = {DAY: 0.14, MONTH: 0.02}
_HOLIDAY, _MONTH = 0.05, 0.015
"""How large the effects are believed to be (standard deviations) before any is seen."""
_NOISE, _PER_USER = 0.02, 0.5
"""Standard deviation of what is left, besides counting's own: users come more regularly than at random."""
_DEGREES = 4


def expected_traffic(
    counts: Floats, calendar: pd.DatetimeIndex, step: Step = DAY, holidays: str | None = None
) -> Floats:
    """Shape (steps + 1, ahead): in row t, how many users are expected in steps t, t + 1, ... by what was
    counted before step t. `counts` has an entry a step; `calendar` tells when these and `ahead` more begin.
    """
    days, ahead = len(counts), len(calendar) - len(counts)
    level, drift, stay = _WALKS[step]
    effects = [(np.eye(step.season)[step.places(calendar)], _SEASON[step])]
    prior = np.ones(len(calendar))
    if step == DAY:
        effects += [(holidays_near(calendar), _HOLIDAY), (month_waves(calendar), _MONTH)]
        prior = np.exp(holiday_effect(calendar, holidays))
    design = np.hstack([np.ones((len(calendar), 2)), *(one for one, _ in effects)])
    believed = [0.5, drift, *(size for one, size in effects for _ in range(one.shape[1]))]
    stays, walks = np.ones(design.shape[1]), np.zeros(design.shape[1])
    stays[1] = stay
    walks[:2] = level**2, drift**2
    expected = _filtered(counts / prior[:days], design, np.square(believed), stays, walks, ahead)
    return np.asarray(expected * sliding_window_view(prior, ahead)[: days + 1])


@njit(cache=True)
def _filtered(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    counts, design, believed, stays, walks, ahead
):
    days = len(counts)
    state, spread = np.zeros(len(believed)), np.diag(believed)
    for count in counts:
        if count > 0:
            state[0] = np.log(count)
            break
    expected = np.empty((days + 1, ahead))
    for day in range(days + 1):
        to_come = state.copy()
        for step in range(ahead):
            to_come = to_come * stays
            expected[day, step] = np.exp((design[day + step] * to_come).sum())
        if day == days:
            break
        state = stays * state
        spread = stays.reshape(-1, 1) * spread * stays + np.diag(walks)
        if counts[day] > 0:
            row = design[day]
            shared = (spread * row).sum(axis=1)
            error = np.log(counts[day]) - (row * state).sum()
            noise = _NOISE**2 + _PER_USER / counts[day]
            known = (row * shared).sum()
            weight = (_DEGREES + 1) / (_DEGREES + error**2 / (known + noise))
            gain = shared / (known + noise / min(weight, 1.0))
            state = state + gain * error
            spread = spread - np.outer(gain, shared)
    return expected
