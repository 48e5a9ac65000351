"""Reads what network builds found, for whoever shows it."""

from datetime import date
from typing import Literal

from graph.connection import Graph, Row
from graph.datasets import describe_dataset
from graph.network.runs import NetworkRun

DRAWN_PER_KEY_USER = 8


def key_users(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """user, rank, score, centrality, group, participations, last, tags; as of the run's cut-off."""
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


def premise(run: NetworkRun) -> tuple[Literal["supported", "weak", "not supported"], str]:
    """Whether users follow their similar users here, and the sentence that says by how much.

    Supported: the risk ratio is at least 1.25 and a tenth above the placebo's. Not supported: it is
    not above the placebo's. Weak: anything between.
    """
    ratio, placebo = run.risk_ratio, run.placebo_risk_ratio
    if not ratio > placebo:
        verdict: Literal["supported", "weak", "not supported"] = "not supported"
    elif ratio >= 1.25 and ratio >= 1.1 * placebo:
        verdict = "supported"
    else:
        verdict = "weak"
    return verdict, (
        f"Within {run.window_days} days of a user's first participation, similar users follow "
        f"{ratio:.2f} times as often as the campaign's own pace explains; users matched at random "
        f"do so {placebo:.2f} times ({run.trials:,} cases)."
    )


def _scope(graph: Graph, dataset: str, campaign: str, run: str) -> Row:
    cutoff = date.fromisoformat(run.rpartition("/")[2])
    before = describe_dataset(graph, dataset).moment(cutoff)
    return {"dataset": dataset, "campaign": campaign, "run": run, "before": before}
