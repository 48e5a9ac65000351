"""Schemas of the forecasts of planned campaigns."""

from datetime import date

from pydantic import BaseModel, Field

from api.schemas.date_types import Moment
from api.schemas.step_types import StepName


class PlannedStep(BaseModel):
    """One step of a planned campaign."""

    step: Moment = Field(description="Its first day, or its moment where steps are hours")
    mean: float
    participants_p10: float
    participants_p50: float
    participants_p90: float


class PlannedTotal(BaseModel):
    """Sum of the participants of all steps over the whole campaign."""

    mean: float
    p10: float
    p50: float
    p90: float


class OutcomeForecast(BaseModel):
    """The forecast of one outcome of a planned campaign: participants or redeemers."""

    total: PlannedTotal
    steps: list[PlannedStep]


class PlannedUser(BaseModel):
    """A user who is likely to take part in a planned campaign."""

    user: str
    probability: float = Field(description="Probability of taking part")
    days: float = Field(
        description="Expected number of steps with a participation: days, or those of the response's `unit`"
    )


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


class PlanResponse(BaseModel):
    """The forecast of a campaign before its launch: as planned, and as changed (null if unchanged)."""

    origin: date
    model: str
    unit: StepName
    planned: PlanForecast
    changed: PlanForecast | None
    discount: PlannedDiscount | None = Field(description="Null if the request has no discount")
