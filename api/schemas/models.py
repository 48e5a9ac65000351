"""Schemas of models and back-tests."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.schemas.step_types import StepName
from forecasting.evaluation.periods import PERIODS

IntervalVerdict = Annotated[
    Literal["holds", "too narrow", "too wide"],
    Field(description="The 80% interval holds if it contains between 75% and 85% of the actual values"),
]


class ModelScore(BaseModel):
    """The errors of one model in a back-test."""

    model: str
    mae: float = Field(description="Mean absolute error in users per step")
    relative_mae: float | None = Field(
        description="MAE divided by that of SeasonalNaive (repeating the previous season: of days the week, "
        "of hours the day, otherwise the year) in the same test; null if that is 0"
    )
    mase: float | None = Field(
        description="MAE divided by the error of repeating the previous season, measured before the test. "
        "Open campaigns that begin during the test have none and are left out; null if no other is left, and "
        "for redeemers: nobody redeems before a campaign starts"
    )
    weight: float | None = Field(
        description="Weight in the back-test's forecast of participants, a mean over the horizon: 1 for the "
        "combination, 0 for SeasonalNaive, which is no part of it; null for redeemers and for models of "
        "earlier versions"
    )


class ErrorVerdict(BaseModel):
    """How the error of the forecaster that is shown compares with that of the best other one."""

    result: Literal["better", "equal", "worse"] = Field(
        description="Of the one that is shown; equal: the errors differ by at most 2%"
    )
    shown: str = Field(description="The forecaster whose forecasts are shown", examples=["Combination"])
    best_other: str = Field(examples=["AutoETS"])
    error: float = Field(description="Mean absolute error of the one that is shown, in users per step")
    other_error: float = Field(description="That of the best other one")
    error_ratio: float | None = Field(description="`error` divided by `other_error`; null if that is 0")


class Verdict(BaseModel):
    """Which forecaster did better on held-out days, whether the intervals hold, and what to trust."""

    summary: str = Field(description="The verdict in a few sentences")
    participants: ErrorVerdict
    redeemers: ErrorVerdict | None = Field(description="Null if the data set has no coupons")
    participants_interval: IntervalVerdict
    level_interval: IntervalVerdict
    trust_participants: bool = Field(
        description="Whether it beats repeating the previous season and its interval is not too narrow; "
        "false for a back-test of fewer than 30 forecasts"
    )
    trust_level: bool = Field(
        description="Whether the interval of the influence level is not too narrow; false as above"
    )


class Comparison(BaseModel):
    """The combination compared with its members and with repeating the last season, from `since` on."""

    since: date
    step: StepName
    horizon: int = Field(description="Steps")
    points: int = Field(description="Number of compared pairs of campaign and step")
    holidays: str | None = Field(description="The holiday prior that all forecasters used")
    participants: list[ModelScore]
    redeemers: list[ModelScore] | None = Field(description="Null if the data set has no coupons")
    covered_80: float = Field(description="Share of days whose participants lie between P10 and P90")
    level_covered_80: float = Field(description="The same for the influence level")
    verdict: Verdict


class Model(BaseModel):
    """A trained model and the back-test made before it was stored."""

    id: str = Field(examples=["model/2017-11-27"])
    cutoff: date = Field(description="Only data before it was used")
    step: StepName
    network: str
    is_trained: bool = Field(
        description="False where there was too little data to train the K-LSTM: its forecasts rest on "
        "traffic and the usual rate of campaigns"
    )
    back_test: Comparison | None = Field(
        description=f"Null with less than {PERIODS['day'].min_days} days of data, or if no campaign ran on "
        f"the last {PERIODS['day'].days}; other time steps need other numbers of days"
    )


class BackTest(Comparison):
    """A back-test on chosen days."""

    id: str
    until: date = Field(description="The day after the last day")
    every: int = Field(description="Steps between forecasts")
    network: str
