"""The days that a back-test needs and uses, by time step. Schemas use them, so little is imported here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BacktestPeriod:
    """The back-test of a model of one time step.

    Attributes
    ----------
    days
        Last days before the model's cut-off, which are forecast as a test.
    days_before
        Days of data that are needed before these.
    every, horizon
        Steps from one origin to the next, and steps that are forecast.
    """

    days: int
    days_before: int
    every: int
    horizon: int

    @property
    def min_days(self) -> int:
        """Days of data that a back-test needs."""
        return self.days_before + self.days


PERIODS = {
    "hour": BacktestPeriod(days=7, days_before=14, every=3, horizon=6),
    "day": BacktestPeriod(days=28, days_before=84, every=3, horizon=7),
    "week": BacktestPeriod(days=26 * 7, days_before=52 * 7, every=1, horizon=4),
    "month": BacktestPeriod(days=365, days_before=3 * 365, every=1, horizon=3),
}
"""By the name of the time step."""
BACKTEST_DAYS = PERIODS["day"].days
