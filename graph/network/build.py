"""Builds the spreading network of a data set as of a cut-off and writes it back with its Run."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import numpy as np
import pandas as pd

from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset
from graph.network import projections
from graph.network.factors import stimulating_factors
from graph.network.following import Edges, trials_of, window_of
from graph.network.influences import influence_probabilities
from graph.network.key_tags import key_tags
from graph.network.key_users import leading_users, select_key_users
from graph.network.neighbour_groups import form_groups
from graph.network.past import DAY, Past
from graph.network.premise import check_premise
from graph.network.records import read_records
from graph.network.runs import Foresight, NetworkRun, Premise, networks
from graph.network.similarity.learning import foresight_of
from graph.network.snapshot import Snapshot, take_snapshot
from graph.network.text import TextEncoder
from graph.progress import Progress
from graph.schema import migrate

_FORMAT = "5"  # Another way to build from the same data must give another fingerprint.
_SEED = 7
_STAGES = 7
_DELAYS = 20
_FACTORS = 6
DRAWN_PER_KEY_USER = 8


def build_network(
    graph: Graph,
    dataset_id: str,
    progress: Progress,
    *,
    cutoff: date | None = None,
    encoder: TextEncoder | None = None,
    rebuild: bool = False,
) -> NetworkRun:
    """Build the network from what lies before `cutoff` (default: everything).

    A network that was built from the same data in the same way is returned as it is, unless
    `rebuild`. Raises NotFound (no such data set), InvalidRequest (a cut-off outside the data) and
    GdsMissing.
    """
    encoder = encoder or TextEncoder()
    dataset = describe_dataset(graph, dataset_id)
    cutoff = dataset.check_cutoff(cutoff or dataset.now)
    graph.gds_version()
    migrate(graph)
    run = f"network/{cutoff}"
    fingerprint = hashlib.sha256(
        f"{_FORMAT} {dataset.import_id} {encoder.identity} {_SEED}".encode()
    ).hexdigest()[:16]
    if not rebuild:
        for known in networks(graph, dataset_id):
            if known.id == run and known.fingerprint == fingerprint:
                return known
    graph.run("network/begin_run", dataset=dataset_id, run=run, cutoff=str(cutoff), fingerprint=fingerprint)
    graph.run("network/clear_run", dataset=dataset_id, run=run)
    figures = _Build(graph, dataset, run, cutoff, encoder, progress).run_all()
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
        self.seconds: dict[str, float] = {}
        self.key_tags: list[str] = []
        with self._stage("reading"):
            self.records = read_records(graph, dataset, cutoff)
            self.past = self.records.past

    def run_all(self) -> Row:
        """The whole chain; returns the figures of the run."""
        with self._stage("premise"):
            premise, foresight = self._look_back()
        with self._stage("similarity"):
            learn = foresight is None or foresight.helps
            now = take_snapshot(self.graph, self.dataset.id, self.records, self.encoder, _SEED, learn=learn)
        with self._stage("writing tags"):
            self._write_snapshot(now)
        with self._stage("influences"):
            edges, delays = influences_of(now, self.past)
            self._write_influences(edges)
        with self._stage("key users"):
            centrality = projections.reversed_page_rank(self.graph, self.dataset.id, self.run)
            key_users = select_key_users(edges, self.past, centrality, _SEED)
            self._write("network/write_key_users", key_users.to_dict("records"))
        with self._stage("groups"):
            groups = self._groups(now, key_users, edges)
            self._write("network/write_groups", groups.to_dict("records"))
            # What is asked for together lies together: the API looks up, it does not compute.
            scope = {
                "dataset": self.dataset.id,
                "run": self.run,
                "before": self.dataset.moment(self.records.day),
            }
            self.graph.run("network/settle_key_users", **scope)
            self.graph.run("network/settle_drawing", **scope, per_user=DRAWN_PER_KEY_USER)
            self.graph.run("network/settle_groups", **scope)
            self.graph.run("network/settle_orientation", **scope)
        return {
            **premise.figures(),
            **(foresight.figures() if foresight else {}),
            "similarity_learned": now.similarity.learned,
            "users": len(self.records.users),
            "similar_pairs": len(now.similar),
            "ties": len(self.records.ties),
            "influences": len(edges),
            "key_users": len(key_users),
            "groups": len(groups),
            "delays": delays,
            "stages": list(self.seconds),
            "seconds": list(self.seconds.values()),
        }

    def _look_back(self) -> tuple[Premise, Foresight | None]:
        """The network as it would have been built in the middle of the data, tried on what came then."""
        middle = self.records.middle()
        earlier = self.records.before(middle)
        then = take_snapshot(self.graph, self.dataset.id, earlier, self.encoder, _SEED)
        foresight = foresight_of(self.past, earlier.seconds, then.similarity, then.tagged.placed, _SEED)
        if foresight and not foresight.helps:
            # What is tested is what will be used.
            then = take_snapshot(self.graph, self.dataset.id, earlier, self.encoder, _SEED, learn=False)
        users, past = self.records.users, earlier.past
        leading = leading_users(influences_of(then, past)[0], past, _SEED)
        sources, targets = (users.get_indexer(then.edges[side]) for side in ("source", "target"))
        return check_premise(self.past, sources, targets, leading, _SEED, since=earlier.seconds), foresight

    def _groups(self, now: Snapshot, key_users: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
        communities = projections.leiden_communities(self.graph, self.dataset.id, self.run, _SEED)
        # A user outside the network is a community of one.
        users = self.records.users
        loners = pd.Series({u: -1 - i for i, u in enumerate(users.difference(communities.index))})
        everybody = pd.concat([communities, loners])
        groups = form_groups(everybody, self.past, key_users, now.tagged.user_tags, self.run)
        labels, names = pd.factorize(everybody.reindex(users))
        found = stimulating_factors(self.records, labels, edges, now.tagged.tags, self.key_tags)
        # Told of what a group's whole community did: of the group alone there is too little.
        told = found.assign(community=names[found["community"]]).groupby("community").head(_FACTORS)
        said = {
            one: part[["factor", "times", "low", "high"]].round(3).to_dict("list")
            for one, part in told.groupby("community")
        }
        nothing: dict[str, list[object]] = {"factor": [], "times": [], "low": [], "high": []}
        lists = pd.DataFrame([said.get(one, nothing) for one in groups["community"]], index=groups.index)
        return groups.drop(columns="community").join(lists.rename(columns={"factor": "factors"}))

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 2)
        self.advance(1)

    def _write(self, statement: str, rows: list[Row]) -> None:
        self.graph.run(statement, dataset=self.dataset.id, run=self.run, rows=rows)

    def _write_snapshot(self, now: Snapshot) -> None:
        tagged = now.tagged
        tags, vectors = tagged.tags, tagged.vectors
        kinds = [tag.partition(":")[0] if ":" in tag else None for tag in tags.tags]
        rows = zip(tags.tags, kinds, tags.texts, vectors.tolist(), strict=True)
        self.graph.run(
            "network/write_tags",
            dataset=self.dataset.id,
            rows=[dict(zip(("tag", "kind", "text", "vector"), row, strict=True)) for row in rows],
        )
        shown = tagged.user_tags[tagged.user_tags["source"] == "behaviour"][["user", "tag", "weight"]]
        self._write("network/write_behaviour_tags", shown.to_dict("records"))
        told = self.records.campaigns
        said = dict(zip(told["campaign"], told["kind"], strict=True))
        found = key_tags(tags, vectors, self.past, said, _SEED)
        self.key_tags = found.loc[found["kind"].isna(), "tag"].tolist()
        found = found.astype(object).where(found.notna(), None)
        self._write("network/write_key_tags", found.to_dict("records"))
        texts = self.encoder.vectors(list(told["text"]))
        self.graph.run(
            "network/write_campaign_vectors",
            dataset=self.dataset.id,
            rows=told.assign(vector=texts.tolist())[["campaign", "text", "vector"]].to_dict("records"),
        )
        self._write(
            "network/write_similarities",
            [{"user": user, "others": _lists(part)}
             for user, part in now.similar.groupby("user")[["other", "score"]]],
        )  # fmt: skip

    def _write_influences(self, edges: pd.DataFrame) -> None:
        grouped = edges.groupby("source")[["target", "probability", "low", "high", "trials"]]
        self._write(
            "network/write_influences",
            [{"source": source, "edges": _lists(part)} for source, part in grouped],
        )


def influences_of(snapshot: Snapshot, past: Past) -> tuple[pd.DataFrame, list[float]]:
    """source, target, probability, low, high, trials of every edge that carries anything; and how many days
    followers took: evenly spaced quantiles.
    """
    edges = snapshot.edges
    sources, targets = (past.users.get_indexer(edges[side]) for side in ("source", "target"))
    order = np.lexsort((targets, sources))
    edges, sources, targets = edges.iloc[order], sources[order], targets[order]
    window = window_of(past)
    trials = trials_of(past, Edges.of(len(past.users), sources, targets), window)
    found = influence_probabilities(trials, sources, edges["score"].to_numpy(float))
    learned = edges[["source", "target"]].assign(**vars(found))
    even = (np.arange(_DELAYS) + 0.5) / _DELAYS
    seen = trials.delay[trials.success > 0]
    delays = np.quantile(seen, even) if len(seen) else even * window
    return learned[learned["probability"] > 0], (delays / DAY).round(3).tolist()


def _lists(frame: pd.DataFrame) -> list[list[object]]:
    return [list(row) for row in zip(*(frame[column].tolist() for column in frame), strict=True)]
