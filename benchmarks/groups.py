"""Neighbour groups by Leiden, label propagation, personalised PageRank and kNN balls on the same network.

Conductance is the share of the groups' weight that leaves them; lower is better. Stability is the
adjusted Rand index between two seeds (if there is a seed), and between the networks at the middle of
the data and at the cut-off. Predictive correlation is Spearman's rank correlation over groups, after
the cut-off, between the share of a group that took part in a campaign's first window and the share of
its other members who did later (mean over campaigns), compared with random groups.
"""

from collections.abc import Callable
from datetime import date

import numpy as np
from scipy import sparse
from scipy.stats import spearmanr
from sklearn.metrics import adjusted_rand_score

from benchmarks.report import Row
from benchmarks.two_sources import on_two_sources
from graph.connection import Graph
from graph.datasets import describe_dataset
from network.influence.probabilities import learn_influences
from network.influence.trials import influence_window
from network.inputs import NetworkInputs, read_inputs
from network.key_users import leading_users
from network.participation_history import Floats, Ints, ParticipationHistory
from network.projections import projection
from network.similarity.build_similarity import build_similarity
from network.tags.text_encoder import TextEncoder

_SEED = 7
_MIN_SIZE = 10
_MIN_GROUPS = 5
_RESTART = 0.15
_STEPS = 30

Labels = Callable[[int], Ints]
"""The group of each user by a seed; -1 for none."""


class Network:
    """The network of a data set at a cut-off."""

    def __init__(self, graph: Graph, dataset: str, inputs: NetworkInputs, encoder: TextEncoder) -> None:
        self.graph, self.history = graph, inputs.history
        similarity_graph = build_similarity(graph, dataset, inputs, encoder, _SEED)
        edges = learn_influences(similarity_graph.edges, inputs.history)[0]
        ends = [inputs.users.get_indexer(edges[side]) for side in ("source", "target")]
        count = len(inputs.users)
        one_way = sparse.csr_array((edges["probability"].to_numpy(float), ends), shape=(count, count))
        self.weights = sparse.csr_array(one_way + one_way.T)
        self.vectors = similarity_graph.similarity.vectors
        self.leading = leading_users(edges, inputs.history, _SEED)

    def methods(self) -> dict[str, Labels]:
        """The methods, Leiden first."""
        return {
            "Leiden": lambda seed: self._communities("gds/leiden", seed=seed),
            "label propagation": lambda _seed: self._communities("gds/label_propagation"),
            "personalised PageRank": lambda _seed: self._page_rank(),
            "kNN balls": lambda _seed: self._balls(),
        }

    def _communities(self, statement: str, **parameters: int) -> Ints:
        upper = sparse.triu(self.weights, k=1).tocoo()
        edges = [
            list(edge)
            for edge in zip(upper.row.tolist(), upper.col.tolist(), upper.data.tolist(), strict=True)
        ]
        labels = np.full(self.weights.shape[0], -1, dtype=np.int64)
        with projection(self.graph, "gds/project_undirected", edges=edges) as name:
            for row in self.graph.run(statement, graph=name, **parameters):
                labels[row["node"]] = row["community"]
        return labels

    def _page_rank(self) -> Ints:
        """Assign each user to the leading user with the highest personalised PageRank."""
        total = np.asarray(self.weights.sum(axis=1)).ravel()
        walk = sparse.diags_array(1 / np.maximum(total, 1e-12)) @ self.weights
        start = np.zeros((self.weights.shape[0], len(self.leading)))
        start[self.leading, np.arange(len(self.leading))] = 1.0
        rank = start
        for _ in range(_STEPS):
            rank = _RESTART * start + (1 - _RESTART) * (walk.T @ rank)
        labels = rank.argmax(axis=1).astype(np.int64)
        labels[rank.max(axis=1) <= 0] = -1
        return labels

    def _balls(self) -> Ints:
        """Assign each user to the most similar leading user among its nearest neighbours."""
        similarity = self.vectors @ self.vectors[self.leading].T
        size = max(_MIN_SIZE, len(similarity) // max(len(self.leading), 1))
        nearest = similarity >= np.sort(similarity, axis=0)[-size]
        labels = np.where(nearest, similarity, -np.inf).argmax(axis=1).astype(np.int64)
        labels[~nearest.any(axis=1)] = -1
        return labels

    def conductance(self, labels: Ints) -> float:
        """The share of the groups' weight that leaves them."""
        edges = self.weights.tocoo()
        grouped = labels[edges.row] >= 0
        out = grouped & (labels[edges.row] != labels[edges.col])
        return float(edges.data[out].sum() / edges.data[grouped].sum())


def predictive_correlation(history: ParticipationHistory, since: float, labels: Ints) -> list[float]:
    """The rank correlation in each campaign that continues after `since`."""
    window = influence_window(history)
    correlations = []
    for campaign in history.campaigns:
        later = campaign.times >= since
        if not later.any():
            continue
        start = float(campaign.times[later][0])
        early = campaign.users[later & (campaign.times < start + window)]
        rest = campaign.users[campaign.times >= start + window]
        at_risk = np.setdiff1d(history.could_take_part(campaign), campaign.users[~later])
        at_risk = at_risk[labels[at_risk] >= 0]
        count = int(labels.max()) + 1
        members = np.bincount(labels[at_risk], minlength=count)
        first = np.bincount(labels[np.intersect1d(early, at_risk)], minlength=count)
        then = np.bincount(labels[np.intersect1d(rest, at_risk)], minlength=count)
        large = (members >= _MIN_SIZE) & (members > first)
        x, y = first[large] / members[large], then[large] / (members - first)[large]
        if large.sum() >= _MIN_GROUPS and x.std() > 0 and y.std() > 0:
            correlations.append(float(spearmanr(x, y).statistic))
    return correlations


def _mean_interval(correlations: list[float]) -> tuple[float, float, float]:
    """The mean and its 95% interval by bootstrap; NaN without any campaign."""
    if not correlations:
        return np.nan, np.nan, np.nan
    values: Floats = np.array(correlations)
    means = values[np.random.default_rng(5).integers(len(values), size=(2000, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def compare(graph: Graph, name: str, dataset: str, cutoff: date, encoder: TextEncoder) -> list[Row]:
    """Compare Leiden's groups with the alternatives."""
    described = describe_dataset(graph, dataset)
    inputs = read_inputs(graph, described, described.end)
    before_cutoff = inputs.before(cutoff)
    network = Network(graph, dataset, before_cutoff, encoder)
    earlier = Network(graph, dataset, before_cutoff.before(before_cutoff.middle()), encoder)
    table: dict[str, dict[str, float]] = {}
    notes, methods, earlier_methods = {}, network.methods(), earlier.methods()
    for method, labels_of in methods.items():
        labels, earlier_labels = labels_of(_SEED), earlier_methods[method](_SEED)
        mean, low, high = _mean_interval(
            predictive_correlation(inputs.history, before_cutoff.seconds, labels)
        )
        shuffled = np.random.default_rng(3).permutation(labels)
        by_chance = _mean_interval(predictive_correlation(inputs.history, before_cutoff.seconds, shuffled))[0]
        both = (labels >= 0) & (earlier_labels >= 0)
        table[method] = {
            "conductance": network.conductance(labels),
            "stability over time": adjusted_rand_score(labels[both], earlier_labels[both]),
            "predictive correlation": mean,
        }
        large = np.count_nonzero(np.bincount(labels[labels >= 0]) >= _MIN_SIZE)
        notes[method] = f"{large} groups, [{low:.2f}, {high:.2f}], by chance {by_chance:.2f}"
    first = next(iter(methods))
    rows = []
    for measure in table[first]:
        for method in list(table)[1:]:
            values = table[first][measure], table[method][measure]
            if not np.isfinite(values).all():
                continue  # Too few groups of some size to rank.
            note = (
                f"{first}: {notes[first]}; {method}: {notes[method]}"
                if measure == "predictive correlation"
                else ""
            )
            better = "lower" if measure == "conductance" else "higher"
            rows.append(Row(f"{name}: {measure} of groups by {first}", *values, method, better, note=note))
    seeds = adjusted_rand_score(methods[first](_SEED), methods[first](_SEED + 1))
    rows.append(Row(f"{name}: stability over seeds of groups by {first}", seeds, 1.0, "identical", "higher"))
    return rows


if __name__ == "__main__":
    on_two_sources("groups", __doc__, compare)
