"""Traffic: the number of active users of each day, and its forecast. All campaigns share its shocks.

The model of the log count is

    log n(t) = level(t) + drift(t) + weekday + holidays near + day of the month + prior(t) + noise

where `prior` is a declared prior of holiday effects (``holiday_priors``; none by default), the level is a
random walk, the drift is damped, and a Kalman filter (Durbin and Koopman 2012) learns the coefficients of
weekdays, holidays and days of the month. The noise follows a Student distribution with four degrees of
freedom, by reweighting each observation, so an unprecedented day changes little. Days without any active user
(closed shops) are missing values.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecasting.baseline.holiday_priors import holiday_effect
from forecasting.history.calendar import holiday_indicators, month_fourier_terms, weekday_parts
from forecasting.history.time_step import DAY, HOUR, MONTH, WEEK, Step

Floats = NDArray[np.float64]

# Standard deviations of the level and of the drift, and the damping of the drift. Of days: chosen before July
# 2017 of the Complete Journey, where the likelihood is flat; of months: before July 2009 of Last.fm.
_LEVEL_DYNAMICS = {
    HOUR: (0.005, 0.05, 0.88), DAY: (0.005, 0.015, 0.88), WEEK: (0.03, 0.01, 0.88), MONTH: (0.2, 0.01, 0.88),
}  # fmt: skip
_SEASON_SD = {HOUR: 1.0, DAY: 0.14, WEEK: 0.02, MONTH: 0.02}
_WEEKDAY_SD = 0.3
"""Prior standard deviation of the effects of parts of weekdays on hours."""
_HOLIDAY_SD, _MONTH_DAY_SD = 0.05, 0.015
"""Prior standard deviations of the effects."""
_NOISE_SD = 0.02
_COUNT_VARIANCE = 0.5
"""Variance of a count relative to a Poisson count: users are more regular than a Poisson process."""
_MIN_HOURLY = 0.5
"""Users that stand for none in an hour, as the logarithm of 0 is not finite."""
_STUDENT_DEGREES = 4
_INITIAL_LEVEL_SD = 0.5


@dataclass(frozen=True)
class CalendarEffects:
    """What the filter knows about holidays and seasons at each origin.

    Attributes
    ----------
    indicators
        ``holiday_indicators`` of the steps and of those ahead, shape (n_steps + ahead, n).
    coefficients
        Their log effects as learned before each step, shape (n_steps + 1, n).
    prior
        Factors of the declared prior, shape (n_steps + ahead,).
    seasons, season_coefficients
        As `indicators` and `coefficients`, for the position in the season (of hours, and parts of weekdays).
    """

    indicators: Floats
    coefficients: Floats
    prior: Floats
    seasons: Floats
    season_coefficients: Floats

    def factors(self, origin: int) -> Floats:
        """Ratio of each step to one without holidays near, as known at `origin`; shape (n_steps + ahead,)."""
        return np.asarray(self.prior * np.exp(self.indicators @ self.coefficients[origin]))

    def season_factors(self, origin: int) -> Floats:
        """Ratio of each step to one of an average season, as known at `origin`; shape (n_steps + ahead,)."""
        return np.asarray(np.exp(self.seasons @ self.season_coefficients[origin]))


def forecast_traffic(
    counts: Floats,
    calendar: pd.DatetimeIndex,
    step: Step = DAY,
    *,
    country: str | None = None,
    holidays: str | None = None,
) -> tuple[Floats, CalendarEffects]:
    """Forecast traffic from every origin.

    Parameters
    ----------
    counts
        Active users of each step, shape (n_steps,); 0 counts as missing.
    calendar
        First moments of these steps and of `ahead` more.
    step
        The time step.
    country
        Whose holidays count (``holiday_calendar``); None for none.
    holidays
        A holiday prior (``holiday_priors``), or None.

    Returns
    -------
    The forecasts, shape (n_steps + 1, ahead): row t holds steps t, t + 1, ... from counts before step t; and
    the effects of holidays and seasons.
    """
    steps, ahead = len(counts), len(calendar) - len(counts)
    level_sd, drift_sd, drift_damping = _LEVEL_DYNAMICS[step]
    effects = [(np.eye(step.season)[step.season_positions(calendar)], _SEASON_SD[step])]
    indicators, prior = np.empty((len(calendar), 0)), np.ones(len(calendar))
    if step == HOUR:
        effects.append((weekday_parts(calendar), _WEEKDAY_SD))
    indicators_from = 2 + sum(columns.shape[1] for columns, _ in effects)
    if step.has_days:
        indicators = holiday_indicators(calendar, country)
        effects += [(indicators, _HOLIDAY_SD), (month_fourier_terms(calendar), _MONTH_DAY_SD)]
        days = calendar.normalize()
        prior = np.exp(holiday_effect(days.unique(), holidays))[days.unique().get_indexer(days)]
    design = np.hstack([np.ones((len(calendar), 2)), *(columns for columns, _ in effects)])
    prior_sd = [
        _INITIAL_LEVEL_SD,
        drift_sd,
        *(sd for columns, sd in effects for _ in range(columns.shape[1])),
    ]
    damping, process_variances = np.ones(design.shape[1]), np.zeros(design.shape[1])
    damping[1] = drift_damping
    process_variances[:2] = level_sd**2, drift_sd**2
    # A day without users is one of closed shops; an hour without users is an ordinary hour of the night.
    adjusted = (np.maximum(counts, _MIN_HOURLY) if step == HOUR else counts) / prior[:steps]
    expected, states = _kalman_forecasts(
        adjusted, design, np.square(prior_sd), damping, process_variances, ahead
    )
    learned = CalendarEffects(
        indicators,
        states[:, indicators_from : indicators_from + indicators.shape[1]],
        prior,
        seasons=design[:, 2:indicators_from],
        season_coefficients=states[:, 2:indicators_from],
    )
    return np.asarray(expected * sliding_window_view(prior, ahead)[: steps + 1]), learned


@njit(cache=True)
def _kalman_forecasts(  # type: ignore[no-untyped-def]  # numba infers the types of the compiled function
    counts, design, prior_variances, damping, process_variances, ahead
):
    steps = len(counts)
    state, covariance = np.zeros(len(prior_variances)), np.diag(prior_variances)
    for count in counts:
        if count > 0:
            state[0] = np.log(count)
            break
    expected, states = np.empty((steps + 1, ahead)), np.empty((steps + 1, len(state)))
    for step in range(steps + 1):
        states[step] = state
        future = state.copy()
        for lead in range(ahead):
            future = future * damping
            expected[step, lead] = np.exp((design[step + lead] * future).sum())
        if step == steps:
            break
        state = damping * state
        covariance = damping.reshape(-1, 1) * covariance * damping + np.diag(process_variances)
        if counts[step] > 0:
            row = design[step]
            state_covariance = (covariance * row).sum(axis=1)
            innovation = np.log(counts[step]) - (row * state).sum()
            noise_variance = _NOISE_SD**2 + _COUNT_VARIANCE / counts[step]
            state_variance = (row * state_covariance).sum()
            weight = (_STUDENT_DEGREES + 1) / (
                _STUDENT_DEGREES + innovation**2 / (state_variance + noise_variance)
            )
            gain = state_covariance / (state_variance + noise_variance / min(weight, 1.0))
            state = state + gain * innovation
            covariance = covariance - np.outer(gain, state_covariance)
    return expected, states
