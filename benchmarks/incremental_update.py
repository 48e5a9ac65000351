"""An incremental update of the network by one day, compared with a full build: time and differences.

Spread is that of the key users of at most twenty campaigns for which both selected new ones, on the
fully built network. The difference of probabilities is the mean over all edges of either network, 0
where an edge is missing.
"""

import time
from datetime import date, timedelta

import numpy as np
import pandas as pd

from benchmarks.report import Row
from benchmarks.two_sources import on_two_sources
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.progress import Silent
from network import queries
from network.build import build_network
from network.incremental_update import update_network
from network.runs import remove_network
from network.tags.text_encoder import TextEncoder
from network.what_if import CampaignReach

_DAYS = 30
_MAX_CAMPAIGNS = 20
_TOLERANCE = 0.01


def compare(graph: Graph, name: str, dataset: str, cutoff: date, encoder: TextEncoder) -> list[Row]:
    """Compare an update from `cutoff` to the day after with a full build at that day."""
    later, described = cutoff + timedelta(days=1), describe_dataset(graph, dataset)
    build_network(graph, dataset, Silent(), cutoff=cutoff, encoder=encoder)
    since, before = described.moment(cutoff), described.moment(later)
    rows = graph.frame("network/active_campaigns", dataset=dataset, since=since, before=before)
    active = rows["campaign"].tolist()

    def edges_and_seeds(run: str) -> tuple[pd.DataFrame, dict[str, list[str]]]:
        edges = graph.frame("influence/spreading_network", dataset=dataset, run=run)
        key_users = {campaign: queries.key_users(graph, dataset, campaign, run) for campaign in active}
        seeds = {campaign: [row["user"] for row in rows] for campaign, rows in key_users.items() if rows}
        return edges.set_index(["source", "target"])["probability"], seeds

    began = time.monotonic()
    updated = update_network(graph, dataset, Silent(), cutoff=later)
    update_seconds = time.monotonic() - began
    edges, seeds = edges_and_seeds(updated.id)
    remove_network(graph, dataset, later)
    began = time.monotonic()
    full = build_network(graph, dataset, Silent(), cutoff=later, encoder=encoder)
    build_seconds = time.monotonic() - began
    full_edges, full_seeds = edges_and_seeds(full.id)
    difference = float(edges.sub(full_edges, fill_value=0.0).abs().mean())
    shared = edges.index.intersection(full_edges.index)
    spreads = []
    for campaign in sorted(seeds.keys() & full_seeds.keys())[:_MAX_CAMPAIGNS]:
        reach = CampaignReach(graph, dataset, campaign, full, None)
        spreads.append([reach.spread(chosen[campaign], _DAYS).total.mean for chosen in (seeds, full_seeds)])
    spread, full_spread = np.sum(spreads, axis=0).tolist() if spreads else (np.nan, np.nan)
    method = "the same" if updated.similarity_learned == full.similarity_learned else "another"
    note = f"{len(active)} campaigns active that day, {len(shared):,} of {len(full_edges):,} edges in both"
    note += f", {method} similarity method"
    return [
        Row(
            f"{name}: update by one day, seconds",
            update_seconds,
            build_seconds,
            "full build",
            "lower",
            0.1,
            note=note,
        ),
        Row(f"{name}: spread of key users", spread, full_spread, "full build", "higher", 0.95),
        Row(f"{name}: difference of probabilities", difference, _TOLERANCE, "tolerance", "lower", 1.0),
    ]


if __name__ == "__main__":
    on_two_sources("incremental-update", __doc__, compare)
