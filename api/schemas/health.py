"""Schemas of health and readiness."""

from typing import Literal

from pydantic import BaseModel, Field


class Health(BaseModel):
    """The server process is running."""

    status: Literal["ok"] = "ok"
    version: str = Field(description="Version of Groundswell", examples=["0.1.0"])


class Ready(BaseModel):
    """The database and Graph Data Science respond."""

    status: Literal["ok"] = "ok"
    gds: str = Field(description="Version of Graph Data Science", examples=["2.13.9"])
