"""The type of time steps."""

from typing import Annotated, Literal

from pydantic import Field

StepName = Annotated[
    Literal["hour", "day", "week", "month"],
    Field(description="The time step in which participants are counted and forecast"),
]
