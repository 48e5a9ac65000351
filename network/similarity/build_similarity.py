"""Tags, and who is joined to whom, as of a moment: what influence is then looked for along."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from graph.connection import Graph
from network import projections
from network.inputs import Records
from network.participation_history import Floats
from network.similarity.features import directions
from network.similarity.learning import Similarity, learn_similarity
from network.similarity.tag_vectors import user_vectors
from network.tags.key_tags import tag_strengths
from network.tags.text_encoder import TextEncoder, Vectors
from network.tags.user_tags import TagTable, tags_of_users

NEIGHBOURS = 10


@dataclass(frozen=True)
class Tagged:
    """user_tags: user, tag, text, weight, source. vectors and strengths: of each tag of `tags`."""

    user_tags: pd.DataFrame
    tags: TagTable
    vectors: Vectors
    strengths: Floats

    @classmethod
    def of(cls, records: Records, encoder: TextEncoder) -> "Tagged":
        """As of the day of `records`."""
        user_tags = tags_of_users(records.stated, records.interests)
        tags = TagTable(records.users, user_tags)
        vectors = vectors_of(tags, encoder)
        return cls(user_tags, tags, vectors, tag_strengths(tags, vectors, records.past))

    @property
    def placed(self) -> Floats:
        """The users, by the texts of their tags."""
        return user_vectors(self.tags, self.vectors, self.strengths)


@dataclass(frozen=True)
class Snapshot:
    """similar: user, other, score, each user with those nearest by `similarity`. edges: source, target,
    score, sorted, both directions.
    """

    records: Records
    tagged: Tagged
    similarity: Similarity
    similar: pd.DataFrame
    edges: pd.DataFrame


def take_snapshot(
    graph: Graph, dataset: str, records: Records, encoder: TextEncoder, seed: int, *, learn: bool = True
) -> Snapshot:
    """Nothing at or after the day of `records` is read. Without `learn`, similarity is that of tag text."""
    tagged = Tagged.of(records, encoder)

    def text_of(known: Records) -> Floats:
        return (tagged if known is records else Tagged.of(known, encoder)).placed

    similarity = learn_similarity(records, text_of, seed, learn=learn)
    similar = similar_users(graph, dataset, records.users, similarity.vectors, seed)
    # Where people's real ties are known, they are what influence travels along.
    joined = tied(records, similarity.vectors) if len(records.ties) else similar
    return Snapshot(records, tagged, similarity, similar, both_ways(joined))


def similar_users(graph: Graph, dataset: str, users: pd.Index, vectors: Floats, seed: int) -> pd.DataFrame:
    """user, other, score: each user of whom anything is known, with those nearest by `vectors`."""
    rows = [
        {"user": user, "vector": vector.tolist()}
        for user, vector in zip(users, vectors, strict=True)
        if vector.any()
    ]
    return projections.nearest_users(graph, dataset, rows, NEIGHBOURS, seed)


def vectors_of(tags: TagTable, encoder: TextEncoder) -> Vectors:
    """Of the tags' texts; a tag without one has a direction of its own, and is like no other."""
    told = np.array([bool(text) for text in tags.texts], dtype=bool)
    spoken = encoder.vectors([text for text in tags.texts if text])
    if told.all():
        return spoken
    width = spoken.shape[1] if told.any() else _WIDTH
    vectors = np.empty((len(tags.texts), width), dtype=np.float32)
    vectors[told] = spoken
    mute = directions(tags.tags[~told], width)
    vectors[~told] = mute / np.linalg.norm(mute, axis=1, keepdims=True)
    return vectors


_WIDTH = 384


def tied(records: Records, vectors: Floats) -> pd.DataFrame:
    """The real ties, and how similar their ends are."""
    one, other = (vectors[records.users.get_indexer(records.ties[side])] for side in ("source", "target"))
    return records.ties.assign(score=np.einsum("ij,ij->i", one, other))


def both_ways(joined: pd.DataFrame) -> pd.DataFrame:
    """source, target, score of `joined` (three columns, in this order) in both directions, sorted."""
    one = joined.set_axis(["source", "target", "score"], axis=1)
    other = one.rename(columns={"source": "target", "target": "source"})
    apart = pd.concat([one, other])
    apart = apart[apart["source"] != apart["target"]]
    return apart.groupby(["source", "target"], as_index=False)["score"].max()
