"""Tag-text similarity: a vector per user from the texts of the user's tags."""

import numpy as np
from numpy.typing import NDArray

from network.participation_history import Floats
from network.tags.user_tags import TagTable, unit_rows

_SMALLEST_STRENGTH = 0.1


def user_vectors(tags: TagTable, vectors: NDArray[np.float32], strengths: Floats) -> Floats:
    """The weighted mean of each user's tag vectors, minus the mean over all users, scaled to length 1.

    Parameters
    ----------
    tags
        The tags of users.
    vectors
        Shape (n_tags, dimensions).
    strengths
        Shape (n_tags,). A tag counts by its weight times 0.1 + strength, so that tags without evidence count
        a little.

    Returns
    -------
    Floats
        Shape (n_users, dimensions); zero for users without tags.
    """
    weighted = tags.weights.multiply(_SMALLEST_STRENGTH + strengths).tocsr()
    mass = np.asarray(weighted.sum(axis=1)).reshape(-1, 1)
    means = weighted @ vectors.astype(float) / np.where(mass > 0, mass, 1.0)
    tagged = mass[:, 0] > 0
    if tagged.any():
        means[tagged] -= means[tagged].mean(axis=0)
    return unit_rows(means)
