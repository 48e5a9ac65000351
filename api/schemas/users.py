"""Schemas of users and their position in the spreading network."""

from datetime import date

from pydantic import BaseModel, Field

from api.schemas.base import SCORE_DESCRIPTION, InfluenceVerdict


class BehaviourSummary(BaseModel):
    """A user's behaviours of one kind."""

    kind: str = Field(examples=["PURCHASED"])
    times: int
    value: float = Field(description="Total amount of money")
    first: date | None
    last: date | None


class UserTag(BaseModel):
    """A tag of a user."""

    tag: str
    text: str | None
    kind: str | None
    weight: float | None
    source: str | None = Field(description="`stated` (in the data) or `behaviour` (derived from behaviours)")


class UserCampaign(BaseModel):
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
    behaviours: list[BehaviourSummary] = Field(description="Most frequent first")
    tags: list[UserTag] = Field(description="Strongest first, at most fifty")
    campaigns: list[UserCampaign] = Field(description="Earliest first")


class Neighbour(BaseModel):
    """A user at the other end of an influence edge."""

    other: str = Field(description="The other user")
    probability: float = Field(
        description="Probability that the target follows, beyond the campaign's own rate"
    )
    low: float = Field(description="Lower end of the 95% interval")
    high: float = Field(description="Upper end of the interval")
    trials: int = Field(description="Number of observed opportunities")
    tags: list[str] = Field(description="The other user's strongest tags")


class KeyUserRole(BaseModel):
    """A campaign that has the user among its key users."""

    campaign: str
    rank: int
    score: float = Field(description=SCORE_DESCRIPTION)


class UserGroup(BaseModel):
    """A neighbour group that a user belongs to."""

    id: str
    name: str
    campaigns: list[str] = Field(description="Campaigns that have this group, at most ten")


class Neighbourhood(BaseModel):
    """A user's position in the spreading network."""

    user: str
    network: str = Field(examples=["network/2017-11-27"])
    influence_verdict: InfluenceVerdict
    influences: list[Neighbour] = Field(description="Strongest first")
    influenced_by: list[Neighbour] = Field(description="Strongest first")
    key_user_of: list[KeyUserRole]
    groups: list[UserGroup]


class ErasedUser(BaseModel):
    """A user who was erased."""

    user: str
    removed: dict[str, int] = Field(
        description="Number of removed items by type",
        examples=[{"user": 1, "PURCHASED": 412, "PARTICIPATED_IN": 31}],
    )
    remains: list[str] = Field(
        description="Where the user may still occur: places that the erasure does not reach",
        examples=[["Backups, and files that were exported or downloaded."]],
    )
