"""Tags, and who is joined to whom, as of a moment: what influence is then looked for along."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from graph.connection import Graph
from network import projections
from network.inputs import NetworkInputs
from network.participation_history import Floats
from network.similarity.features import directions
from network.similarity.learning import Similarity, learn_similarity
from network.similarity.tag_vectors import user_vectors
from network.tags.key_tags import tag_strengths
from network.tags.text_encoder import TextEncoder, Vectors
from network.tags.user_tags import TagTable, tags_of_users

NEIGHBOURS = 10


@dataclass(frozen=True)
class TagFeatures:
    """user_tags: user, tag, text, weight, source. vectors and strengths: of each tag of `tags`."""

    user_tags: pd.DataFrame
    tags: TagTable
    vectors: Vectors
    strengths: Floats

    @classmethod
    def of(cls, inputs: NetworkInputs, encoder: TextEncoder) -> "TagFeatures":
        """As of the day of `inputs`."""
        user_tags = tags_of_users(inputs.stated, inputs.interests)
        tags = TagTable(inputs.users, user_tags)
        vectors = vectors_of(tags, encoder)
        return cls(user_tags, tags, vectors, tag_strengths(tags, vectors, inputs.history))

    @property
    def text_vectors(self) -> Floats:
        """The users, by the texts of their tags."""
        return user_vectors(self.tags, self.vectors, self.strengths)


@dataclass(frozen=True)
class SimilarityGraph:
    """similar: user, other, score, each user with those nearest by `similarity`. edges: source, target,
    score, sorted, both directions.
    """

    inputs: NetworkInputs
    tagged: TagFeatures
    similarity: Similarity
    similar: pd.DataFrame
    edges: pd.DataFrame


def build_similarity(
    graph: Graph, dataset: str, inputs: NetworkInputs, encoder: TextEncoder, seed: int, *, learn: bool = True
) -> SimilarityGraph:
    """Nothing at or after the day of `inputs` is read. Without `learn`, similarity is that of tag text."""
    tagged = TagFeatures.of(inputs, encoder)

    def text_of(known: NetworkInputs) -> Floats:
        return (tagged if known is inputs else TagFeatures.of(known, encoder)).text_vectors

    similarity = learn_similarity(inputs, text_of, seed, learn=learn)
    similar = similar_users(graph, dataset, inputs.users, similarity.vectors, seed)
    # Where people's real ties are known, they are what influence travels along.
    joined = ties_with_similarity(inputs, similarity.vectors) if len(inputs.ties) else similar
    return SimilarityGraph(inputs, tagged, similarity, similar, symmetrise(joined))


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


def ties_with_similarity(inputs: NetworkInputs, vectors: Floats) -> pd.DataFrame:
    """The real ties, and how similar their ends are."""
    one, other = (vectors[inputs.users.get_indexer(inputs.ties[side])] for side in ("source", "target"))
    return inputs.ties.assign(score=np.einsum("ij,ij->i", one, other))


def symmetrise(joined: pd.DataFrame) -> pd.DataFrame:
    """source, target, score of `joined` (three columns, in this order) in both directions, sorted."""
    one = joined.set_axis(["source", "target", "score"], axis=1)
    other = one.rename(columns={"source": "target", "target": "source"})
    apart = pd.concat([one, other])
    apart = apart[apart["source"] != apart["target"]]
    return apart.groupby(["source", "target"], as_index=False)["score"].max()
