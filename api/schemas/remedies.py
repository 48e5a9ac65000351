"""Schemas of remedies."""

from typing import Any

from pydantic import BaseModel, Field


class Action(BaseModel):
    """An action that resolves a problem, for programs; the remedy states it as a request."""

    name: str = Field(description="The action", examples=["build network"])
    reason: str = Field(description="What it is for", examples=["Build one"])
    arguments: dict[str, Any] = Field(
        description="Its parameters", examples=[{"cutoff": "2017-11-27", "dataset": "complete-journey"}]
    )
