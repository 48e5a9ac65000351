"""The funnel of a campaign: how many users viewed, put into a cart, ordered, bought, reviewed."""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.importing.runs.rules import standing_rules

STAGES = (
    "OPENED", "CLICKED", "SEARCHED", "VIEWED", "FAVOURED", "LIKED", "CARTED", "ORDERED", "PURCHASED",
    "REDEEMED", "PRAISED", "SHARED",
)  # fmt: skip
"""Types of behaviours in the usual order; other types come last."""


def in_stage_order(kinds: Iterable[str]) -> list[str]:
    """Return types of behaviours in the order of STAGES; other types come last, in the alphabet's."""
    return sorted(kinds, key=lambda kind: (STAGES.index(kind) if kind in STAGES else len(STAGES), kind))


@dataclass(frozen=True)
class FunnelStage:
    """The users who showed one kind of behaviour in a campaign's window.

    Attributes
    ----------
    behaviour
        The relationship type.
    counts
        Whether the kind counts as participation.
    users
        Number of users.
    of_previous
        Share of the users of the previous stage who are in this one too; None for the first stage.
    """

    behaviour: str
    counts: bool
    users: int
    of_previous: float | None


def campaign_funnel(graph: Graph, dataset: str, campaign: str) -> list[FunnelStage]:
    """Return the stages of an existing campaign that have users, in order.

    Up to the end of the data, they count participations, and behaviours of other kinds in the campaign's
    window: those of its target users with its products or coupons, or that name it, and all of them if it
    promotes no products; if it is open to all, those with it, its products or coupons. Observational: a
    stage is not shown to lead to the next.
    """
    others = standing_rules(graph, dataset).other_types
    data = describe_dataset(graph, dataset)
    end = data.moment(data.end_moment)
    rows = graph.run("campaigns/funnel", dataset=dataset, campaign=campaign, others=others, before=end)
    found = {kind for row in rows for kind in row["types"]}
    stages: list[FunnelStage] = []
    for kind in in_stage_order(found):
        users = sum(row["users"] for row in rows if kind in row["types"])
        share = None
        if stages:
            previous = stages[-1]
            both = sum(row["users"] for row in rows if {kind, previous.behaviour} <= {*row["types"]})
            share = both / previous.users
        stages.append(FunnelStage(kind, kind not in others, users, share))
    return stages
