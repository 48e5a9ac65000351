"""People and what is said of them, as the API tells it."""

from datetime import date

from pydantic import BaseModel, Field


class Dataset(BaseModel):
    """A data set of this database."""

    id: str = Field(examples=["complete-journey"])
    users: int
    campaigns: int
    first: date | None = Field(description="Of its first behaviour; null until an import is complete")
    last: date | None = Field(description="Of its last one")
    zone: str | None = Field(description="Where its days begin", examples=["America/New_York"])
    imported: str | None = Field(description="When an import last ended (ISO moment)")
    running: bool = Field(description="An import, or its undoing, is under way")


class Tag(BaseModel):
    """What is said of users."""

    id: str
    kind: str | None
    text: str | None
    users: int = Field(description="Who have it")
    key_rank: int | None = Field(description="Among the key tags of all campaigns; null where it is none")
    lift: float | None = Field(description="Times as often users with it take part; null where it is none")


class Habit(BaseModel):
    """What a user did so far."""

    kind: str = Field(examples=["PURCHASED"])
    times: int
    value: float = Field(description="Money")
    first: date | None
    last: date | None


class OwnTag(BaseModel):
    """A tag of a user."""

    tag: str
    text: str | None
    kind: str | None
    weight: float | None
    source: str | None = Field(description="stated (by the data) or behaviour (derived)")


class OwnCampaign(BaseModel):
    """A campaign that reached a user, or that it took part in."""

    campaign: str
    name: str
    reached: bool
    participations: int
    first: date | None
    last: date | None


class Profile(BaseModel):
    """What is known of a user."""

    user: str
    name: str | None
    attributes: dict[str, str | int | float | bool]
    behaviours: list[Habit] = Field(description="The most frequent first")
    tags: list[OwnTag] = Field(description="The strongest first, fifty at most")
    campaigns: list[OwnCampaign] = Field(description="The earliest first")


class Erased(BaseModel):
    """A user of whom nothing is known any more."""

    user: str
    removed: dict[str, int] = Field(
        description="How many of what", examples=[{"user": 1, "PURCHASED": 412, "PARTICIPATED_IN": 31}]
    )
