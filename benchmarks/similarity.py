"""Which users take part together later? Learned similarity, its parts, embeddings and a placebo.

Similarities use only data before a cut-off. In each campaign, users who first took part after it are
compared with negatives of the same activity who could have and never did. The alternatives are tag
text, each other block alone, their plain mean, a non-negative combination, FastRP and Node2Vec (GDS),
LightGCN (PyTorch Geometric), similarity learned from some of the blocks, and from blocks permuted
within activity. The measure is average precision at 10, with intervals by bootstrap over campaigns.
"""

import argparse
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.embeddings import fast_rp, light_gcn, node2vec
from benchmarks.mixture import mixed_vectors
from benchmarks.own_server import own_server
from benchmarks.placebo import permute_within_strata
from benchmarks.report import Row, ratio_interval, write
from cli.console import progress_bars
from graph.connection import Graph, connect
from graph.datasets import describe_dataset
from graph.importing.adapters import Prepared
from graph.importing.adapters.cascades import cascades
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.adapters.lastfm import lastfm
from graph.importing.job import import_prepared
from network.influence.matching_strata import matching_strata
from network.influence.trials import influence_window
from network.inputs import NetworkInputs, read_inputs
from network.participation_history import Floats, Ints
from network.similarity.build_similarity import TagFeatures
from network.similarity.features import Blocks, feature_blocks, item_embeddings
from network.similarity.learning import learned_vectors
from network.similarity.ranking_quality import ranking_quality
from network.similarity.training_pairs import Pairs, training_pairs
from network.tags.text_encoder import TextEncoder
from network.tags.user_tags import unit_rows

_SEEDS = 5
_TARGET = 1.1
_SEQUENCE = ("recent", "cooccurrence", "temporal")


class Split:
    """The inputs before a cut-off, and what happened after it."""

    def __init__(self, inputs: NetworkInputs, cutoff: date, encoder: TextEncoder) -> None:
        self.inputs = inputs.before(cutoff)
        self.earlier_inputs = self.inputs.before(self.inputs.middle())
        item_vectors = item_embeddings(self.earlier_inputs.interests)
        self.blocks, self.earlier_blocks = (
            feature_blocks(inputs, TagFeatures.of(inputs, encoder).text_vectors, item_vectors)
            for inputs in (self.inputs, self.earlier_inputs)
        )
        self.training_pairs = training_pairs(self.inputs.history, self.earlier_inputs.seconds, seed=7)
        self.test_pairs = [
            training_pairs(inputs.history, self.inputs.seconds, seed) for seed in range(_SEEDS)
        ]

    def learned(self, names: list[str], seed: int, shuffled: Blocks | None = None) -> Floats:
        """Similarity learned from the blocks `names`, as in a build."""
        earlier, blocks = (
            {name: blocks[name] for name in names}
            for blocks in (self.earlier_blocks, shuffled or self.blocks)
        )
        return learned_vectors(earlier, blocks, self.training_pairs, seed)

    def mixed(self, names: list[str]) -> Floats:
        """Similarity by a non-negative combination."""
        earlier, blocks = (
            {name: blocks[name] for name in names} for blocks in (self.earlier_blocks, self.blocks)
        )
        return mixed_vectors(earlier, blocks, self.training_pairs)

    def shuffled(self, seed: int) -> Blocks:
        """The blocks, permuted within activity."""
        other = self.others(seed)
        return {name: block[other] for name, block in self.blocks.items()}

    def others(self, seed: int) -> Ints:
        """For each user, another of the same activity."""
        history = self.inputs.history
        users = np.arange(len(history.users))
        strata = matching_strata(
            history, users, np.full(len(users), self.inputs.seconds), influence_window(history)
        )
        return permute_within_strata(strata, seed)


def compare(graph: Graph, name: str, inputs: NetworkInputs, cutoff: date, encoder: TextEncoder) -> list[Row]:
    """Compare learned similarity with every alternative on one data set."""
    split = Split(inputs, cutoff, encoder)
    names = [name for name, block in split.blocks.items() if block.any()]
    # Text as in the paper, or participations if no user has a tag.
    first = "text" if "text" in names else "participations"
    seeds = range(_SEEDS)
    learned = [split.learned(names, seed) for seed in seeds]
    alternatives: dict[str, list[Floats]] = {block: [split.blocks[block]] for block in (first, *names)}
    alternatives["mean of all blocks"] = [unit_rows(np.hstack([split.blocks[block] for block in names]))]
    alternatives["non-negative combination"] = [split.mixed(names)]
    alternatives["FastRP (GDS)"] = [fast_rp(graph, split.inputs, seed) for seed in seeds]
    alternatives["Node2Vec (GDS)"] = [node2vec(graph, split.inputs, seed) for seed in seeds]
    alternatives["LightGCN (PyG)"] = [light_gcn(split.inputs, seed) for seed in range(2)]
    alternatives[f"learned from {first} alone"] = [split.learned([first], seed) for seed in seeds]
    sequence = [block for block in names if block == first or block in _SEQUENCE]
    if len(sequence) > 1:
        alternatives[f"learned from {first} and sequence"] = [split.learned(sequence, seed) for seed in seeds]
    alternatives["placebo: permuted within activity"] = [
        split.learned(names, seed, split.shuffled(seed)) for seed in seeds
    ]
    learned_quality = _mean(learned, split.test_pairs)
    rows = []
    for alternative, vectors in alternatives.items():
        quality = _mean(vectors, split.test_pairs)
        low, high = ratio_interval(learned_quality["ap"].to_numpy(), quality["ap"].to_numpy())
        auc, other_auc = learned_quality["auc"].mean(), quality["auc"].mean()
        note = f"AUC {auc:.3f} against {other_auc:.3f}, {len(learned_quality)} campaigns"
        target = _TARGET if alternative == "text" else None
        means = float(learned_quality["ap"].mean()), float(quality["ap"].mean())
        what = f"{name}: average precision at 10"
        rows.append(Row(what, *means, alternative, "higher", target, low, high, note))
    return rows


def _mean(vectors: list[Floats], test_pairs: list[Pairs]) -> pd.DataFrame:
    qualities = [
        ranking_quality(vectors[number % len(vectors)], pairs) for number, pairs in enumerate(test_pairs)
    ]
    return pd.concat(qualities).groupby(level=0).mean()


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a sample of the Complete Journey alone")
    parser.add_argument("--names", type=Path, help="folder with tags.dat and artists.dat of Last.fm")
    parser.add_argument("--cascades", type=Path, help="folder with users.csv, ties.csv, participations.csv")
    given = parser.parse_args()
    rows: list[Row] = []
    with own_server() as settings:
        journey = complete_journey(settings.cache, households=1000 if given.quick else None)
        sources: list[tuple[str, Prepared, date | None]] = [("Complete Journey", journey, date(2017, 8, 1))]
        if not given.quick:
            sources.append(("Last.fm 2k", lastfm(settings.cache, names=given.names), date(2009, 7, 1)))
        if given.cascades:
            folder = cascades(settings.cache, given.cascades)
            sources.append((f"cascades {given.cascades.name}", folder, None))
        for name, prepared, cutoff in sources:
            with progress_bars() as progress, connect(settings) as graph:
                import_prepared(graph, settings, prepared, progress, "stream")
                dataset = describe_dataset(graph, prepared.mapping.dataset)
                inputs = read_inputs(graph, dataset, dataset.end)
                rows += compare(graph, name, inputs, cutoff or inputs.middle(), TextEncoder.of(settings))
    write("similarity", rows, quick=given.quick)


if __name__ == "__main__":
    main()
