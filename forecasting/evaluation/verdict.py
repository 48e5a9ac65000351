"""What a back-test says about a forecast: which forecaster did better, and whether intervals are right.

The tolerances are conventions. The differences are not tested for significance: the days and campaigns of a
back-test are too few and too dependent for that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from forecasting.records import Backtest

REFERENCE = "SeasonalNaive"
"""Repeats the season before the origin: what a useful forecaster must beat."""
ERROR_TOLERANCE = 0.02
"""Errors whose ratio differs from 1 by no more than this count as equal."""
NOMINAL_COVERAGE = 0.8
COVERAGE_TOLERANCE = 0.05
"""How far the share of days within an interval may be from the nominal one."""
MIN_POINTS = 30
"""Forecasts that a back-test needs to tell what can be trusted: of 30, even independent ones, the share
within an interval of 80% has a standard error of 7 points."""

Result = Literal["better", "equal", "worse"]
IntervalVerdict = Literal["holds", "too narrow", "too wide"]


@dataclass(frozen=True)
class ErrorVerdict:
    """How the error of the forecaster whose forecasts are shown compares with that of the best other one.

    Attributes
    ----------
    result : str
        Whether the shown one is better, equal or worse.
    shown, best_other : str
        The forecaster that is shown, and the other one with the smallest error.
    error, other_error : float
        Mean absolute errors of the two, a day.
    """

    result: Result
    shown: str
    best_other: str
    error: float
    other_error: float

    @property
    def error_ratio(self) -> float | None:
        """The error of the shown forecaster divided by that of the other; None if the latter is 0."""
        return self.error / self.other_error if self.other_error else None


@dataclass(frozen=True)
class BacktestVerdict:
    """What a back-test says about forecasts.

    Attributes
    ----------
    participants, redeemers
        The comparison of errors; that of redeemers is None where a data set has none.
    participants_interval, level_interval
        Whether the 80% intervals hold what they promise.
    trust_participants : bool
        Whether the shown forecaster beats repeating the previous week, and its interval is not too narrow.
    trust_level : bool
        Whether the interval of the influence level is not too narrow. No other forecaster has a level.
    too_few_points : bool
        Whether the back-test has fewer than MIN_POINTS forecasts; then neither is trusted.
    """

    participants: ErrorVerdict
    redeemers: ErrorVerdict | None
    participants_interval: IntervalVerdict
    level_interval: IntervalVerdict
    trust_participants: bool
    trust_level: bool
    too_few_points: bool


def judge(run: Backtest) -> BacktestVerdict:
    """Judge a back-test."""
    errors = dict(zip(run.names, run.mae, strict=True))
    participants_interval = _judge_interval(run.coverage_80)
    level_interval = _judge_interval(run.level_coverage_80)
    too_few = run.points < MIN_POINTS
    beats_reference = _compare(errors[run.names[0]], errors[REFERENCE]) == "better"
    return BacktestVerdict(
        participants=_judge_errors(run.names, run.mae),
        redeemers=None if run.redeemers_mae is None else _judge_errors(run.names, run.redeemers_mae),
        participants_interval=participants_interval,
        level_interval=level_interval,
        trust_participants=not too_few and beats_reference and participants_interval != "too narrow",
        trust_level=not too_few and level_interval != "too narrow",
        too_few_points=too_few,
    )


def _judge_errors(names: Sequence[str], mae: Sequence[float]) -> ErrorVerdict:
    others = dict(zip(names[1:], mae[1:], strict=True))
    best = min(others, key=lambda name: others[name])
    return ErrorVerdict(_compare(mae[0], others[best]), names[0], best, mae[0], others[best])


def _compare(error: float, other: float) -> Result:
    if abs(error - other) <= ERROR_TOLERANCE * other:
        return "equal"
    return "better" if error < other else "worse"


def _judge_interval(coverage: float) -> IntervalVerdict:
    if coverage < NOMINAL_COVERAGE - COVERAGE_TOLERANCE:
        return "too narrow"
    return "too wide" if coverage > NOMINAL_COVERAGE + COVERAGE_TOLERANCE else "holds"
