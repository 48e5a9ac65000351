"""Schemas of spreading networks and their influence tests."""

from datetime import date

from pydantic import BaseModel, Field

from network.verdict import Verdict


class RiskRatio(BaseModel):
    """A risk ratio with its 95% interval."""

    ratio: float
    low: float
    high: float


class InfluenceTest(BaseModel):
    """A test of whether users take part more often after a neighbour did. Ratios are null without data."""

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
