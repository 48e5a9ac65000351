"""What is to come, as the API tells it: forecasts, plans and what-ifs."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.date_types import Day
from network.runs import Verdict


class ForecastStep(BaseModel):
    """One forecast day, with its P10, P50 and P90."""

    step: date
    mean: float
    participants_p10: float
    participants_p50: float
    participants_p90: float
    level_p10: float
    level_p50: float
    level_p90: float
    redeemers_mean: float | None = Field(default=None, description="Null where nothing is redeemed")
    redeemers_p10: float | None = None
    redeemers_p50: float | None = None
    redeemers_p90: float | None = None


class ExpectedGroup(BaseModel):
    """How many of a neighbour group are expected to take part, an entry per step; over all groups and the
    users of none, the means sum to the forecast's.
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
    """A user whom a forecast expects; over all users, the days sum to the forecast's means."""

    rank: int
    user: str
    probability: float = Field(description="Of taking part on at least one of the forecast's days")
    days: float = Field(description="On how many of them, on average")
    took_part: bool = Field(description="Before the forecast's origin")
    redeems: float | None = Field(description="Probability of taking part by coupon; null without coupons")
    key_user: bool
    group: int | None = Field(description="Its neighbour group's rank")


class Forecast(BaseModel):
    """A stored forecast."""

    campaign: str
    origin: date = Field(description="First forecast day; nothing at or after it was seen")
    model: str
    network: str
    steps: list[ForecastStep]
    groups: list[ExpectedGroup] = Field(description="Empty once the network behind it is gone")


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
    """Why a stored forecast says what it says."""

    campaign: str
    origin: date
    model: str
    expected: float = Field(description="Participants over its days, counted anew every day")
    baseline: float = Field(description="Participants that traffic and the campaign's own rate predict alone")
    attributions: list[Attribution] = Field(description="The strongest first")
    odds_ratios: list[OddsRatio] = Field(description="What goes with taking part, the strongest first")


class Score(BaseModel):
    """One forecaster in a back-test."""

    model: str
    mae: float = Field(description="Mean absolute error, users a day")
    mase: float = Field(description="That relative to repeating the week before, as measured before the test")


class Comparison(BaseModel):
    """A forecaster as of `since` beside what one would pick instead."""

    since: date
    horizon: int = Field(description="Days")
    points: int = Field(description="Campaigns and days compared")
    holidays: str | None = Field(description="The declared prior of holidays that all were given")
    participants: list[Score]
    redeemers: list[Score] | None = Field(description="Null without coupons")
    covered_80: float = Field(description="Share of days between P10 and P90 of participants")
    level_covered_80: float = Field(description="The same of the influence level")


class Model(BaseModel):
    """A trained model, and how it did before it was kept."""

    id: str = Field(examples=["model/2017-11-27"])
    cutoff: date = Field(description="Nothing at or after it was seen")
    network: str
    back_test: Comparison


class BackTest(Comparison):
    """A comparison on days of choice."""

    id: str
    until: date = Field(description="The day after the last one")
    every: int = Field(description="From every so many days a forecast was made")
    network: str


class Plan(BaseModel):
    """By what was known when, and what to change of a plan."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"origin": "2017-11-27", "ends": "2017-12-20", "discount": 0.25, "top": 10}
        }
    )

    origin: Day | None = Field(default=None, description="Nothing at or after it is seen; its first day")
    starts: Day | None = Field(default=None, description="What if it began on this day?")
    ends: Day | None = Field(default=None, description="What if this were its last day?")
    targets: list[str] | None = Field(
        default=None, min_length=1, max_length=1_000_000, description="What if it reached only these users?"
    )
    discount: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="What if its products were cheaper by this share of the regular price, on the shelf?",
    )
    top: int = Field(default=100, ge=0, le=1000, description="How many likely users to tell")


class PlannedStep(BaseModel):
    """One day of a planned campaign."""

    step: date
    mean: float
    participants_p10: float
    participants_p50: float
    participants_p90: float


class PlannedTotal(BaseModel):
    """Over the whole campaign, counted anew every day."""

    mean: float
    p10: float
    p50: float
    p90: float


class OutcomeForecast(BaseModel):
    """What a planned campaign is to be expected to draw."""

    total: PlannedTotal
    steps: list[PlannedStep]


class PlannedUser(BaseModel):
    """A user whom a planned campaign is likely to draw."""

    user: str
    probability: float = Field(description="Of taking part at all")
    days: float = Field(description="On how many days, on average")


class PlannedDiscount(BaseModel):
    """The estimated effect of another discount on the shelf, from weeks in which the products were cheaper.
    Observational: discounts were not randomised.
    """

    depth: float = Field(description="Share of the regular price")
    recent_depth: float = Field(description="The same over the last eight weeks, which the plan assumes")
    ratio: float = Field(description="Participants with this discount over participants of the plan")
    low: float = Field(description="The lower end of its 95% interval")
    high: float
    products: int = Field(description="In the estimate: bought in at least a quarter of the weeks")
    deviance_explained: float = Field(
        description="Share of the deviance of the last eight weeks that discounts explain, estimated on the "
        "weeks before them; 0 or less: discounts have no predictive value"
    )


class PlanForecast(BaseModel):
    """A plan's participants and redeemers, and its likeliest users. Redeemers are null without coupons, and
    with another discount on the shelf: what that does to them is not known.
    """

    participants: OutcomeForecast
    redeemers: OutcomeForecast | None
    users: list[PlannedUser]


class PlanAnswer(BaseModel):
    """A campaign before its launch: as planned, and changed as wished (null where nothing was)."""

    origin: date
    model: str
    planned: PlanForecast
    changed: PlanForecast | None
    discount: PlannedDiscount | None = Field(description="Null where none was asked for")


class WhatIf(BaseModel):
    """Seeds, or the terms to choose them on; and how many days to look ahead."""

    model_config = ConfigDict(json_schema_extra={"example": {"k": 10, "per_group": 3, "days": 14}})

    seeds: list[str] | None = Field(
        default=None, min_length=1, max_length=1000, description="Users to begin with"
    )
    k: int = Field(default=20, ge=1, le=1000, description="Without seeds: how many to choose")
    method: Literal[
        "imm", "pagerank", "pagerank-forward", "articlerank", "betweenness", "degree", "k-core"
    ] = "imm"
    exclude: list[str] = Field(default=[], max_length=100_000, description="Users to leave out")
    per_group: int | None = Field(default=None, ge=1, description="At most so many of a neighbour group")
    fair: str | None = Field(
        default=None, max_length=100, description="A property of users or a kind of tag to share seeds over"
    )
    costs: dict[str, float] = Field(default={}, max_length=100_000, description="Of users; others cost 1")
    budget: float | None = Field(default=None, gt=0, description="What the seeds may cost together")
    days: int = Field(default=14, ge=1, le=90)


class Seed(BaseModel):
    """A user to begin with; without scores where it was named by the request."""

    user: str
    rank: int | None = None
    score: float | None = Field(default=None, description="Users it adds to the spread, itself included")
    low: float | None = Field(default=None, description="The lower end of the score's 95% interval")
    high: float | None = None


class SpreadDay(BaseModel):
    """Users reached by the end of a day, seeds included."""

    day: int
    mean: float
    p10: float
    p90: float


class Total(BaseModel):
    """Users reached in the end: the mean with its 95% interval, and P10 and P90 of the outcomes."""

    mean: float
    low: float
    high: float
    p10: float
    p90: float


class WhatIfAnswer(BaseModel):
    """How far the seeds would carry, by the spreading network alone."""

    network: str
    influence_verdict: Verdict = Field(
        description="Whether users follow each other in this data set: see /v1/networks"
    )
    seeds: list[Seed]
    days: list[SpreadDay]
    total: Total
