"""Learns which users are similar from the participations between an earlier day and the cut-off."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from network.inputs import NetworkInputs
from network.participation_history import Floats, ParticipationHistory
from network.similarity.encoder import SimilarityEncoder
from network.similarity.features import Blocks, feature_blocks, item_embeddings
from network.similarity.ranking_quality import ranking_quality
from network.similarity.training_pairs import Pairs, training_pairs
from network.statistics import SimilarityValidation

_MIN_PAIRS = 1_000

TextVectors = Callable[[NetworkInputs], Floats]
"""Computes the text block from inputs."""


@dataclass(frozen=True)
class Similarity:
    """User vectors whose dot product is the similarity.

    Attributes
    ----------
    vectors
        Shape (n_users, dimensions).
    learned
        Whether similarity was learned from participations; otherwise it is that of tag text.
    """

    vectors: Floats
    learned: bool


def validate_similarity(
    history: ParticipationHistory, since: float, similarity: Similarity, text: Floats, seed: int
) -> SimilarityValidation | None:
    """Measure learned similarity and tag text on participations from `since` on.

    Parameters
    ----------
    history
        Participations before and after `since`.
    since
        The cut-off of `similarity` and `text`, in seconds since the epoch.
    similarity
        The similarity to validate.
    text
        The text block, shape (n_users, dimensions).
    seed
        Seeds the sampling of pairs.

    Returns
    -------
    SimilarityValidation | None
        The AUC of both; None with fewer than 1,000 pairs.
    """
    pairs = training_pairs(history, since, seed)
    if len(pairs) < _MIN_PAIRS:
        return None
    learned, by_text = ranking_quality(similarity.vectors, pairs), ranking_quality(text, pairs)
    return SimilarityValidation(float(learned["auc"].mean()), float(by_text["auc"].mean()), len(learned))


def learn_similarity(
    inputs: NetworkInputs, text_vectors: TextVectors, seed: int, *, learn: bool = True
) -> Similarity:
    """Learn similarity from the inputs alone.

    The encoder is fitted on features from before the middle of the inputs and participations after it, then
    applied to features at the cut-off. With fewer than 1,000 pairs, or without `learn`, similarity is that of
    tag text.

    Parameters
    ----------
    inputs
        The data before the cut-off.
    text_vectors
        Computes the text block.
    seed
        Seeds the sampling of pairs and the training.
    learn
        Whether to learn at all.
    """
    text = text_vectors(inputs)
    if not learn:
        return Similarity(text, learned=False)
    earlier = inputs.before(inputs.middle())
    pairs = training_pairs(inputs.history, earlier.seconds, seed)
    if len(pairs) < _MIN_PAIRS:
        return Similarity(text, learned=False)
    item_vectors = item_embeddings(earlier.interests)
    earlier_text, text = _of_one_width(text_vectors(earlier), text)
    earlier_blocks = feature_blocks(earlier, earlier_text, item_vectors)
    blocks = feature_blocks(inputs, text, item_vectors)
    return Similarity(learned_vectors(earlier_blocks, blocks, pairs, seed), learned=True)


def _of_one_width(*texts: Floats) -> list[Floats]:
    """Text blocks with as many columns as the widest; one of users without tags has one, of zeros."""
    width = max(text.shape[1] for text in texts)
    return [np.pad(text, ((0, 0), (0, width - text.shape[1]))) for text in texts]


def learned_vectors(earlier: Blocks, current: Blocks, pairs: Pairs, seed: int) -> Floats:
    """Fit an encoder on `earlier` blocks and the pairs after them, and apply it to `current` blocks.

    Returns
    -------
    Floats
        Unit vectors, shape (n_users, dimensions).
    """
    encoder = SimilarityEncoder.fit(_concatenate(earlier), pairs, seed)
    return encoder.vectors(_concatenate(current)).astype(float)


def _concatenate(blocks: Blocks) -> Floats:
    return np.hstack(list(blocks.values()))
