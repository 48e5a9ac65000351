"""Learns, from what came between an earlier moment and now, which users are similar as of now."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from network.inputs import NetworkInputs
from network.participation_history import Floats, ParticipationHistory
from network.runs import SimilarityValidation
from network.similarity.encoder import SimilarityEncoder
from network.similarity.features import Blocks, feature_blocks, item_embeddings
from network.similarity.ranking_quality import quality
from network.similarity.training_pairs import Pairs, pairs_of

_FEWEST_PAIRS = 1_000

TextOf = Callable[[NetworkInputs], Floats]
"""The text block as of the day of the inputs."""


@dataclass(frozen=True)
class Similarity:
    """`vectors`: of every user, as of the day of the inputs, nearer for more similar users; `learned`
    says whether enough took part together to learn from, or tag text alone had to do.
    """

    vectors: Floats
    learned: bool


def validate_similarity(
    history: ParticipationHistory, since: float, similarity: Similarity, text: Floats, seed: int
) -> SimilarityValidation | None:
    """Of a similarity and of tag text, both as of `since`, on what came from then on; None where too little
    did to tell.
    """
    pairs = pairs_of(history, since, seed)
    if len(pairs) < _FEWEST_PAIRS:
        return None
    ours, theirs = quality(similarity.vectors, pairs), quality(text, pairs)
    return SimilarityValidation(float(ours["auc"].mean()), float(theirs["auc"].mean()), len(ours))


def learn_similarity(inputs: NetworkInputs, text_of: TextOf, seed: int, *, learn: bool = True) -> Similarity:
    """Nothing at or after the day of `inputs` is read: what is learned from lies before it, and the
    features that it is learned on lie before the middle of that. Without `learn`, by tag text alone.
    """
    text = text_of(inputs)
    if not learn:
        return Similarity(text, learned=False)
    earlier = inputs.before(inputs.middle())
    pairs = pairs_of(inputs.history, earlier.seconds, seed)
    if len(pairs) < _FEWEST_PAIRS:
        return Similarity(text, learned=False)
    item_vectors = item_embeddings(earlier.interests)
    then = feature_blocks(earlier, text_of(earlier), item_vectors)
    now = feature_blocks(inputs, text, item_vectors)
    return Similarity(learned_vectors(then, now, pairs, seed), learned=True)


def learned_vectors(then: Blocks, now: Blocks, pairs: Pairs, seed: int) -> Floats:
    """Unit vectors from the blocks of `now`, learned from the blocks of `then` and the pairs after it."""
    return SimilarityEncoder.fit(_side_by_side(then), pairs, seed).vectors(_side_by_side(now)).astype(float)


def _side_by_side(blocks: Blocks) -> Floats:
    return np.hstack(list(blocks.values()))
