"""What the API is asked to do as a job."""

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.schemas.date_types import Day
from graph.importing.adapters.complete_journey import DATASET

_HOLIDAYS = "A declared prior of what holidays do, as of `groundswell train --holidays`"


class Asked(BaseModel):
    """A word that is not known is refused: it would be a wish that nobody hears."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(DATASET, description="The data set")


def _example(**told: str | int) -> ConfigDict:
    """What the documentation fills in to be tried, on the demo's data."""
    return ConfigDict(json_schema_extra={"example": {**told, "dataset": DATASET}})


class Campaign(Asked):
    """A campaign to plan. What is left out is as it is with the campaign `like`."""

    model_config = _example(id="spring-2018", starts="2018-02-01", ends="2018-03-04", like="18")

    id: str = Field(min_length=1, max_length=200, pattern=r"^[^/\s]+$")
    name: str | None = Field(None, max_length=200, description="Default: its id")
    kind: str | None = Field(None, max_length=200)
    starts: Day = Field(description="First day")
    ends: Day = Field(description="Last day")
    users: list[str] | None = Field(None, max_length=1_000_000, description="Whom it is to reach")
    products: list[str] | None = Field(None, max_length=1_000_000, description="What it promotes")
    like: str | None = Field(None, description="A campaign to take the rest from")


class Network(Asked):
    """A spreading network to build."""

    model_config = _example(cutoff="2017-11-27")

    cutoff: Day | None = Field(None, description="Use only what lies before; default: the end of the data")
    rebuild: StrictBool = Field(default=False, description="Build anew even if nothing changed")


class Training(Asked):
    """A model to back-test and train."""

    model_config = _example(cutoff="2017-11-27", holidays="us-groceries")

    cutoff: Day | None = Field(None, description="Use only what lies before; default: the latest network's")
    holidays: str | None = Field(None, description=_HOLIDAYS)
    retrain: StrictBool = Field(default=False, description="Train anew even if nothing changed")


class Forecast(Asked):
    """A forecast to make and keep."""

    model_config = _example(horizon=7)

    horizon: int = Field(7, ge=1, le=14, description="How many days")
    origin: Day | None = Field(None, description="The first of them; default: the model's cut-off")


class BackTest(Asked):
    """A comparison with what one would pick instead, on days of choice."""

    model_config = _example(since="2017-10-01", until="2017-10-29", horizon=7, every=3)

    since: Day = Field(description="The first day to forecast from")
    until: Day = Field(description="The day after the last one")
    horizon: int = Field(7, ge=1, le=14, description="How many days to forecast")
    every: int = Field(3, ge=1, le=28, description="Forecast from every so many days")
    holidays: str | None = Field(None, description=_HOLIDAYS)
