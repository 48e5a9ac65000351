"""Carries a network on to a later cut-off: what people did since, in a fraction of a full build's time.

Influences are learned anew from all participations, exactly as a build does. Campaigns in which anything
happened since get new key users and groups; of the others they stay. What takes a build most of its time
stays as it was at the last full build, the run's `built`: tags, who is similar, what stimulates
participation, and the verdict of the influence test. Users who are new since then come in with the next full
build, unless real ties join them.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pandas as pd

from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset
from graph.progress import Progress
from graph.schema import migrate
from network import projections
from network.influence.probabilities import influences_of
from network.inputs import read_history
from network.key_users import ranked_beside, select_key_users
from network.neighbour_groups import form_groups, names_of
from network.participation_history import ParticipationHistory
from network.persist import write_campaigns, write_influences
from network.runs import SEED, NetworkRun, Stages, latest_network, networks
from network.similarity.build_similarity import symmetrise

_STAGES = 4
_TOLD = ["factors", "times", "low", "high"]


def update_network(
    graph: Graph, dataset_id: str, progress: Progress, *, cutoff: date | None = None
) -> NetworkRun:
    """The network as of `cutoff` (default: everything), from the latest one at or before it.

    That one stays; if it is as of `cutoff` already, it is returned as it is.
    Raises NotFound (no such data set), InvalidRequest (a cut-off outside the data), NotReady (no network to
    update) and GdsMissing.
    """
    dataset = describe_dataset(graph, dataset_id)
    cutoff = dataset.check_cutoff(cutoff or dataset.now)
    migrate(graph)
    known = latest_network(graph, dataset_id, not_after=cutoff)
    if known.cutoff == cutoff:
        return known
    graph.gds_version()
    run = f"network/{cutoff}"
    made_from = f"{known.fingerprint} {dataset.import_id} {cutoff}"
    fingerprint = hashlib.sha256(made_from.encode()).hexdigest()[:16]
    scope = {"dataset": dataset_id, "run": run}
    graph.run("network/clear_run", **scope)
    graph.run(
        "network/begin_update", **scope, **{"from": known.id}, cutoff=str(cutoff), fingerprint=fingerprint
    )
    figures = _Update(graph, dataset, known, run, cutoff, progress).run_all()
    graph.run("network/finish_run", **scope, figures=figures)
    return next(one for one in networks(graph, dataset_id) if one.id == run)


class _Update:
    def __init__(
        self, graph: Graph, dataset: Dataset, known: NetworkRun, run: str, cutoff: date, progress: Progress
    ) -> None:
        self.graph, self.dataset, self.known, self.run, self.cutoff = graph, dataset, known, run, cutoff
        self.stages = Stages(progress.stage(f"Updating the network to {cutoff}", _STAGES))

    def run_all(self) -> Row:
        """The whole chain; returns the figures of the run that are new."""
        with self.stages.one("reading"):
            history = read_history(self.graph, self.dataset, self.cutoff)
            joined = self._joined()
        with self.stages.one("influences"):
            edges, delays = influences_of(joined, history)
        with ThreadPoolExecutor(1) as pool:
            active = self._active(history)
            quiet = [one.id for one in history.campaigns if one.id not in active]
            lively = replace(history, campaigns=[one for one in history.campaigns if one.id in active])
            # Key users are chosen here while the database writes.
            chosen = pool.submit(select_key_users, edges, lively, SEED)
            with self.stages.one("writing"):
                scope = {"dataset": self.dataset.id, "from": self.known.id, "run": self.run}
                write_influences(self.graph, self.dataset.id, self.run, edges)
                self.graph.run("network/copy_users", **scope)
                self.graph.run("network/copy_campaigns", **scope, campaigns=quiet)
            with self.stages.one("key users and groups"):
                key_users = ranked_beside(self.graph, self.dataset.id, self.run, chosen.result())
                groups = self._groups(lively, key_users)
                day, campaigns = self.cutoff, sorted(active)
                write_campaigns(self.graph, self.dataset, self.run, day, campaigns, key_users, groups)
        counts = self.graph.single("network/count_run", dataset=self.dataset.id, run=self.run)
        return {**counts, **self.stages.figures(), "influences": len(edges), "delays": delays}

    def _joined(self) -> pd.DataFrame:
        """source, target, score: who was found similar; or the real ties, one that was no edge yet as similar
        as usual.
        """
        ties = self.graph.frame("network/ties", dataset=self.dataset.id)
        if ties.empty:
            return symmetrise(self._known("network/known_similar"))
        known = self._known("network/known_edges")
        both = symmetrise(ties.assign(score=0.0))[["source", "target"]]
        edges = both.merge(known, on=["source", "target"], how="left")
        return edges.fillna({"score": float(known["score"].median()) if len(known) else 0.0})

    def _known(self, statement: str) -> pd.DataFrame:
        lists = self.graph.frame(statement, dataset=self.dataset.id, run=self.known.id)
        return lists.explode(["target", "score"], ignore_index=True).astype({"score": float})

    def _active(self, history: ParticipationHistory) -> set[str]:
        """Campaigns in which something happened since; of campaigns open to all, which share what they have,
        all or none.
        """
        since, before = (self.dataset.moment(day) for day in (self.known.cutoff, self.cutoff))
        found = self.graph.frame(
            "network/active_campaigns", dataset=self.dataset.id, since=since, before=before
        )
        active = set(found["campaign"])
        shared = {one.id for one in history.campaigns if one.reached is None}
        return active | shared if active & shared else active

    def _groups(self, history: ParticipationHistory, key_users: pd.DataFrame) -> pd.DataFrame:
        scope = {"dataset": self.dataset.id, "run": self.known.id}
        communities = projections.leiden_communities(
            self.graph, self.dataset.id, self.run, history.users, SEED
        )
        groups = form_groups(communities, history, key_users, self.run)
        before = self.dataset.moment(self.cutoff)
        tags = self.graph.frame("network/known_tags", **scope, before=before)
        tags = tags.explode(["tag", "text", "weight"], ignore_index=True).astype({"weight": float})
        told = self.graph.frame("network/known_groups", **scope)
        whose = (
            told.explode("user").reset_index(names="group").drop_duplicates("user").set_index("user")["group"]
        )
        rows = []
        for members in groups["members"]:
            # What was told of the group that most of the members were in.
            earlier = whose.reindex(members).value_counts()
            most = len(earlier) and earlier.iloc[0] > len(members) / 2
            rows.append({one: told.at[earlier.index[0], one] if most else [] for one in _TOLD})
        found = groups.drop(columns="community").join(pd.DataFrame(rows, columns=_TOLD, index=groups.index))
        return found.assign(name=names_of(groups, tags))
