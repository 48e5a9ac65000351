"""Builds the spreading network of a data set as of a cut-off and writes it back with its Run."""

import hashlib
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset
from graph.network import influences as follow
from graph.network import projections
from graph.network.key_tags import rank_key_tags, tag_strengths
from graph.network.key_users import select_key_users
from graph.network.neighbour_groups import form_groups
from graph.network.runs import NetworkRun, networks
from graph.network.similarity import NEIGHBOURS, user_vectors
from graph.network.tags import TagTable, characteristic_categories
from graph.network.text import embed
from graph.progress import Progress

_FORMAT = "2"  # Another way to build from the same data must give another fingerprint.
_SEED = 7
_STAGES = 7


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
    figures = _Build(graph, dataset, run, cutoff, progress).run_all(text_model)
    graph.run("network/finish_run", dataset=dataset_id, run=run, figures=figures)
    return NetworkRun(id=run, cutoff=cutoff, fingerprint=fingerprint, **figures)


class _Build:
    """One build: each link of the chain reads what the one before it made."""

    def __init__(self, graph: Graph, dataset: Dataset, run: str, cutoff: date, progress: Progress) -> None:
        self.graph, self.dataset, self.run = graph, dataset, run
        self.before = dataset.moment(cutoff)
        self.before_seconds = datetime(
            cutoff.year, cutoff.month, cutoff.day, tzinfo=ZoneInfo(dataset.zone)
        ).timestamp()
        self.advance = progress.stage(f"Building the spreading network as of {cutoff}", _STAGES)
        scope = {"dataset": dataset.id, "before": self.before}
        self.users = pd.Index(graph.frame("network/users", dataset=dataset.id)["user"])
        self.targetings = graph.frame("network/targetings", **scope)
        self.participations = graph.frame("network/first_participations", **scope)

    def run_all(self, text_model: Path | None) -> Row:
        """The whole chain; returns the figures of the run."""
        user_tags = self._read_tags()
        self.advance(1)
        similar = self._similar_users(user_tags, text_model)
        edges, figures = self._influences(similar)
        self.advance(1)
        centrality = projections.reversed_page_rank(self.graph, self.dataset.id, self.run)
        key_users = select_key_users(edges, self.targetings, centrality, _SEED)
        self._write("network/write_key_users", key_users.to_dict("records"))
        self.advance(1)
        communities = projections.leiden_communities(self.graph, self.dataset.id, self.run, _SEED)
        # A user outside the network is a community of one.
        loners = pd.Series({u: -1 - i for i, u in enumerate(self.users.difference(communities.index))})
        groups = form_groups(
            pd.concat([communities, loners]), self.targetings, key_users, user_tags, self.run
        )
        self._write("network/write_groups", groups.to_dict("records"))
        self.advance(1)
        return {
            **figures,
            "users": len(self.users),
            "similar_pairs": len(similar),
            "influences": len(edges),
            "key_users": len(key_users),
            "groups": len(groups),
        }

    def _write(self, statement: str, rows: list[Row]) -> None:
        self.graph.run(statement, dataset=self.dataset.id, run=self.run, rows=rows)

    def _read_tags(self) -> pd.DataFrame:
        baskets = self.graph.frame("network/category_baskets", dataset=self.dataset.id, before=self.before)
        shown = characteristic_categories(baskets).assign(source="behaviour")
        stated = self.graph.frame("network/stated_tags", dataset=self.dataset.id, before=self.before)
        # Stated tags weigh together what behaviour tags do: 1 per user.
        share = stated.groupby("user")["weight"].transform("sum")
        stated = stated.assign(source="stated", weight=stated["weight"] / share)
        return pd.concat([shown, stated], ignore_index=True)

    def _similar_users(self, user_tags: pd.DataFrame, text_model: Path | None) -> pd.DataFrame:
        tags = TagTable(self.users, user_tags)
        vectors = embed(tags.texts, text_model)
        self.advance(1)
        kinds = [tag.partition(":")[0] for tag in tags.tags]
        self.graph.run(
            "network/write_tags",
            dataset=self.dataset.id,
            rows=[
                {"tag": tag, "kind": kind, "text": text, "vector": vector}
                for tag, kind, text, vector in zip(
                    tags.tags, kinds, tags.texts, vectors.tolist(), strict=True
                )
            ],
        )
        shown = user_tags[user_tags["source"] == "behaviour"][["user", "tag", "weight"]]
        self._write("network/write_behaviour_tags", shown.to_dict("records"))
        strengths = tag_strengths(tags, vectors, self.targetings, self.participations)
        self._write("network/write_key_tags", rank_key_tags(tags, strengths).to_dict("records"))
        self.advance(1)
        placed = user_vectors(tags, vectors, strengths)
        rows = [
            {"user": user, "vector": vector.tolist()}
            for user, vector in zip(self.users, placed, strict=True)
            if vector.any()
        ]
        projections.write_similarities(self.graph, self.dataset.id, self.run, rows, NEIGHBOURS, _SEED)
        self.advance(1)
        return self.graph.frame("network/similar_pairs", dataset=self.dataset.id, run=self.run)

    def _influences(self, similar: pd.DataFrame) -> tuple[pd.DataFrame, Row]:
        mirrored = similar.rename(columns={"user": "other", "other": "user"})
        pairs = pd.concat([similar, mirrored]).groupby(["user", "other"], as_index=False)["score"].max()
        sources = self.users.get_indexer(pairs["user"])
        targets = self.users.get_indexer(pairs["other"])
        times = follow.ParticipationTimes(
            self.users, self.targetings, self.participations, self.before_seconds
        )
        evidence = follow.follow_evidence(times, sources, targets)
        placebo = follow.follow_evidence(times, *follow.placebo_pairs(sources, targets, _SEED))
        probability = follow.influence_probabilities(evidence, pairs["score"].to_numpy(float))
        edges = pd.DataFrame(
            {
                "source": pairs["user"],
                "target": pairs["other"],
                "probability": probability,
                "trials": evidence.trials.astype(int),
            }
        )
        edges = edges[edges["probability"] > 0]
        grouped = edges.groupby("source")[["target", "probability", "trials"]]
        self._write(
            "network/write_influences",
            [{"source": source, "edges": _records(part)} for source, part in grouped],
        )
        return edges, {
            "trials": int(evidence.trials.sum()),
            "window_days": follow.WINDOW_DAYS,
            "risk_ratio": evidence.risk_ratio,
            "placebo_risk_ratio": placebo.risk_ratio,
        }


def _records(frame: pd.DataFrame) -> list[list[object]]:
    return [list(row) for row in zip(*(frame[column].tolist() for column in frame), strict=True)]
