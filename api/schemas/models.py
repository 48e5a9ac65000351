"""Schemas of models and back-tests."""

from datetime import date

from pydantic import BaseModel, Field


class ModelScore(BaseModel):
    """The errors of one model in a back-test."""

    model: str
    mae: float = Field(description="Mean absolute error in users per day")
    mase: float = Field(
        description="MAE divided by the error of repeating the previous week, measured before the test"
    )


class Comparison(BaseModel):
    """The K-LSTM compared with benchmark forecasters on days from `since` on."""

    since: date
    horizon: int = Field(description="Days")
    points: int = Field(description="Number of compared pairs of campaign and day")
    holidays: str | None = Field(description="The holiday prior that all forecasters used")
    participants: list[ModelScore]
    redeemers: list[ModelScore] | None = Field(description="Null if the data set has no coupons")
    covered_80: float = Field(description="Share of days whose participants lie between P10 and P90")
    level_covered_80: float = Field(description="The same for the influence level")


class Model(BaseModel):
    """A trained model and the back-test made before it was stored."""

    id: str = Field(examples=["model/2017-11-27"])
    cutoff: date = Field(description="Only data before it was used")
    network: str
    back_test: Comparison


class BackTest(Comparison):
    """A back-test on chosen days."""

    id: str
    until: date = Field(description="The day after the last day")
    every: int = Field(description="Days between forecasts")
    network: str
