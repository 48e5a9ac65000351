"""Writes the results that full builds and incremental updates have in common."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from graph.connection import Graph
from graph.datasets import Dataset

_TARGETS_PER_KEY_USER = 8


def write_influences(graph: Graph, dataset: str, run: str, edges: pd.DataFrame) -> None:
    """Write the edges of a network: columns source, target, probability, low, high, trials, similarity."""
    by_source = edges.groupby("source")[["target", "probability", "low", "high", "trials", "similarity"]]
    rows = [{"source": source, "edges": rows_as_lists(part)} for source, part in by_source]
    graph.run("network/write_influences", dataset=dataset, run=run, rows=rows)


def write_campaigns(
    graph: Graph,
    dataset: Dataset,
    run: str,
    day: date,
    campaigns: Sequence[str],
    key_users: pd.DataFrame,
    groups: pd.DataFrame,
) -> None:
    """Write key users and neighbour groups, and their summaries up to `day`.

    Parameters
    ----------
    campaigns
        The campaigns to summarise.
    key_users
        Columns campaign, user, rank, score, low, high, centrality.
    groups
        Columns id, campaigns, name, rank, members, factors, risk_ratio, low, high.
    """
    scope = {"dataset": dataset.id, "run": run}
    graph.run("network/write_key_users", **scope, rows=key_users.to_dict("records"))
    graph.run("network/write_groups", **scope, rows=groups.to_dict("records"))
    persist_summaries(graph, dataset.id, run, dataset.moment(day), campaigns)


def persist_summaries(graph: Graph, dataset: str, run: str, before: str, campaigns: Sequence[str]) -> None:
    """Store summaries on key users and groups, so that the API reads them without computing anything.

    Parameters
    ----------
    before
        The moment before which participations count.
    campaigns
        The campaigns to summarise.
    """
    scope = {"dataset": dataset, "run": run, "before": before, "campaigns": list(campaigns)}
    graph.run("network/summarise_key_users", **scope)
    graph.run("network/summarise_targets", **scope, per_user=_TARGETS_PER_KEY_USER)
    graph.run("network/summarise_groups", **scope)
    graph.run("network/summarise_group_activity", **scope)


def rows_as_lists(frame: pd.DataFrame) -> list[list[object]]:
    """The rows of a frame as lists of Python objects."""
    return [list(row) for row in zip(*(frame[column].tolist() for column in frame), strict=True)]
