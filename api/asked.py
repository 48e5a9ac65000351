"""What the API is asked to do as a job."""

from pydantic import BaseModel, ConfigDict, Field

from api.days import Day
from graph.importing.adapters.complete_journey import DATASET

_HOLIDAYS = "A declared prior of what holidays do, as of `groundswell train --holidays`"


class Asked(BaseModel):
    """A word that is not known is refused: it would be a wish that nobody hears."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(DATASET, description="The data set")


class Campaign(Asked):
    """A campaign to plan. What is left out is as it is with the campaign `like`."""

    id: str = Field(min_length=1, max_length=200, pattern=r"^[^/\s]+$", examples=["spring-2018"])
    name: str | None = Field(None, max_length=200, description="Default: its id")
    kind: str | None = Field(None, max_length=200, examples=["Type A"])
    starts: Day = Field(description="First day", examples=["2018-02-01"])
    ends: Day = Field(description="Last day", examples=["2018-03-04"])
    users: list[str] | None = Field(None, max_length=1_000_000, description="Whom it is to reach")
    products: list[str] | None = Field(None, max_length=1_000_000, description="What it promotes")
    like: str | None = Field(None, description="A campaign to take the rest from", examples=["18"])


class Network(Asked):
    """A spreading network to build."""

    cutoff: Day | None = Field(None, description="Use only what lies before; default: the end of the data")
    rebuild: bool = Field(default=False, description="Build anew even if nothing changed")


class Training(Asked):
    """A model to back-test and train."""

    cutoff: Day | None = Field(None, description="Use only what lies before; default: the latest network's")
    holidays: str | None = Field(None, description=_HOLIDAYS, examples=["us-groceries"])
    retrain: bool = Field(default=False, description="Train anew even if nothing changed")


class Forecast(Asked):
    """A forecast to make and keep."""

    horizon: int = Field(7, ge=1, le=14, description="How many days")
    origin: Day | None = Field(None, description="The first of them; default: the model's cut-off")


class BackTest(Asked):
    """A comparison with what one would pick instead, on days of choice."""

    since: Day = Field(description="The first day to forecast from", examples=["2017-10-01"])
    until: Day = Field(description="The day after the last one", examples=["2017-10-29"])
    horizon: int = Field(7, ge=1, le=14, description="How many days to forecast")
    every: int = Field(3, ge=1, le=28, description="Forecast from every so many days")
    holidays: str | None = Field(None, description=_HOLIDAYS)
