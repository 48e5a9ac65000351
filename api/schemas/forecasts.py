"""Schemas of forecasts, models, back-tests, plans and what-ifs."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import RequestBody
from api.schemas.date_types import Day
from network.verdict import Verdict


class ForecastStep(BaseModel):
    """One day of a forecast: mean, P10, P50 and P90."""

    step: date
    mean: float
    participants_p10: float
    participants_p50: float
    participants_p90: float
    level_p10: float
    level_p50: float
    level_p90: float
    redeemers_mean: float | None = Field(default=None, description="Null if the data set has no redemptions")
    redeemers_p10: float | None = None
    redeemers_p50: float | None = None
    redeemers_p90: float | None = None


class ExpectedGroup(BaseModel):
    """The forecast of one neighbour group, with one list entry per day.

    Over all groups, and the users in none, the means sum to the forecast's mean.
    """

    id: str
    rank: int
    name: str
    size: int = Field(description="Users")
    mean: list[float]
    p10: list[float]
    p50: list[float]
    p90: list[float]


class LikelyUser(BaseModel):
    """A user who is likely to take part. Over all users, `days` sums to the forecast's means."""

    rank: int
    user: str
    probability: float = Field(description="Probability of taking part on at least one day of the forecast")
    days: float = Field(description="Expected number of days with a participation")
    took_part: bool = Field(description="Whether the user took part before the forecast's origin")
    redeems: float | None = Field(description="Probability by coupon; null if the data set has none")
    key_user: bool
    group: int | None = Field(description="Rank of the user's neighbour group")


class Forecast(BaseModel):
    """A stored forecast."""

    campaign: str
    origin: date = Field(description="First day of the forecast; only data before it was used")
    model: str
    network: str
    steps: list[ForecastStep]
    groups: list[ExpectedGroup] = Field(description="Empty if its network has been removed")


class Attribution(BaseModel):
    """The effect of one kind of input on a forecast. The ratios multiply to the geometric mean over days of
    forecast over baseline.
    """

    feature: str = Field(examples=["recent traffic, relative to what was expected"])
    ratio: float


class OddsRatio(BaseModel):
    """Ratio of the odds of taking part for one standard deviation more of a feature, all others equal, over
    all campaigns so far, with its 95% interval. Observational: it does not show that the feature is a cause.
    """

    feature: str = Field(examples=["coupons used, of all active days"])
    ratio: float
    low: float
    high: float


class Explanation(BaseModel):
    """The explanation of a stored forecast."""

    campaign: str
    origin: date
    model: str
    expected: float = Field(description="Sum of the daily participants over its days")
    baseline: float = Field(description="Participants that traffic and the campaign's own rate predict alone")
    attributions: list[Attribution] = Field(description="Strongest first")
    odds_ratios: list[OddsRatio] = Field(description="What goes with taking part, the strongest first")


class Score(BaseModel):
    """One forecaster in a back-test."""

    model: str
    mae: float = Field(description="Mean absolute error in users per day")
    mase: float = Field(description='MAE over that of the forecast "as last week", before the test')


class Comparison(BaseModel):
    """The K-LSTM compared with benchmark forecasters on days from `since` on."""

    since: date
    horizon: int = Field(description="Days")
    points: int = Field(description="Number of compared pairs of campaign and day")
    holidays: str | None = Field(description="The holiday prior that all forecasters used")
    participants: list[Score]
    redeemers: list[Score] | None = Field(description="Null if the data set has no coupons")
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


class Plan(RequestBody):
    """What to change in a planned campaign, and the day to forecast it from."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"origin": "2017-11-27", "ends": "2017-12-20", "discount": 0.25, "top": 10}
        }
    )

    origin: Day | None = Field(default=None, description="Only data before this day is used")
    starts: Day | None = Field(default=None, description="Changed first day")
    ends: Day | None = Field(default=None, description="Changed last day")
    targets: list[str] | None = Field(
        default=None, min_length=1, max_length=1_000_000, description="Changed users to reach"
    )
    discount: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Changed discount of its products on the shelf, as a share of the regular price",
    )
    top: int = Field(default=100, ge=0, le=1000, description="Number of likely users to return")


class PlannedStep(BaseModel):
    """One day of a planned campaign."""

    step: date
    mean: float
    participants_p10: float
    participants_p50: float
    participants_p90: float


class PlannedTotal(BaseModel):
    """Sum of the daily participants over the whole campaign."""

    mean: float
    p10: float
    p50: float
    p90: float


class OutcomeForecast(BaseModel):
    """What a planned campaign is to be expected to draw."""

    total: PlannedTotal
    steps: list[PlannedStep]


class PlannedUser(BaseModel):
    """A user who is likely to take part in a planned campaign."""

    user: str
    probability: float = Field(description="Probability of taking part")
    days: float = Field(description="Expected number of days with a participation")


class PlannedDiscount(BaseModel):
    """The estimated effect of another discount on the shelf, from weeks with and without discounts.
    Observational: discounts were not randomised.
    """

    depth: float = Field(description="Share of the regular price")
    recent_depth: float = Field(description="The same over the last eight weeks, which the plan assumes")
    ratio: float = Field(description="Participants with this discount over participants of the plan")
    low: float = Field(description="Lower end of the 95% interval")
    high: float
    products: int = Field(description="In the estimate: bought in at least a quarter of the weeks")
    deviance_explained: float = Field(
        description="Share of the deviance of the last eight weeks that discounts explain, estimated on the "
        "weeks before them; 0 or less: discounts have no predictive value"
    )


class PlanForecast(BaseModel):
    """The forecast of a planned campaign, with its likeliest users.

    `redeemers` is null if the data set has no coupons, or if the discount is changed: its effect on
    redemptions is unknown.
    """

    participants: OutcomeForecast
    redeemers: OutcomeForecast | None
    users: list[PlannedUser]


class PlanAnswer(BaseModel):
    """The forecast of a campaign before its launch: as planned, and as changed (null if unchanged)."""

    origin: date
    model: str
    planned: PlanForecast
    changed: PlanForecast | None
    discount: PlannedDiscount | None = Field(description="Null if the request has no discount")


class WhatIf(RequestBody):
    """Seed users, or constraints for choosing them, and the number of days to simulate."""

    model_config = ConfigDict(json_schema_extra={"example": {"k": 10, "per_group": 3, "days": 14}})

    seeds: list[str] | None = Field(
        default=None, min_length=1, max_length=1000, description="Users who start the spread"
    )
    k: int = Field(default=20, ge=1, le=1000, description="Number of seeds to choose if none are named")
    method: Literal[
        "imm", "pagerank", "pagerank-forward", "articlerank", "betweenness", "degree", "k-core"
    ] = "imm"
    exclude: list[str] = Field(default=[], max_length=100_000, description="Users who must not be seeds")
    per_group: int | None = Field(default=None, ge=1, description="Maximum seeds per neighbour group")
    fair: str | None = Field(
        default=None,
        max_length=100,
        description="A user property or kind of tag; each value gets at most its share of seeds",
    )
    costs: dict[str, float] = Field(
        default={}, max_length=100_000, description="Cost of each user; others cost 1"
    )
    budget: float | None = Field(default=None, gt=0, description="Maximum total cost of the seeds")
    days: int = Field(default=14, ge=1, le=90)


class Seed(BaseModel):
    """A seed user; without scores if the request named it."""

    user: str
    rank: int | None = None
    score: float | None = Field(
        default=None, description="Expected users that this seed adds to the spread, including itself"
    )
    low: float | None = Field(default=None, description="Lower end of the score's 95% interval")
    high: float | None = None


class SpreadDay(BaseModel):
    """Users reached by the end of a day, including seeds."""

    day: int
    mean: float
    p10: float
    p90: float


class Total(BaseModel):
    """Users reached in total: the mean with its 95% interval, and P10 and P90 over simulations."""

    mean: float
    low: float
    high: float
    p10: float
    p90: float


class WhatIfAnswer(BaseModel):
    """The simulated spread of the seeds on the spreading network."""

    network: str
    influence_verdict: Verdict = Field(
        description="Whether users follow each other in this data set: see /v1/networks"
    )
    seeds: list[Seed]
    days: list[SpreadDay]
    total: Total
