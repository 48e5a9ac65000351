"""Builds the spreading network of a data set as of a cut-off and writes it back with its Run."""

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset
from graph.network import projections
from graph.network.following import Edges, trials_of, window_of
from graph.network.influences import influence_probabilities
from graph.network.key_tags import rank_key_tags
from graph.network.key_users import leading_users, select_key_users
from graph.network.neighbour_groups import form_groups
from graph.network.past import DAY, Past
from graph.network.premise import check_premise
from graph.network.records import read_records
from graph.network.runs import NetworkRun, Premise, networks
from graph.network.snapshot import Snapshot, take_snapshot
from graph.network.text import TextEncoder
from graph.progress import Progress

_FORMAT = "3"  # Another way to build from the same data must give another fingerprint.
_SEED = 7
_STAGES = 7
_DELAYS = 20


def build_network(
    graph: Graph,
    dataset_id: str,
    progress: Progress,
    *,
    cutoff: date | None = None,
    text_model: Path | None = None,
    rebuild: bool = False,
) -> NetworkRun:
    """Build the network from what lies before `cutoff` (default: everything).

    A network that was built from the same data in the same way is returned as it is, unless
    `rebuild`. Raises NotFound (no such data set), InvalidRequest (a cut-off outside the data) and
    GdsMissing.
    """
    dataset = describe_dataset(graph, dataset_id)
    cutoff = dataset.check_cutoff(cutoff or dataset.now)
    graph.gds_version()
    run = f"network/{cutoff}"
    fingerprint = hashlib.sha256(f"{_FORMAT} {dataset.import_id} {text_model} {_SEED}".encode()).hexdigest()[
        :16
    ]
    if not rebuild:
        for known in networks(graph, dataset_id):
            if known.id == run and known.fingerprint == fingerprint:
                return known
    graph.run("network/begin_run", dataset=dataset_id, run=run, cutoff=str(cutoff), fingerprint=fingerprint)
    graph.run("network/clear_run", dataset=dataset_id, run=run)
    figures = _Build(graph, dataset, run, cutoff, TextEncoder(text_model), progress).run_all()
    graph.run("network/finish_run", dataset=dataset_id, run=run, figures=figures)
    return next(known for known in networks(graph, dataset_id) if known.id == run)


class _Build:
    """One build: each link of the chain reads what the one before it made."""

    def __init__(
        self,
        graph: Graph,
        dataset: Dataset,
        run: str,
        cutoff: date,
        encoder: TextEncoder,
        progress: Progress,
    ) -> None:
        self.graph, self.dataset, self.run, self.encoder = graph, dataset, run, encoder
        self.advance = progress.stage(f"Building the spreading network as of {cutoff}", _STAGES)
        self.records = read_records(graph, dataset, cutoff)
        self.past = self.records.past
        self.advance(1)

    def run_all(self) -> Row:
        """The whole chain; returns the figures of the run."""
        premise = self._premise()
        self.advance(1)
        now = take_snapshot(self.graph, self.dataset, self.records, self.encoder, _SEED)
        self.advance(1)
        self._write_snapshot(now)
        self.advance(1)
        edges, delays = influences_of(now, self.past)
        self._write_influences(edges)
        self.advance(1)
        centrality = projections.reversed_page_rank(self.graph, self.dataset.id, self.run)
        key_users = select_key_users(edges, self.past, centrality, _SEED)
        self._write("network/write_key_users", key_users.to_dict("records"))
        self.advance(1)
        communities = projections.leiden_communities(self.graph, self.dataset.id, self.run, _SEED)
        # A user outside the network is a community of one.
        users = self.records.users
        loners = pd.Series({u: -1 - i for i, u in enumerate(users.difference(communities.index))})
        groups = form_groups(pd.concat([communities, loners]), self.past, key_users, now.user_tags, self.run)
        self._write("network/write_groups", groups.to_dict("records"))
        self.advance(1)
        return {
            **premise.figures(),
            "users": len(users),
            "similar_pairs": len(now.similar),
            "ties": len(self.records.ties),
            "influences": len(edges),
            "key_users": len(key_users),
            "groups": len(groups),
            "delays": delays,
        }

    def _premise(self) -> Premise:
        """Of the network as it would have been built in the middle of the data, on what came then."""
        middle = self.records.middle()
        earlier = self.records.before(middle)
        then = take_snapshot(self.graph, self.dataset, earlier, self.encoder, _SEED)
        users, past = self.records.users, earlier.past
        leading = leading_users(influences_of(then, past)[0], past, _SEED)
        sources, targets = (users.get_indexer(then.edges[side]) for side in ("source", "target"))
        return check_premise(self.past, sources, targets, leading, _SEED, since=earlier.seconds)

    def _write(self, statement: str, rows: list[Row]) -> None:
        self.graph.run(statement, dataset=self.dataset.id, run=self.run, rows=rows)

    def _write_snapshot(self, now: Snapshot) -> None:
        tags, vectors = now.tags, now.vectors
        kinds = [tag.partition(":")[0] for tag in tags.tags]
        rows = zip(tags.tags, kinds, tags.texts, vectors.tolist(), strict=True)
        self.graph.run(
            "network/write_tags",
            dataset=self.dataset.id,
            rows=[dict(zip(("tag", "kind", "text", "vector"), row, strict=True)) for row in rows],
        )
        shown = now.user_tags[now.user_tags["source"] == "behaviour"][["user", "tag", "weight"]]
        self._write("network/write_behaviour_tags", shown.to_dict("records"))
        self._write("network/write_key_tags", rank_key_tags(tags, now.strengths).to_dict("records"))
        self._write(
            "network/write_similarities",
            [{"user": user, "others": _lists(part)}
             for user, part in now.similar.groupby("user")[["other", "score"]]],
        )  # fmt: skip

    def _write_influences(self, edges: pd.DataFrame) -> None:
        grouped = edges.groupby("source")[["target", "probability", "trials"]]
        self._write(
            "network/write_influences",
            [{"source": source, "edges": _lists(part)} for source, part in grouped],
        )


def influences_of(snapshot: Snapshot, past: Past) -> tuple[pd.DataFrame, list[float]]:
    """source, target, probability, trials of every edge that carries anything; and how many days followers
    took: evenly spaced quantiles.
    """
    edges = snapshot.edges
    sources, targets = (past.users.get_indexer(edges[side]) for side in ("source", "target"))
    order = np.lexsort((targets, sources))
    edges, sources, targets = edges.iloc[order], sources[order], targets[order]
    window = window_of(past)
    trials = trials_of(past, Edges.of(len(past.users), sources, targets), window)
    probability, count = influence_probabilities(trials, edges["score"].to_numpy(float))
    found = edges[["source", "target"]].assign(probability=probability, trials=count.astype(int))
    even = (np.arange(_DELAYS) + 0.5) / _DELAYS
    seen = trials.delay[trials.success > 0]
    delays = np.quantile(seen, even) if len(seen) else even * window
    return found[found["probability"] > 0], (delays / DAY).round(3).tolist()


def _lists(frame: pd.DataFrame) -> list[list[object]]:
    return [list(row) for row in zip(*(frame[column].tolist() for column in frame), strict=True)]
