"""Schemas of data sets and tags."""

from datetime import date

from pydantic import BaseModel, Field


class Dataset(BaseModel):
    """A data set of this database."""

    id: str = Field(examples=["complete-journey"])
    users: int
    campaigns: int
    first: date | None = Field(description="Day of the first behaviour; null until an import is complete")
    last: date | None = Field(description="Last day that the data covers to its end")
    last_reason: str | None = Field(description="Why that is not the day of the last behaviour, if it is not")
    zone: str | None = Field(description="Time zone of its days", examples=["America/New_York"])
    imported: str | None = Field(description="When the latest import ended (ISO 8601 time)")
    running: bool = Field(description="Whether an import, or its undo, is running")


class Tag(BaseModel):
    """A tag of users."""

    id: str
    kind: str | None
    text: str | None
    users: int = Field(description="Number of users with the tag")
    key_rank: int | None = Field(
        description="Rank among the key tags of all campaigns; null if it is not a key tag"
    )
    risk_ratio: float | None = Field(
        description="How many times as often users with the tag take part; null if it is not a key tag"
    )
