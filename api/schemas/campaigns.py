"""Schemas of campaigns, their influence, key users and neighbour groups."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.base import SCORE_DESCRIPTION, InfluenceVerdict


class Campaign(BaseModel):
    """A campaign and its participants so far."""

    id: str = Field(examples=["18"])
    name: str = Field(examples=["Campaign 18"])
    kind: str | None = Field(examples=["Type A"])
    state: Literal["planned", "running", "ended"] = Field(description="At the end of the data")
    starts: date = Field(description="First day")
    ends: date = Field(description="Last day")
    targeted: int = Field(description="Number of users it reached")
    participants: int = Field(description="Number of users who took part")


class FunnelStage(BaseModel):
    """The users who showed one kind of behaviour in a campaign's window.

    Observational: a stage is not shown to lead to the next.
    """

    behaviour: str = Field(description="Kind of behaviour: its relationship type", examples=["CARTED"])
    counts: bool = Field(description="Whether it counts as participation")
    users: int
    of_previous: float | None = Field(
        description="Share of the users of the previous stage who are in this one too; null for the first"
    )


class InfluenceStep(BaseModel):
    """One observed day of a campaign."""

    step: date
    participants: int
    redeemers: int
    purchases: int = Field(description="Participations by purchase")
    redemptions: int = Field(description="Participations by coupon")
    key_users: int = Field(description="Key users among the participants")
    exposed: int = Field(description="Users who have not taken part and are exposed to recent participants")
    reach: float = Field(description="Sum of the influence probabilities on exposed users, decayed over time")
    level: float = Field(description="Influence level: participation weight plus reach")


class SeriesStep(BaseModel):
    """One observed day of a campaign, in Nixtla's long format."""

    unique_id: str = Field(description="The campaign", examples=["18"])
    ds: date
    y: int = Field(description="Number of users")


class GroupStep(BaseModel):
    """One day of a neighbour group."""

    step: date
    group: str | None = Field(description="Null for users in none of the campaign's groups")
    rank: int | None
    participants: int
    redeemers: int


class DrawnUser(BaseModel):
    """A node of a drawn network."""

    user: str
    rank: int | None = Field(description="Rank among the key users; null for other users")
    group: int | None = Field(description="Rank of the user's neighbour group")


class DrawnInfluence(BaseModel):
    """An edge of a drawn network."""

    source: str
    target: str
    probability: float


class CampaignNetwork(BaseModel):
    """The part of the spreading network around a campaign's key users."""

    network: str = Field(examples=["network/2017-11-27"])
    influence_verdict: InfluenceVerdict
    users: list[DrawnUser]
    influences: list[DrawnInfluence] = Field(description="Strongest first")
    left_out: int = Field(description="Number of influences omitted because of `most`")


class KeyUser(BaseModel):
    """A user whose participation is expected to spread furthest in a campaign."""

    user: str
    rank: int
    score: float = Field(description=SCORE_DESCRIPTION)
    low: float = Field(description="Lower end of the score's 95% interval")
    high: float = Field(description="Upper end of the interval")
    centrality: float = Field(description="PageRank on the reversed spreading network")
    group: int | None = Field(description="Rank of the user's neighbour group")
    participations: int = Field(description="Number of participations before the network's cut-off")
    last: date | None = Field(description="Day of the latest participation")
    tags: list[str]
    influence_verdict: InfluenceVerdict


class Factor(BaseModel):
    """How many times as often users with a feature take part as others of their community (95% interval).

    Observational: it does not show that the feature is the cause.
    """

    factor: str = Field(examples=["buys with discounts"])
    risk_ratio: float
    low: float = Field(description="The lower end of its 95% interval")
    high: float = Field(description="The upper end")


class GroupActivity(BaseModel):
    """Members with one kind of behaviour for the campaign, per step."""

    behaviour: str = Field(examples=["PURCHASED"])
    users: list[int | None] = Field(
        description="Null where the data does not cover the whole step; 0 means that nobody was active"
    )


class NeighbourGroup(BaseModel):
    """The community around one or more key users."""

    id: str
    rank: int
    name: str = Field(description="Tags that distinguish its members")
    size: int
    participants: int = Field(description="Number of members who took part before the network's cut-off")
    key_users: list[str]
    factors: list[Factor] = Field(description="Features that are associated with taking part, clearest first")
    step_days: int = Field(
        description="Length of a step of `activity` in days, from the campaign's first day on"
    )
    activity: list[GroupActivity]
