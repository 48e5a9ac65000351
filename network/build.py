"""Builds the spreading network of a data set as of a cut-off and writes it back with its Run."""

import hashlib
from datetime import date

import pandas as pd

from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset
from graph.progress import Progress
from graph.schema import migrate
from network import projections
from network.factors import stimulating_factors
from network.influence.influence_test import run_influence_test
from network.influence.probabilities import influences_of
from network.inputs import read_inputs
from network.key_users import leading_users, ranked_beside, select_key_users
from network.neighbour_groups import form_groups, names_of
from network.persist import lists_of, write_campaigns, write_influences
from network.runs import SEED, InfluenceTest, NetworkRun, SimilarityValidation, Stages, networks
from network.similarity.build_similarity import SimilarityGraph, build_similarity
from network.similarity.learning import validate_similarity
from network.tags.key_tags import key_tags
from network.tags.text_encoder import TextEncoder

_FORMAT = "5"  # Another way to build from the same data must give another fingerprint.
_STAGES = 7
_FACTORS = 6


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
        f"{_FORMAT} {dataset.import_id} {encoder.identity} {SEED}".encode()
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
        self.stages = Stages(progress.stage(f"Building the spreading network as of {cutoff}", _STAGES))
        self.key_tags: list[str] = []
        with self.stages.one("reading"):
            self.inputs = read_inputs(graph, dataset, cutoff)
            self.history = self.inputs.history

    def run_all(self) -> Row:
        """The whole chain; returns the figures of the run."""
        with self.stages.one("influence test"):
            influence_test, similarity_validation = self._look_back()
        with self.stages.one("similarity"):
            learn = similarity_validation is None or similarity_validation.learned_is_better
            now = build_similarity(self.graph, self.dataset.id, self.inputs, self.encoder, SEED, learn=learn)
        with self.stages.one("writing tags"):
            self._write_snapshot(now)
        with self.stages.one("influences"):
            edges, delays = influences_of(now.edges, self.history)
            write_influences(self.graph, self.dataset.id, self.run, edges)
        with self.stages.one("key users"):
            chosen = select_key_users(edges, self.history, SEED)
            key_users = ranked_beside(self.graph, self.dataset.id, self.run, chosen)
        with self.stages.one("groups"):
            groups = self._groups(now, key_users, edges)
            campaigns = [one.id for one in self.history.campaigns]
            day = self.inputs.day
            write_campaigns(self.graph, self.dataset, self.run, day, campaigns, key_users, groups)
        return {
            **influence_test.figures(),
            **(similarity_validation.figures() if similarity_validation else {}),
            "similarity_learned": now.similarity.learned,
            "users": len(self.inputs.users),
            "similar_pairs": len(now.similar),
            "ties": len(self.inputs.ties),
            "influences": len(edges),
            "key_users": len(key_users),
            "groups": len(groups),
            "delays": delays,
            **self.stages.figures(),
        }

    def _look_back(self) -> tuple[InfluenceTest, SimilarityValidation | None]:
        """The network as it would have been built in the middle of the data, tried on what came then."""
        middle = self.inputs.middle()
        earlier = self.inputs.before(middle)
        then = build_similarity(self.graph, self.dataset.id, earlier, self.encoder, SEED)
        similarity_validation = validate_similarity(
            self.history, earlier.seconds, then.similarity, then.tagged.text_vectors, SEED
        )
        if similarity_validation and not similarity_validation.learned_is_better:
            # What is tested is what will be used.
            then = build_similarity(self.graph, self.dataset.id, earlier, self.encoder, SEED, learn=False)
        users, history = self.inputs.users, earlier.history
        leading = leading_users(influences_of(then.edges, history)[0], history, SEED)
        sources, targets = (users.get_indexer(then.edges[side]) for side in ("source", "target"))
        return run_influence_test(
            self.history, sources, targets, leading, SEED, since=earlier.seconds
        ), similarity_validation

    def _groups(self, now: SimilarityGraph, key_users: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
        users = self.inputs.users
        communities = projections.leiden_communities(self.graph, self.dataset.id, self.run, users, SEED)
        groups = form_groups(communities, self.history, key_users, self.run)
        groups = groups.assign(name=names_of(groups, now.tagged.user_tags))
        labels, names = pd.factorize(communities.reindex(users))
        found = stimulating_factors(self.inputs, labels, edges, now.tagged.tags, self.key_tags)
        # Told of what a group's whole community did: of the group alone there is too little.
        told = found.assign(community=names[found["community"]]).groupby("community").head(_FACTORS)
        said = {
            one: part[["factor", "times", "low", "high"]].round(3).to_dict("list")
            for one, part in told.groupby("community")
        }
        nothing: dict[str, list[object]] = {"factor": [], "times": [], "low": [], "high": []}
        lists = pd.DataFrame([said.get(one, nothing) for one in groups["community"]], index=groups.index)
        return groups.drop(columns="community").join(lists.rename(columns={"factor": "factors"}))

    def _write(self, statement: str, rows: list[Row]) -> None:
        self.graph.run(statement, dataset=self.dataset.id, run=self.run, rows=rows)

    def _write_snapshot(self, now: SimilarityGraph) -> None:
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
        told = self.inputs.campaigns
        said = dict(zip(told["campaign"], told["kind"], strict=True))
        found = key_tags(tags, vectors, self.history, said, SEED)
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
            [{"user": user, "others": lists_of(part)}
             for user, part in now.similar.groupby("user")[["other", "score"]]],
        )  # fmt: skip
