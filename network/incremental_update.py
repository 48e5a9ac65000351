"""Updates a network to a later cut-off in a fraction of the time of a full build.

Influences are estimated from all participations, as in a full build. Campaigns with participations since the
earlier cut-off get new key users and groups; those of other campaigns are copied. Tags, similar users,
factors and the influence test take most of the time of a build; they stay as they were at the latest full
build (the run's `built`). Users who are new since then enter with the next full build, unless ties connect
them.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pandas as pd

from graph.connection import Graph, Row
from graph.dataset_lock import locks_dataset
from graph.datasets import Dataset, describe_dataset
from graph.progress import Progress
from graph.schema import migrate
from network import projections
from network.influence.probabilities import learn_influences
from network.inputs import read_history
from network.key_users import add_centrality, select_key_users
from network.neighbour_groups import form_groups, group_names
from network.participation_history import ParticipationHistory
from network.persist import write_campaigns, write_influences
from network.runs import SEED, NetworkRun, Stages, latest_network, networks, remove_unfinished
from network.similarity.build_similarity import symmetrise

_STAGES = 4
_FACTOR_COLUMNS = ["factors", "risk_ratio", "low", "high"]


@locks_dataset("network update")
def update_network(
    graph: Graph, dataset_id: str, progress: Progress, *, cutoff: date | None = None
) -> NetworkRun:
    """Update the latest network at or before a cut-off to that cut-off.

    The earlier network stays. If it has this cut-off already, it is returned unchanged.

    Parameters
    ----------
    graph
        The database.
    dataset_id
        The data set.
    progress
        Shows the stages.
    cutoff
        Nothing at or after this day is read; by default the end of the data.

    Returns
    -------
    NetworkRun
        The finished run.

    Raises
    ------
    NotFound
        If there is no such data set.
    InvalidRequest
        If the cut-off lies outside the data.
    NotReady
        If there is no network to update.
    GdsMissing
        If Graph Data Science is not installed.
    DatasetLocked
        If another process changes the data set.
    """
    dataset = describe_dataset(graph, dataset_id)
    cutoff = dataset.check_cutoff(cutoff or dataset.end)
    migrate(graph)
    earlier = latest_network(graph, dataset_id, not_after=cutoff)
    if earlier.cutoff == cutoff:
        return earlier
    graph.gds_version()
    run = f"network/{cutoff}"
    made_from = f"{earlier.fingerprint} {dataset.import_id} {cutoff}"
    fingerprint = hashlib.sha256(made_from.encode()).hexdigest()[:16]
    scope = {"dataset": dataset_id, "run": run}
    remove_unfinished(graph, dataset_id)
    graph.run("network/clear_run", **scope)  # Networks of earlier versions are not listed.
    graph.run(
        "network/begin_update",
        **scope,
        **{"from": earlier.id},
        cutoff=str(cutoff),
        fingerprint=fingerprint,
    )
    figures = _Update(graph, dataset, earlier, run, cutoff, progress).execute()
    graph.run("network/finish_run", **scope, figures=figures)
    return next(finished for finished in networks(graph, dataset_id) if finished.id == run)


class _Update:
    def __init__(
        self, graph: Graph, dataset: Dataset, earlier: NetworkRun, run: str, cutoff: date, progress: Progress
    ) -> None:
        self.graph, self.dataset, self.earlier, self.run, self.cutoff = graph, dataset, earlier, run, cutoff
        self.stages = Stages(progress.stage(f"Updating the network to {cutoff}", _STAGES))

    def execute(self) -> Row:
        """Run all stages; returns the properties of the `Run` that differ from the earlier one's."""
        with self.stages.stage("reading"):
            history = read_history(self.graph, self.dataset, self.cutoff)
            edges = self._edges()
        with self.stages.stage("influences"):
            influences, delays = learn_influences(edges, history)
        with ThreadPoolExecutor(1) as pool:
            active = self._active_campaigns(history)
            inactive = [campaign.id for campaign in history.campaigns if campaign.id not in active]
            active_history = replace(
                history, campaigns=[campaign for campaign in history.campaigns if campaign.id in active]
            )
            # Key users are selected while the database writes.
            selected = pool.submit(select_key_users, influences, active_history, SEED)
            with self.stages.stage("writing"):
                scope = {"dataset": self.dataset.id, "from": self.earlier.id, "run": self.run}
                write_influences(self.graph, self.dataset.id, self.run, influences)
                self.graph.run("network/copy_users", **scope)
                self.graph.run("network/copy_campaigns", **scope, campaigns=inactive)
            with self.stages.stage("key users and groups"):
                key_users = add_centrality(self.graph, self.dataset.id, self.run, selected.result())
                groups = self._groups(active_history, key_users)
                day, campaigns = self.cutoff, sorted(active)
                write_campaigns(self.graph, self.dataset, self.run, day, campaigns, key_users, groups)
        counts = self.graph.single("network/count_run", dataset=self.dataset.id, run=self.run)
        sizes = {"users": len(history.users), "influences": len(influences)}
        return {**counts, **sizes, **self.stages.figures(), "delays": delays}

    def _edges(self) -> pd.DataFrame:
        """Columns source, target, score: the data set's ties, or else the similar users of the earlier run.

        A tie that was no edge of the earlier run gets the median similarity.
        """
        ties = self.graph.frame("network/ties", dataset=self.dataset.id)
        if ties.empty:
            return symmetrise(self._earlier_edges("network/run_similar_users"))
        earlier = self._earlier_edges("network/run_edges")
        both_directions = symmetrise(ties.assign(score=0.0))[["source", "target"]]
        edges = both_directions.merge(earlier, on=["source", "target"], how="left")
        return edges.fillna({"score": float(earlier["score"].median()) if len(earlier) else 0.0})

    def _earlier_edges(self, statement: str) -> pd.DataFrame:
        lists = self.graph.frame(statement, dataset=self.dataset.id, run=self.earlier.id)
        return lists.explode(["target", "score"], ignore_index=True).astype({"score": float})

    def _active_campaigns(self, history: ParticipationHistory) -> set[str]:
        """Campaigns that targeted users or had participations since the earlier cut-off.

        Open campaigns share key users and groups, so all of them are active or none.
        """
        since, before = (self.dataset.moment(day) for day in (self.earlier.cutoff, self.cutoff))
        rows = self.graph.frame(
            "network/active_campaigns", dataset=self.dataset.id, since=since, before=before
        )
        active = set(rows["campaign"])
        open_campaigns = {campaign.id for campaign in history.campaigns if campaign.reached is None}
        return active | open_campaigns if active & open_campaigns else active

    def _groups(self, history: ParticipationHistory, key_users: pd.DataFrame) -> pd.DataFrame:
        scope = {"dataset": self.dataset.id, "run": self.earlier.id}
        communities = projections.leiden_communities(
            self.graph, self.dataset.id, self.run, history.users, SEED
        )
        groups = form_groups(communities, history, key_users, self.run)
        before = self.dataset.moment(self.cutoff)
        tags = self.graph.frame("network/run_tags", **scope, before=before)
        tags = tags.explode(["tag", "text", "weight"], ignore_index=True).astype({"weight": float})
        earlier = self.graph.frame("network/run_groups", **scope)
        members = earlier.explode("user").reset_index(names="group").drop_duplicates("user")
        earlier_group = members.set_index("user")["group"]
        rows = []
        for users in groups["members"]:
            # A group inherits the factors of the earlier group that most of its members were in.
            counts = earlier_group.reindex(users).value_counts()
            majority = len(counts) and counts.iloc[0] > len(users) / 2
            rows.append(
                {
                    column: earlier.at[counts.index[0], column] if majority else []
                    for column in _FACTOR_COLUMNS
                }
            )
        factors = pd.DataFrame(rows, columns=_FACTOR_COLUMNS, index=groups.index)
        return groups.drop(columns="community").join(factors).assign(name=group_names(groups, tags))
