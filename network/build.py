"""Builds the spreading network of a data set before a cut-off and writes it to the graph under a `Run`."""

import hashlib
from datetime import date

import pandas as pd

from graph.connection import Graph, Row
from graph.dataset_lock import locks_dataset
from graph.datasets import Dataset, describe_dataset
from graph.progress import Progress
from graph.schema import migrate
from network import projections
from network.factors import participation_factors
from network.influence.influence_test import run_influence_test
from network.influence.probabilities import learn_influences
from network.inputs import read_inputs
from network.key_users import add_centrality, leading_users, select_key_users
from network.neighbour_groups import form_groups, group_names
from network.persist import rows_as_lists, write_campaigns, write_influences
from network.runs import SEED, NetworkRun, Stages, networks, remove_unfinished
from network.similarity.build_similarity import SimilarityGraph, build_similarity
from network.similarity.learning import validate_similarity
from network.statistics import InfluenceTest, SimilarityValidation
from network.tags.key_tags import key_tags
from network.tags.text_encoder import TextEncoder

_METHOD_VERSION = "7"
"""Part of the fingerprint: change it whenever the same data would give another network."""
_STAGES = 7
_FACTORS_PER_GROUP = 6
_FACTOR_COLUMNS = ["factor", "risk_ratio", "low", "high"]


@locks_dataset("network build")
def build_network(
    graph: Graph,
    dataset_id: str,
    progress: Progress,
    *,
    cutoff: date | None = None,
    encoder: TextEncoder | None = None,
    rebuild: bool = False,
) -> NetworkRun:
    """Build the spreading network from everything before a cut-off.

    A network built before from the same data by the same method is returned unchanged. Another network with
    the same cut-off is replaced when the new one is complete; until then it stays in use.

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
    encoder
        Turns the texts of tags into vectors.
    rebuild
        Build even if an unchanged network exists.

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
    GdsMissing
        If Graph Data Science is not installed.
    DatasetLocked
        If another process changes the data set.
    """
    encoder = encoder or TextEncoder()
    dataset = describe_dataset(graph, dataset_id)
    cutoff = dataset.check_cutoff(cutoff or dataset.end)
    graph.gds_version()
    migrate(graph)
    run = f"network/{cutoff}"
    fingerprint = hashlib.sha256(
        f"{_METHOD_VERSION} {dataset.import_id} {encoder.identity} {SEED}".encode()
    ).hexdigest()[:16]
    existing = next((network for network in networks(graph, dataset_id) if network.id == run), None)
    if existing and existing.fingerprint == fingerprint and not rebuild:
        return existing
    remove_unfinished(graph, dataset_id)
    # An existing network stays in use until the new one, which has an id of its own so long, is complete.
    building = f"{run}/rebuild" if existing else run
    scope = {"dataset": dataset_id, "run": building}
    graph.run("network/begin_run", **scope, cutoff=str(cutoff), fingerprint=fingerprint)
    graph.run("network/clear_run", **scope)  # Networks of earlier versions are not listed.
    figures = _Build(graph, dataset, building, cutoff, encoder, progress).execute()
    if existing:
        graph.run("network/replace_run", dataset=dataset_id, run=run, rebuilt=building, figures=figures)
    else:
        graph.run("network/finish_run", **scope, figures=figures)
    return next(finished for finished in networks(graph, dataset_id) if finished.id == run)


class _Build:
    """One build: each stage reads what the stages before it produced."""

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
        self.stages = Stages(progress.stage(f"Building the spreading network up to {cutoff}", _STAGES))
        self.key_tags: list[str] = []
        with self.stages.stage("reading"):
            self.inputs = read_inputs(graph, dataset, cutoff)
            self.history = self.inputs.history

    def execute(self) -> Row:
        """Run all stages; returns the properties of the finished `Run`."""
        with self.stages.stage("influence test"):
            influence_test, validation = self._validate()
        with self.stages.stage("similarity"):
            learn = validation is None or validation.learned_is_better
            similarity = build_similarity(
                self.graph, self.dataset.id, self.inputs, self.encoder, SEED, learn=learn
            )
        with self.stages.stage("writing tags"):
            self._write_tags(similarity)
        with self.stages.stage("influences"):
            influences, delays = learn_influences(similarity.edges, self.history)
            write_influences(self.graph, self.dataset.id, self.run, influences)
        with self.stages.stage("key users"):
            selected = select_key_users(influences, self.history, SEED)
            key_users = add_centrality(self.graph, self.dataset.id, self.run, selected)
        with self.stages.stage("groups"):
            groups = self._groups(similarity, key_users, influences)
            campaigns = [campaign.id for campaign in self.history.campaigns]
            day = self.inputs.day
            write_campaigns(self.graph, self.dataset, self.run, day, campaigns, key_users, groups)
        return {
            **influence_test.figures(),
            **(validation.figures() if validation else {}),
            "similarity_learned": similarity.similarity.learned,
            "users": len(self.inputs.users),
            "similar_pairs": len(similarity.similar),
            "ties": len(self.inputs.ties),
            "influences": len(influences),
            "key_users": len(key_users),
            "groups": len(groups),
            "delays": delays,
            **self.stages.figures(),
        }

    def _validate(self) -> tuple[InfluenceTest, SimilarityValidation | None]:
        """Build the network at the middle of the data and test it on the participations after that."""
        earlier = self.inputs.before(self.inputs.middle())
        similarity = build_similarity(self.graph, self.dataset.id, earlier, self.encoder, SEED)
        validation = validate_similarity(
            self.history, earlier.seconds, similarity.similarity, similarity.tagged.text_vectors, SEED
        )
        if validation and not validation.learned_is_better:
            # The build will use tag text, so tag text is tested.
            similarity = build_similarity(
                self.graph, self.dataset.id, earlier, self.encoder, SEED, learn=False
            )
        users, history = self.inputs.users, earlier.history
        leading = leading_users(learn_influences(similarity.edges, history)[0], history, SEED)
        sources, targets = (users.get_indexer(similarity.edges[side]) for side in ("source", "target"))
        test = run_influence_test(self.history, sources, targets, leading, SEED, since=earlier.seconds)
        return test, validation

    def _groups(
        self, similarity: SimilarityGraph, key_users: pd.DataFrame, influences: pd.DataFrame
    ) -> pd.DataFrame:
        users, tagged = self.inputs.users, similarity.tagged
        communities = projections.leiden_communities(self.graph, self.dataset.id, self.run, users, SEED)
        groups = form_groups(communities, self.history, key_users, self.run)
        groups = groups.assign(name=group_names(groups, tagged.user_tags))
        labels, names = pd.factorize(communities.reindex(users))
        factors = participation_factors(self.inputs, labels, influences, tagged.tags, self.key_tags)
        # Factors are estimated on a group's whole community: the group alone has too few participations.
        factors = factors.assign(community=names[factors["community"]])
        strongest = factors.groupby("community").head(_FACTORS_PER_GROUP)
        by_community = {
            community: part[_FACTOR_COLUMNS].round(3).to_dict("list")
            for community, part in strongest.groupby("community")
        }
        none: dict[str, list[object]] = {column: [] for column in _FACTOR_COLUMNS}
        lists = pd.DataFrame(
            [by_community.get(community, none) for community in groups["community"]], index=groups.index
        )
        return groups.drop(columns="community").join(lists.rename(columns={"factor": "factors"}))

    def _write(self, statement: str, rows: list[Row]) -> None:
        self.graph.run(statement, dataset=self.dataset.id, run=self.run, rows=rows)

    def _write_tags(self, similarity: SimilarityGraph) -> None:
        """Write tags, behaviour tags, key tags, campaign vectors and similar users."""
        tagged, campaigns = similarity.tagged, self.inputs.campaigns
        tags, vectors = tagged.tags, tagged.vectors
        kinds = [tag.partition(":")[0] if ":" in tag else None for tag in tags.tags]
        columns = zip(tags.tags, kinds, tags.texts, vectors.tolist(), strict=True)
        self.graph.run(
            "network/write_tags",
            dataset=self.dataset.id,
            rows=[dict(zip(("tag", "kind", "text", "vector"), row, strict=True)) for row in columns],
        )
        user_tags = tagged.user_tags
        behaviour_tags = user_tags[user_tags["source"] == "behaviour"][["user", "tag", "weight"]]
        self._write("network/write_behaviour_tags", behaviour_tags.to_dict("records"))
        kinds = campaigns["kind"].astype(object).where(campaigns["kind"].notna(), None)
        campaign_kinds = dict(zip(campaigns["campaign"], kinds, strict=True))
        key = key_tags(tags, vectors, self.history, campaign_kinds, SEED)
        self.key_tags = key.loc[key["kind"].isna(), "tag"].tolist()
        key = key.astype(object).where(key.notna(), None)
        self._write("network/write_key_tags", key.to_dict("records"))
        campaign_vectors = self.encoder.vectors(list(campaigns["text"]))
        campaigns = campaigns.assign(vector=campaign_vectors.tolist())[["campaign", "text", "vector"]]
        self.graph.run(
            "network/write_campaign_vectors", dataset=self.dataset.id, rows=campaigns.to_dict("records")
        )
        self._write(
            "network/write_similarities",
            [{"user": user, "others": rows_as_lists(part)}
             for user, part in similarity.similar.groupby("user")[["other", "score"]]],
        )  # fmt: skip
