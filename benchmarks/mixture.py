"""The simple alternative to learned similarity: a non-negative weight per block, fitted to the same pairs."""

import numpy as np
from scipy.optimize import minimize

from network.participation_history import Floats
from network.similarity.features import Blocks
from network.similarity.training_pairs import Pairs

_RIDGE = 1e-3


def mixed_vectors(training_blocks: Blocks, blocks: Blocks, pairs: Pairs) -> Floats:
    """Return vectors whose dot product is the weighted sum of those of `blocks`.

    The weights minimise a logistic loss on `training_blocks`.
    """
    gaps = np.column_stack([_gap(block, pairs) for block in training_blocks.values()])
    weights = pairs.weights

    def loss(shares: Floats) -> tuple[float, Floats]:
        margin = gaps @ shares
        value = float((weights * np.logaddexp(0, -margin)).mean()) + _RIDGE * float(shares @ shares)
        pull = weights / (1 + np.exp(margin))
        return value, 2 * _RIDGE * shares - (gaps * pull[:, np.newaxis]).mean(axis=0)

    count = len(training_blocks)
    weights = minimize(loss, np.zeros(count), jac=True, bounds=[(0, None)] * count).x
    return np.hstack(
        [np.sqrt(weight) * blocks[name] for weight, name in zip(weights, training_blocks, strict=True)]
    )


def _gap(block: Floats, pairs: Pairs) -> Floats:
    """Difference of similarity between each partner and its negative."""
    apart = block[pairs.partner] - block[pairs.negative]
    return np.asarray(np.einsum("ij,ij->i", block[pairs.user], apart))
