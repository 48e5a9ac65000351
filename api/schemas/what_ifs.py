"""Schemas of what-if analyses."""

from pydantic import BaseModel, Field

from api.schemas.base import InfluenceVerdict


class Seed(BaseModel):
    """A seed user; without scores if the request named it."""

    user: str
    rank: int | None = None
    score: float | None = Field(
        default=None, description="Expected users that this seed adds to those reached by the seeds before it"
    )
    low: float | None = Field(
        default=None, description="Lower end of the score's 95% interval: simulation only"
    )
    high: float | None = None


class SpreadDay(BaseModel):
    """Users reached by the end of a day, including seeds."""

    day: int
    mean: float
    p10: float
    p90: float


class SpreadTotal(BaseModel):
    """Users reached in total: the mean, its 95% interval (low, high), and P10 and P90 over simulations.

    Both contain only the randomness of the simulation, not the uncertainty of the influence probabilities.
    """

    mean: float
    low: float
    high: float
    p10: float
    p90: float


class WhatIfResponse(BaseModel):
    """How many users the seeds reach in a simulation on the spreading network."""

    network: str
    influence_verdict: InfluenceVerdict
    seeds: list[Seed]
    days: list[SpreadDay]
    total: SpreadTotal
