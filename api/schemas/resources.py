"""Schemas of campaigns, networks, imports and jobs."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from jobs.state import JobState
from network.verdict import Verdict


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str = Field(description="Version of Groundswell", examples=["0.1.0"])


class Ready(BaseModel):
    """The database answers."""

    status: Literal["ok"] = "ok"
    gds: str = Field(description="Version of Graph Data Science", examples=["2.13.9"])


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


class InfluenceStep(BaseModel):
    """One day of a campaign."""

    step: date
    participants: int
    redeemers: int
    purchases: int = Field(description="Participations by purchase")
    redemptions: int = Field(description="Participations by coupon")
    key_users: int = Field(description="Key users among the participants")
    exposed: int = Field(description="Users who have not taken part but have an active influencer")
    reach: float = Field(description="Sum of the influence probabilities on exposed users, decayed over time")
    level: float = Field(description="Influence level: participation weight plus reach")


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
    influence_verdict: Verdict = Field(
        description="Whether users follow each other in this data set: see /v1/networks"
    )
    users: list[DrawnUser]
    influences: list[DrawnInfluence] = Field(description="Strongest first")
    left_out: int = Field(description="Number of influences omitted because of `most`")


class KeyUser(BaseModel):
    """A user whose participation is expected to spread far."""

    user: str
    rank: int
    score: float = Field(description="Expected users that this user adds to the spread, including itself")
    low: float = Field(description="Lower end of the score's 95% interval")
    high: float = Field(description="Upper end of the interval")
    centrality: float = Field(description="PageRank on the reversed spreading network")
    group: int | None = Field(description="Rank of the user's neighbour group")
    participations: int = Field(description="Number of participations before the network's cut-off")
    last: date | None = Field(description="Day of the latest participation")
    tags: list[str]
    influence_verdict: Verdict = Field(
        description="Whether users follow each other in this data set: see /v1/networks"
    )


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
    users: list[int]


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


class KeyRole(BaseModel):
    """A campaign of which a user is a key user."""

    campaign: str
    rank: int
    score: float = Field(description="Expected users that this user adds to the spread, including itself")


class OwnGroup(BaseModel):
    """A neighbour group that a user belongs to."""

    id: str
    name: str
    campaigns: list[str] = Field(description="Campaigns that have this group, at most ten")


class Neighbourhood(BaseModel):
    """A user's position in the spreading network."""

    user: str
    network: str = Field(examples=["network/2017-11-27"])
    influence_verdict: Verdict = Field(
        description="Whether users follow each other in this data set: see /v1/networks"
    )
    influences: list[Neighbour] = Field(description="Strongest first")
    influenced_by: list[Neighbour] = Field(description="Strongest first")
    key_user_of: list[KeyRole]
    groups: list[OwnGroup]


class RiskRatio(BaseModel):
    """A risk ratio with its 95% interval."""

    ratio: float
    low: float
    high: float


class InfluenceTest(BaseModel):
    """A test of whether users take part because their neighbours did. Ratios are null if data is lacking."""

    verdict: Verdict
    summary: str = Field(description="The result in a few sentences")
    window_days: int = Field(description="Days within which a participation counts as following")
    trials: int = Field(
        description="Number of participations of a user with a neighbour who had not taken part"
    )
    followed: int = Field(description="Number of trials in which the neighbour followed within the window")
    matched_share: float = Field(description="Share of trials with a matched user who is not a neighbour")
    random: RiskRatio | None = Field(description="Compared with random networks of the same degrees")
    matched: RiskRatio | None = Field(
        description="Compared with equally active users of the same campaign who are not neighbours"
    )
    shuffled: RiskRatio | None = Field(description="Compared with the same participations at shuffled times")
    key_users: RiskRatio | None = Field(
        description="Followers of key users compared with those of matched users"
    )


class SimilarityValidation(BaseModel):
    """The AUC of similarity for later participation in the same campaigns; 0.5 is chance."""

    learned_auc: float = Field(description="AUC of the learned similarity")
    text_auc: float = Field(description="AUC of the similarity of tag texts")
    campaigns: int


class Network(BaseModel):
    """A spreading network built from the data before a cut-off."""

    id: str = Field(examples=["network/2017-11-27"])
    cutoff: date = Field(description="Only data before it was used")
    built: date = Field(
        description="The cut-off of the full build, and of its tags, similar users and influence test"
    )
    users: int
    similar_pairs: int
    ties: int = Field(description="Number of real ties; if there are any, influence follows them only")
    influences: int = Field(description="Number of edges with a probability")
    key_users: int = Field(description="Number over all campaigns")
    groups: int
    seconds: dict[str, float] = Field(description="Duration of each stage of the build")
    similarity_learned: bool = Field(
        description="Whether similarity was learned; if data is lacking, it is that of tag texts"
    )
    similarity_validation: SimilarityValidation | None = Field(
        description="Null if too few users took part together"
    )
    influence_test: InfluenceTest


class Import(BaseModel):
    """An import. When it has ended, read = loaded + rejected + unchanged."""

    id: str = Field(examples=["my-shop.1"])
    dataset: str = Field(examples=["my-shop"])
    state: str = Field(description="running, complete, stopped, failed, interrupted, undoing or undone")
    problem: str | None = Field(description="Why the import stopped or failed")
    source: str
    engine: str | None
    read: int
    loaded: int
    rejected: int
    unchanged: int
    started: str = Field(description="ISO 8601 time")
    finished: str | None = Field(description="ISO 8601 time")
    seconds: int = Field(description="Duration, so far if it is running")


class Outcome(BaseModel):
    """How many rows of a table an import into an empty database would load or reject."""

    read: int
    loaded: int
    rejected: int
    unchanged: int
    left_out: int = Field(description="Excluded by the mapping's filter")


class RejectedRow(BaseModel):
    """A row that cannot be loaded, with the reason."""

    file: str
    row: int
    column: str | None = Field(description="Null if the whole line is rejected")
    value: str
    reason: str


class ImportCheck(BaseModel):
    """The result of checking an import."""

    mapping: str = Field(description="The mapping that was sent, or one inferred from the files")
    tables: dict[str, Outcome]
    reasons: dict[str, int] = Field(description="Number of rejected rows by reason, most frequent first")
    examples: list[RejectedRow] = Field(description="The first twenty rejected rows")


class JobStage(BaseModel):
    """The current stage of a job and its progress."""

    stage: str = Field(examples=["Training 2 networks for 12 epochs"])
    done: int
    total: int | None = Field(description="Null if unknown")


class Job(BaseModel):
    """A long-running task, such as an import or a training."""

    id: str = Field(examples=["4f0c9a1b22de"])
    kind: str = Field(description="import, network, training, forecast or back-test")
    dataset: str
    arguments: dict[str, str | int | float | bool | None] = Field(description="Parameters of the request")
    state: JobState
    cancel_requested: bool = Field(description="Whether its cancellation was requested")
    attempts: int = Field(description="More than 1 if a worker stopped and the job was started again")
    progress: JobStage | None = Field(description="Null unless the job is running")
    problem: str | None = Field(description="Why the job failed")
    remedy: str | None = Field(description="How to fix it")
    result: dict[str, str] | None = Field(
        description="Ids of what the job created", examples=[{"model": "model/2017-11-27"}]
    )
    created_at: str = Field(description="ISO 8601 time")
    started_at: str | None = Field(description="ISO 8601 time")
    finished_at: str | None = Field(description="ISO 8601 time")
