"""What the API is asked to do as a job."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from graph.importing.adapters.complete_journey import DATASET

_HOLIDAYS = "A declared prior of what holidays do, as of `groundswell train --holidays`"


class Asked(BaseModel):
    """A word that is not known is refused: it would be a wish that nobody hears."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(DATASET, description="The data set")


class Network(Asked):
    """A spreading network to build."""

    cutoff: date | None = Field(None, description="Use only what lies before; default: the end of the data")
    rebuild: bool = Field(default=False, description="Build anew even if nothing changed")


class Training(Asked):
    """A model to back-test and train."""

    cutoff: date | None = Field(None, description="Use only what lies before; default: the latest network's")
    holidays: str | None = Field(None, description=_HOLIDAYS, examples=["us-groceries"])
    retrain: bool = Field(default=False, description="Train anew even if nothing changed")


class Forecast(Asked):
    """A forecast to make and keep."""

    horizon: int = Field(7, ge=1, le=14, description="How many days")
    origin: date | None = Field(None, description="The first of them; default: the model's cut-off")


class BackTest(Asked):
    """A comparison with what one would pick instead, on days of choice."""

    since: date = Field(description="The first day to forecast from", examples=["2017-10-01"])
    until: date = Field(description="The day after the last one", examples=["2017-10-29"])
    horizon: int = Field(7, ge=1, le=14, description="How many days to forecast")
    every: int = Field(3, ge=1, le=28, description="Forecast from every so many days")
    holidays: str | None = Field(None, description=_HOLIDAYS)
