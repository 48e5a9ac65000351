"""What the API answers with."""

from datetime import date

from pydantic import BaseModel, Field


class Health(BaseModel):
    """Whether the database answers, and with what."""

    status: str = Field(examples=["ok"])
    gds: str = Field(description="Version of Graph Data Science", examples=["2.13.9"])


class Campaign(BaseModel):
    """A campaign and how far it has carried in the data."""

    id: str = Field(examples=["18"])
    name: str = Field(examples=["Campaign 18"])
    kind: str = Field(examples=["Type A"])
    starts: date = Field(description="First day")
    ends: date = Field(description="Last day")
    targeted: int = Field(description="Users it reached")
    participants: int = Field(description="Of those, users who took part")


class InfluenceStep(BaseModel):
    """One day of a campaign."""

    step: date
    participants: int
    redeemers: int
    purchases: int = Field(description="Participations by purchase")
    redemptions: int = Field(description="Participations by coupon")
    key_users: int = Field(description="Key users among the participants")
    exposed: int = Field(description="Users who have not taken part and have an active influencer")
    reach: float = Field(description="Probability-weighted reach into them, decayed over time")
    level: float = Field(description="Influence level: participation weight plus reach")


class KeyUser(BaseModel):
    """A user whose participation carries far."""

    user: str
    rank: int
    score: float = Field(description="Users it adds to the expected spread, itself included")
    centrality: float = Field(description="PageRank on the reversed spreading network")
    group: int | None = Field(description="Rank of its neighbour group")
    participations: int = Field(description="Before the network's cut-off")
    last: date | None = Field(description="Day of the latest of them")
    tags: list[str]


class NeighbourGroup(BaseModel):
    """The community around one or more key users."""

    id: str
    rank: int
    name: str = Field(description="The tags that set its members apart")
    size: int
    participants: int = Field(description="Members who took part before the network's cut-off")
    key_users: list[str]


class ForecastStep(BaseModel):
    """One forecast day, with its P10, P50 and P90."""

    step: date
    mean: float
    participants_p10: float
    participants_p50: float
    participants_p90: float
    level_p10: float
    level_p50: float
    level_p90: float


class Forecast(BaseModel):
    """A stored forecast."""

    campaign: str
    origin: date = Field(description="First forecast day; nothing at or after it was seen")
    model: str
    network: str
    steps: list[ForecastStep]


class Progress(BaseModel):
    """How far a job is in its present stage."""

    stage: str = Field(examples=["Loading behaviours"])
    done: int = Field(description="Rows (or other units) done")
    total: int | None = Field(description="Of how many")
    per_second: float
    seconds_left: float | None


class ImportJob(BaseModel):
    """An import job; read = loaded + rejected + unchanged once it has ended."""

    id: str = Field(examples=["my-shop.1"])
    dataset: str = Field(examples=["my-shop"])
    state: str = Field(description="running, complete, stopped, failed, interrupted, undoing or undone")
    problem: str | None = Field(description="Why it stopped or failed")
    source: str
    engine: str | None
    read: int
    loaded: int
    rejected: int
    unchanged: int
    started: str = Field(description="ISO moment")
    finished: str | None = Field(description="ISO moment")
    progress: Progress | None = Field(description="While it runs in this process")
