"""A vector per user, from the texts of the user's tags; nearer vectors mean more similar users."""

import numpy as np
from numpy.typing import NDArray

from graph.network.tags import TagTable

NEIGHBOURS = 10
_FLOOR = 0.1


def user_vectors(
    tags: TagTable, vectors: NDArray[np.float32], strengths: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Unit vectors, shape (n_users, dimensions): the mean of the users' tag vectors.

    Each tag counts by its weight and its strength (a tag without evidence still counts a tenth).
    The mean over all users is taken off first: what everybody has in common would make everybody
    similar. A user without tags has a zero vector.
    """
    weighted = tags.weights.multiply(_FLOOR + strengths).tocsr()
    mass = np.asarray(weighted.sum(axis=1)).reshape(-1, 1)
    means = weighted @ vectors.astype(float) / np.where(mass > 0, mass, 1.0)
    tagged = mass[:, 0] > 0
    if tagged.any():
        means[tagged] -= means[tagged].mean(axis=0)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return np.divide(means, lengths, out=np.zeros_like(means), where=lengths > 0)
