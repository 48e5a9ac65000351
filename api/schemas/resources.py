"""What the API answers with."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from jobs.queue import JobState
from network.runs import Verdict


class Health(BaseModel):
    """This process answers."""

    status: Literal["ok"] = "ok"
    version: str = Field(description="Of Groundswell", examples=["0.1.0"])


class Ready(BaseModel):
    """The database answers."""

    status: Literal["ok"] = "ok"
    gds: str = Field(description="Version of Graph Data Science", examples=["2.13.9"])


class Campaign(BaseModel):
    """A campaign and how far it has carried in the data."""

    id: str = Field(examples=["18"])
    name: str = Field(examples=["Campaign 18"])
    kind: str | None = Field(examples=["Type A"])
    state: Literal["planned", "running", "ended"] = Field(description="By the end of the data")
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


class GroupStep(BaseModel):
    """One day of a neighbour group."""

    step: date
    group: str | None = Field(description="Null for users of no group of the campaign")
    rank: int | None
    participants: int
    redeemers: int


class DrawnUser(BaseModel):
    """A node of a drawing."""

    user: str
    rank: int | None = Field(description="Among the key users; null for others")
    group: int | None = Field(description="Rank of its neighbour group")


class DrawnInfluence(BaseModel):
    """An edge of a drawing."""

    source: str
    target: str
    probability: float


class CampaignNetwork(BaseModel):
    """A bounded part of the spreading network, to be drawn."""

    network: str = Field(examples=["network/2017-11-27"])
    influence_verdict: Verdict = Field(
        description="Whether users follow each other in this data set: see /v1/networks"
    )
    users: list[DrawnUser]
    influences: list[DrawnInfluence] = Field(description="The strongest first")
    left_out: int = Field(description="Influences beyond the most that were asked for")


class KeyUser(BaseModel):
    """A user whose participation carries far."""

    user: str
    rank: int
    score: float = Field(description="Users it adds to the expected spread, itself included")
    low: float = Field(description="The lower end of the 95% interval of the score")
    high: float = Field(description="The upper end")
    centrality: float = Field(description="PageRank on the reversed spreading network")
    group: int | None = Field(description="Rank of its neighbour group")
    participations: int = Field(description="Before the network's cut-off")
    last: date | None = Field(description="Day of the latest of them")
    tags: list[str]
    influence_verdict: Verdict = Field(
        description="Whether users follow each other in this data set: see /v1/networks"
    )


class Factor(BaseModel):
    """How many times as often users with it take part as others of their community, with a 95% interval.

    An association, not an effect that was tried.
    """

    factor: str = Field(examples=["buys with discounts"])
    times: float
    low: float
    high: float


class GroupActivity(BaseModel):
    """Members who did one thing for the campaign, step by step."""

    behaviour: str = Field(examples=["PURCHASED"])
    users: list[int]


class NeighbourGroup(BaseModel):
    """The community around one or more key users."""

    id: str
    rank: int
    name: str = Field(description="The tags that set its members apart")
    size: int
    participants: int = Field(description="Members who took part before the network's cut-off")
    key_users: list[str]
    factors: list[Factor] = Field(
        description="What goes with taking part in its community, the clearest first"
    )
    step_days: int = Field(description="Days of a step of `activity`, from the campaign's first day")
    activity: list[GroupActivity]


class Neighbour(BaseModel):
    """The other end of an influence."""

    other: str = Field(description="The other user")
    probability: float = Field(description="Of following, beyond the campaign's pace")
    low: float = Field(description="The lower end of its 95% interval")
    high: float = Field(description="The upper end")
    trials: int = Field(description="How often it could be seen")
    tags: list[str] = Field(description="The other user's strongest")


class KeyRole(BaseModel):
    """A campaign of which a user is a key user."""

    campaign: str
    rank: int
    score: float = Field(description="Users it adds to the expected spread, itself included")


class OwnGroup(BaseModel):
    """A neighbour group that a user stands in."""

    id: str
    name: str
    campaigns: list[str] = Field(description="Of which campaigns it is, ten at most")


class Neighbourhood(BaseModel):
    """A user in the spreading network."""

    user: str
    network: str = Field(examples=["network/2017-11-27"])
    influence_verdict: Verdict = Field(
        description="Whether users follow each other in this data set: see /v1/networks"
    )
    influences: list[Neighbour] = Field(description="The strongest first")
    influenced_by: list[Neighbour] = Field(description="The strongest first")
    key_user_of: list[KeyRole]
    groups: list[OwnGroup]


class RiskRatio(BaseModel):
    """How many times as often as in a world without influence, with its 95% interval."""

    ratio: float
    low: float
    high: float


class InfluenceTest(BaseModel):
    """Whether users take part because those around them just did. Too little to tell is null."""

    verdict: Verdict
    summary: str = Field(description="The test in a few sentences")
    window_days: int = Field(description="Within which following counts")
    trials: int = Field(description="Somebody took part, and a user joined to them could still do so")
    followed: int = Field(description="Of these, who did within the window")
    matched_share: float = Field(description="Of the trials, those with a user alike but not joined")
    random: RiskRatio | None = Field(description="Against a random network of the same degrees")
    matched: RiskRatio | None = Field(
        description="Against users as active, reached by the same campaign, not joined"
    )
    shuffled: RiskRatio | None = Field(
        description="Against the same participations with their times dealt anew"
    )
    key_users: RiskRatio | None = Field(description="After a key user, against users who are alike")


class SimilarityValidation(BaseModel):
    """AUC: how often, of users who took part together later and comparable users who did not, the former were
    the more similar; half by chance.
    """

    learned_auc: float = Field(description="By learned similarity")
    text_auc: float = Field(description="By the texts of their tags alone")
    campaigns: int


class Network(BaseModel):
    """A spreading network as of a cut-off."""

    id: str = Field(examples=["network/2017-11-27"])
    cutoff: date = Field(description="Nothing at or after it was seen")
    built: date = Field(
        description="The cut-off of the full build, and of its tags, similar users and influence test"
    )
    users: int
    similar_pairs: int
    ties: int = Field(description="Real ties of the data set; where there are any, influence goes along them")
    influences: int = Field(description="Edges with a probability")
    key_users: int = Field(description="Over all campaigns")
    groups: int
    seconds: dict[str, float] = Field(description="What each stage of the build took")
    similarity_learned: bool = Field(description="Else, for want of evidence, that of the tags' texts")
    similarity_validation: SimilarityValidation | None = Field(
        description="Null where too few took part together to tell"
    )
    influence_test: InfluenceTest


class Import(BaseModel):
    """An import; read = loaded + rejected + unchanged once it has ended."""

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
    seconds: int = Field(description="It took, or takes so far")


class Outcome(BaseModel):
    """What would become of a table's rows in an empty database."""

    read: int
    loaded: int
    rejected: int
    unchanged: int
    left_out: int = Field(description="Which the mapping's filter does not want")


class RejectedRow(BaseModel):
    """A row that cannot be loaded, and why."""

    file: str
    row: int
    column: str | None = Field(description="Null where the whole line is meant")
    value: str
    reason: str


class ImportCheck(BaseModel):
    """What an import would do."""

    mapping: str = Field(description="As it was sent, or sketched from the files")
    tables: dict[str, Outcome]
    reasons: dict[str, int] = Field(description="Rejected rows by reason, the most frequent first")
    examples: list[RejectedRow] = Field(description="The first twenty")


class JobStage(BaseModel):
    """What a job is doing, and how far it is in it."""

    stage: str = Field(examples=["Training 2 networks for 12 epochs"])
    done: int
    total: int | None = Field(description="Null where it is not known beforehand")


class Job(BaseModel):
    """Long work that was asked for."""

    id: str = Field(examples=["4f0c9a1b22de"])
    kind: str = Field(description="import, network, training, forecast or back-test")
    dataset: str
    arguments: dict[str, str | int | float | bool | None] = Field(description="What was asked for")
    state: JobState
    cancel_requested: bool = Field(description="It is to end, or was ended")
    attempts: int = Field(description="More than 1: whoever worked on it was gone, and it was begun anew")
    progress: JobStage | None = Field(description="While it runs")
    problem: str | None = Field(description="Why it failed")
    remedy: str | None = Field(description="What to do then")
    result: dict[str, str] | None = Field(
        description="What it made", examples=[{"model": "model/2017-11-27"}]
    )
    created_at: str = Field(description="ISO moment")
    started_at: str | None = Field(description="ISO moment")
    finished_at: str | None = Field(description="ISO moment")
