"""Tags, similarity and the candidate edges of influence at a cut-off."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from graph.connection import Graph
from network import projections
from network.inputs import NetworkInputs
from network.participation_history import Floats
from network.similarity.features import random_directions
from network.similarity.learning import Similarity, learn_similarity
from network.similarity.tag_vectors import user_vectors
from network.tags.key_tags import tag_strengths
from network.tags.text_encoder import TextEncoder, Vectors
from network.tags.user_tags import TagTable, collect_user_tags

NEIGHBOURS = 10
_WIDTH_WITHOUT_TEXTS = 384


@dataclass(frozen=True)
class TagFeatures:
    """The tags of users with their vectors.

    Attributes
    ----------
    user_tags
        Columns user, tag, text, weight, source.
    tags
        The same as a matrix.
    vectors
        The vector of each tag, shape (n_tags, dimensions).
    strengths
        The strength of each tag, shape (n_tags,).
    """

    user_tags: pd.DataFrame
    tags: TagTable
    vectors: Vectors
    strengths: Floats

    @classmethod
    def of(cls, inputs: NetworkInputs, encoder: TextEncoder) -> "TagFeatures":
        """Compute the tag features from the inputs."""
        user_tags = collect_user_tags(inputs.stated, inputs.interests)
        tags = TagTable(inputs.users, user_tags)
        vectors = tag_vectors(tags, encoder)
        return cls(user_tags, tags, vectors, tag_strengths(tags, vectors, inputs.history))

    @property
    def text_vectors(self) -> Floats:
        """The vector of each user by the texts of the user's tags, shape (n_users, dimensions)."""
        return user_vectors(self.tags, self.vectors, self.strengths)


@dataclass(frozen=True)
class SimilarityGraph:
    """Similar users and the candidate edges of influence.

    Attributes
    ----------
    inputs, tagged, similarity
        What the graph was built from.
    similar
        Columns user, other, score: the nearest neighbours of each user.
    edges
        Columns source, target, score, sorted, in both directions.
    """

    inputs: NetworkInputs
    tagged: TagFeatures
    similarity: Similarity
    similar: pd.DataFrame
    edges: pd.DataFrame


def build_similarity(
    graph: Graph, dataset: str, inputs: NetworkInputs, encoder: TextEncoder, seed: int, *, learn: bool = True
) -> SimilarityGraph:
    """Compute similarity at the cut-off of the inputs.

    Parameters
    ----------
    graph, dataset
        Where the nearest neighbours are computed.
    inputs
        The data before the cut-off.
    encoder
        Turns the texts of tags into vectors.
    seed
        Seeds every random step.
    learn
        Learn similarity from participations; otherwise it is that of tag text.
    """
    tagged = TagFeatures.of(inputs, encoder)

    def text_vectors(data: NetworkInputs) -> Floats:
        return (tagged if data is inputs else TagFeatures.of(data, encoder)).text_vectors

    similarity = learn_similarity(inputs, text_vectors, seed, learn=learn)
    similar = similar_users(graph, dataset, inputs.users, similarity.vectors, seed)
    # If the data set states ties, influence is looked for along these.
    pairs = ties_with_similarity(inputs, similarity.vectors) if len(inputs.ties) else similar
    return SimilarityGraph(inputs, tagged, similarity, similar, symmetrise(pairs))


def similar_users(graph: Graph, dataset: str, users: pd.Index, vectors: Floats, seed: int) -> pd.DataFrame:
    """The nearest neighbours of every user with a vector other than zero: columns user, other, score."""
    rows = [
        {"user": user, "vector": vector.tolist()}
        for user, vector in zip(users, vectors, strict=True)
        if vector.any()
    ]
    return projections.nearest_users(graph, dataset, rows, NEIGHBOURS, seed)


def tag_vectors(tags: TagTable, encoder: TextEncoder) -> Vectors:
    """The vectors of the tags' texts, shape (n_tags, dimensions).

    A tag without text gets a random direction of its own, about orthogonal to all others.
    """
    has_text = np.array([bool(text) for text in tags.texts], dtype=bool)
    text_vectors = encoder.vectors([text for text in tags.texts if text])
    if has_text.all():
        return text_vectors
    width = text_vectors.shape[1] if has_text.any() else _WIDTH_WITHOUT_TEXTS
    vectors = np.empty((len(tags.texts), width), dtype=np.float32)
    vectors[has_text] = text_vectors
    directions = random_directions(tags.tags[~has_text], width)
    vectors[~has_text] = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return vectors


def ties_with_similarity(inputs: NetworkInputs, vectors: Floats) -> pd.DataFrame:
    """The ties of the data set with the similarity of their ends: columns source, target, score."""
    source, target = (vectors[inputs.users.get_indexer(inputs.ties[side])] for side in ("source", "target"))
    return inputs.ties.assign(score=np.einsum("ij,ij->i", source, target))


def symmetrise(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs in both directions, without self-loops, sorted: columns source, target, score.

    `pairs` has three columns: one end, the other end, the score.
    """
    forward = pairs.set_axis(["source", "target", "score"], axis=1)
    backward = forward.rename(columns={"source": "target", "target": "source"})
    both = pd.concat([forward, backward])
    both = both[both["source"] != both["target"]]
    return both.groupby(["source", "target"], as_index=False)["score"].max()
