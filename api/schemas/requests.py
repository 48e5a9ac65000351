"""Bodies of requests."""

from typing import Literal

from pydantic import ConfigDict, Field, StrictBool

from api.schemas.base import DATASET_DESCRIPTION, RequestBody
from api.schemas.campaign_ids import CampaignId
from api.schemas.date_types import Day, Moment
from api.schemas.step_types import StepName

_HOLIDAYS = "A holiday prior, such as us-groceries"


class DatasetRequest(RequestBody):
    """A request body that names its data set."""

    dataset: str = Field("", description=DATASET_DESCRIPTION)


def _example(**fields: str | int) -> ConfigDict:
    """An example for the documentation, which works on the demo's data."""
    return ConfigDict(json_schema_extra={"example": {**fields, "dataset": "complete-journey"}})


class CampaignRequest(DatasetRequest):
    """A campaign to plan, or one that has begun without being imported.

    Missing fields are copied from the campaign `like`.
    """

    model_config = _example(id="spring-2018", starts="2018-02-01", ends="2018-03-04", like="18")

    id: CampaignId = Field(description="Without `/`, control characters and blanks around it")
    name: str | None = Field(None, max_length=200, description="Default: its id")
    kind: str | None = Field(None, max_length=200)
    starts: Day = Field(description="First day")
    ends: Day = Field(description="Last day")
    users: list[str] | None = Field(None, max_length=1_000_000, description="Ids of the users to reach")
    products: list[str] | None = Field(None, max_length=1_000_000, description="Ids of the promoted products")
    like: str | None = Field(None, description="A campaign to copy missing fields from")


class NetworkRequest(DatasetRequest):
    """A spreading network to build."""

    model_config = _example(cutoff="2017-11-27")

    cutoff: Day | None = Field(None, description="Use only data before this day; default: all data")
    rebuild: StrictBool = Field(default=False, description="Build again even if nothing has changed")


class TrainingRequest(DatasetRequest):
    """A model to back-test and train."""

    model_config = _example(cutoff="2017-11-27", holidays="us-groceries")

    cutoff: Day | None = Field(
        None, description="Use only data before this day; default: the latest network's cut-off"
    )
    holidays: str | None = Field(None, description=_HOLIDAYS)
    step: StepName | None = Field(
        None, description="The time step; default: hours, days, weeks or months, as suits the data"
    )
    retrain: StrictBool = Field(default=False, description="Train again even if nothing has changed")
    next_users: StrictBool = Field(
        default=False,
        description="Train a model that ranks who is the next to take part instead",
    )


class ForecastRequest(DatasetRequest):
    """A forecast to make and store."""

    model_config = _example(horizon=7)

    horizon: int | None = Field(
        None,
        ge=1,
        le=24,
        description="Number of steps to forecast, at most 24 hours, 14 days, 8 weeks or 3 months; default: "
        "24, 7, 4 or 3",
    )
    origin: Moment | None = Field(
        None,
        description="The first day or, of a model of hours, moment; default: the model's cut-off, or the "
        "end of the data where steps are hours",
    )


class BackTestRequest(DatasetRequest):
    """A back-test of the forecasters on chosen days."""

    model_config = _example(since="2017-10-01", until="2017-10-29", horizon=7, every=3)

    since: Day | None = Field(
        None,
        description="The first forecast origin; default: four weeks before `until` (of hours a week, of "
        "weeks half a year, of months a year)",
    )
    until: Day = Field(description="The day after the last origin")
    horizon: int | None = Field(
        None,
        ge=1,
        le=24,
        description="Number of steps to forecast; default: 7 days, 6 hours, 4 weeks or 3 months",
    )
    every: int | None = Field(
        None,
        ge=1,
        le=28,
        description="Steps between forecast origins; default: 3 hours or days, 1 week or month",
    )
    step: StepName | None = Field(None, description="The time step; default: as suits the data")
    holidays: str | None = Field(None, description=_HOLIDAYS)


class PlanRequest(RequestBody):
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


class WhatIfRequest(RequestBody):
    """Seed users, or constraints for choosing them, and the number of days to simulate."""

    model_config = ConfigDict(json_schema_extra={"example": {"k": 10, "per_group": 3, "days": 14}})

    seeds: list[str] | None = Field(
        default=None, min_length=1, max_length=1000, description="Users with whom the campaign starts"
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
