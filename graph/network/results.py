"""Reads what network builds found, for whoever shows it."""

from datetime import date

from graph.connection import Graph, Row
from graph.datasets import describe_dataset
from graph.network.runs import Premise, RiskRatio

DRAWN_PER_KEY_USER = 8


def key_users(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """user, rank, score, low, high, centrality, group, participations, last, tags; at the run's cut-off."""
    return graph.run("campaigns/key_users", **_scope(graph, dataset, campaign, run))


def neighbour_groups(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """id, rank, name, size, participants, key_users; as of the run's cut-off."""
    return graph.run("campaigns/neighbour_groups", **_scope(graph, dataset, campaign, run))


def key_user_network(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """The strongest edges out of each key user, with what there is to draw of both ends."""
    return graph.run(
        "campaigns/key_user_network",
        **_scope(graph, dataset, campaign, run),
        per_user=DRAWN_PER_KEY_USER,
    )


def premise_said(premise: Premise) -> str:
    """The test of the premise in a few sentences."""
    return (
        f"In {premise.trials:,} cases, somebody took part and a user joined to them could still do so; "
        f"{premise.followed:,} did within {premise.window_days} days. "
        f"Compared with users who are alike but not joined to them: {_times(premise.matched)}; "
        f"with the same participations in another order: {_times(premise.shuffled)}; "
        f"with a random network: {_times(premise.random)}. "
        f"After a key user, compared with users who are alike: {_times(premise.key_users)}."
    )


def _times(ratio: RiskRatio | None) -> str:
    return f"{ratio} times as often" if ratio else "too little happened to tell"


def _scope(graph: Graph, dataset: str, campaign: str, run: str) -> Row:
    cutoff = date.fromisoformat(run.rpartition("/")[2])
    before = describe_dataset(graph, dataset).moment(cutoff)
    return {"dataset": dataset, "campaign": campaign, "run": run, "before": before}
