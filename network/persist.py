"""Writes the results of a network run that a full build and a carried-on network have in common."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from graph.connection import Graph
from graph.datasets import Dataset

_DRAWN_PER_KEY_USER = 8


def write_influences(graph: Graph, dataset: str, run: str, edges: pd.DataFrame) -> None:
    """`edges` has source, target, probability, low, high, trials, similarity."""
    grouped = edges.groupby("source")[["target", "probability", "low", "high", "trials", "similarity"]]
    rows = [{"source": source, "edges": lists_of(part)} for source, part in grouped]
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
    """Key users and groups of `campaigns`, and beside them what is asked for with them as of `day`: the API
    looks up, it does not compute.
    """
    scope = {"dataset": dataset.id, "run": run}
    graph.run("network/write_key_users", **scope, rows=key_users.to_dict("records"))
    graph.run("network/write_groups", **scope, rows=groups.to_dict("records"))
    persist_summaries(graph, dataset.id, run, dataset.moment(day), campaigns)


def persist_summaries(graph: Graph, dataset: str, run: str, before: str, campaigns: Sequence[str]) -> None:
    """Keep what is asked for beside the key users and groups of `campaigns`, as of the moment `before`."""
    scope = {"dataset": dataset, "run": run, "before": before, "campaigns": list(campaigns)}
    graph.run("network/summarise_key_users", **scope)
    graph.run("network/summarise_targets", **scope, per_user=_DRAWN_PER_KEY_USER)
    graph.run("network/summarise_groups", **scope)
    graph.run("network/summarise_group_activity", **scope)


def lists_of(frame: pd.DataFrame) -> list[list[object]]:
    """Its rows, as lists."""
    return [list(row) for row in zip(*(frame[column].tolist() for column in frame), strict=True)]
