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
_MOST = 20
_APART = 0.01


def compare(graph: Graph, name: str, dataset: str, cutoff: date, encoder: TextEncoder) -> list[Row]:
    """Compare an update from `cutoff` to the day after with a full build at that day."""
    later, described = cutoff + timedelta(days=1), describe_dataset(graph, dataset)
    build_network(graph, dataset, Silent(), cutoff=cutoff, encoder=encoder)
    since, before = described.moment(cutoff), described.moment(later)
    rows = graph.frame("network/active_campaigns", dataset=dataset, since=since, before=before)
    active = rows["campaign"].tolist()

    def edges_and_seeds(run: str) -> tuple[pd.DataFrame, dict[str, list[str]]]:
        edges = graph.frame("influence/spreading_network", dataset=dataset, run=run)
        users = {one: queries.key_users(graph, dataset, one, run) for one in active}
        seeds = {one: [row["user"] for row in chosen] for one, chosen in users.items() if chosen}
        return edges.set_index(["source", "target"])["probability"], seeds

    began = time.monotonic()
    updated = update_network(graph, dataset, Silent(), cutoff=later)
    updating = time.monotonic() - began
    edges, seeds = edges_and_seeds(updated.id)
    remove_network(graph, dataset, later)
    began = time.monotonic()
    full = build_network(graph, dataset, Silent(), cutoff=later, encoder=encoder)
    building = time.monotonic() - began
    expected, best = edges_and_seeds(full.id)
    apart = float(edges.sub(expected, fill_value=0.0).abs().mean())
    both = edges.index.intersection(expected.index)
    reached = []
    for campaign in sorted(seeds.keys() & best.keys())[:_MOST]:
        reach = CampaignReach(graph, dataset, campaign, full, None)
        reached.append([reach.spread(chosen[campaign], _DAYS).total.mean for chosen in (seeds, best)])
    spread, full_spread = np.sum(reached, axis=0).tolist() if reached else (np.nan, np.nan)
    method = "the same" if updated.similarity_learned == full.similarity_learned else "another"
    note = f"{len(active)} campaigns active that day, {len(both):,} of {len(expected):,} edges in both"
    note += f", {method} similarity method"
    return [
        Row(f"{name}: update by one day, seconds", updating, building, "full build", "lower", 0.1, note=note),
        Row(f"{name}: spread of key users", spread, full_spread, "full build", "higher", 0.95),
        Row(f"{name}: difference of probabilities", apart, _APART, "tolerance", "lower", 1.0),
    ]


if __name__ == "__main__":
    on_two_sources("incremental-update", __doc__, compare)
