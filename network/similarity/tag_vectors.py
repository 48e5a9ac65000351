"""The paper's similarity: a vector per user, from the texts of the user's tags."""

import numpy as np
from numpy.typing import NDArray

from network.participation_history import Floats
from network.tags.user_tags import TagTable, unit

_FLOOR = 0.1


def user_vectors(tags: TagTable, vectors: NDArray[np.float32], strengths: Floats) -> Floats:
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
    return unit(means)
