"""Schemas of data sets, users and tags."""

from datetime import date

from pydantic import BaseModel, Field


class Dataset(BaseModel):
    """A data set of this database."""

    id: str = Field(examples=["complete-journey"])
    users: int
    campaigns: int
    first: date | None = Field(description="Day of the first behaviour; null until an import is complete")
    last: date | None = Field(description="Day of the last behaviour")
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


class Habit(BaseModel):
    """A user's behaviours of one kind."""

    kind: str = Field(examples=["PURCHASED"])
    times: int
    value: float = Field(description="Total amount of money")
    first: date | None
    last: date | None


class OwnTag(BaseModel):
    """A tag of a user."""

    tag: str
    text: str | None
    kind: str | None
    weight: float | None
    source: str | None = Field(description="`stated` (in the data) or `behaviour` (derived from behaviours)")


class OwnCampaign(BaseModel):
    """A campaign that reached the user, or in which the user took part."""

    campaign: str
    name: str
    reached: bool
    participations: int
    first: date | None
    last: date | None


class Profile(BaseModel):
    """Everything stored about a user."""

    user: str
    name: str | None
    attributes: dict[str, str | int | float | bool]
    behaviours: list[Habit] = Field(description="Most frequent first")
    tags: list[OwnTag] = Field(description="Strongest first, at most fifty")
    campaigns: list[OwnCampaign] = Field(description="Earliest first")


class Erased(BaseModel):
    """A user who was erased."""

    user: str
    removed: dict[str, int] = Field(
        description="Number of removed items by type",
        examples=[{"user": 1, "PURCHASED": 412, "PARTICIPATED_IN": 31}],
    )
