"""Schemas of forecasts, their explanations and likely users."""

from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.date_types import Moment
from api.schemas.models import Verdict
from api.schemas.step_types import StepName


class BehaviourStep(BaseModel):
    """The users with one kind of behaviour in one step: mean, P10, P50 and P90."""

    mean: float
    p10: float
    p50: float
    p90: float


class ForecastStep(BaseModel):
    """One step of a forecast: mean, P10, P50 and P90."""

    step: Moment = Field(description="Its first day, or its moment where steps are hours")
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
    behaviours: dict[str, BehaviourStep] = Field(
        default={},
        description="By kind of behaviour, in the funnel's order: the users who show it in the step in what "
        "belongs to the campaign, as in its funnel. Kinds that users have shown in it so far; empty if every "
        "kind of the data set counts as participation. Each kind is forecast on its own, without the K-LSTM, "
        "and no back-test measures its errors; one stage is not shown to lead to the next",
        examples=[{"VIEWED": {"mean": 31.2, "p10": 22.0, "p50": 31.0, "p90": 41.0}}],
    )


class ExpectedGroup(BaseModel):
    """The forecast of one neighbour group, with one list entry per step.

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
    probability: float = Field(description="Probability of taking part in at least one step of the forecast")
    days: float = Field(
        description="Expected number of steps with a participation: days, or those of the forecast's `unit`"
    )
    took_part: bool = Field(description="Whether the user took part before the forecast's origin")
    redeems: float | None = Field(
        description="Probability of redeeming a coupon; null if the data set has none"
    )
    key_user: bool
    group: int | None = Field(description="Rank of the user's neighbour group")


class Forecast(BaseModel):
    """A stored forecast."""

    campaign: str
    origin: Moment = Field(description="First day or hour of the forecast; only data before it was used")
    unit: StepName
    model: str
    network: str
    steps: list[ForecastStep]
    groups: list[ExpectedGroup] = Field(description="Empty if its network has been removed")
    others_share: float = Field(
        description="Expected share of the participants of an open campaign who are not among its likely "
        "users: new users, and those beyond its 20,000 candidates"
    )
    rests_on: Literal["K-LSTM", "baseline"] | None = Field(
        description="baseline: traffic and the usual rate of campaigns, where there was too little data to "
        "train the K-LSTM; null if the model has been removed"
    )
    verdict: Verdict | None = Field(
        description="What the back-test of its model says about it; null if the model has been removed, or "
        "was not tested"
    )


class Attribution(BaseModel):
    """The effect of one kind of input on a forecast. The ratios multiply to the geometric mean over days of
    forecast over baseline.
    """

    feature: str = Field(examples=["recent traffic, relative to what was expected"])
    ratio: float


class Association(BaseModel):
    """How often users with a trait took part in all campaigns so far, and users without it.

    Observational: it does not show that the trait is a cause.
    """

    trait: str = Field(examples=["redeemed a coupon in the last four weeks"])
    took_part_with: float = Field(description="Share of users with the trait who took part within a week")
    took_part_without: float = Field(description="The same of users without it")
    ratio: float = Field(
        description="How many times the odds of taking part are by the model, the other traits equal"
    )
    low: float | None = Field(description="95% interval of the ratio; null with fewer than 5 campaigns")
    high: float | None


class Explanation(BaseModel):
    """The explanation of a stored forecast."""

    campaign: str
    origin: Moment
    model: str
    expected: float = Field(description="Sum of the participants over its steps")
    baseline: float = Field(description="Participants that traffic and the campaign's own rate predict alone")
    attributions: list[Attribution] = Field(description="Strongest first")
    associations: list[Association] = Field(
        description="What goes with taking part, strongest first; empty where steps are not days"
    )
