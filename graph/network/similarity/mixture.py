"""The plain part of learned similarity: a non-negative share for each block.

Where there is little to learn from, a few shares are learned better than an encoder's thousands of weights.
"""

import numpy as np
from scipy.optimize import minimize

from graph.network.past import Floats
from graph.network.similarity.features import Blocks, directions
from graph.network.similarity.pairs import Pairs
from graph.network.tags import unit

_WIDTH = 256
_RIDGE = 1e-3


class Mixture:
    """Fitted once; then turns the blocks of any moment into vectors whose dot product is the shares' sum of
    the blocks' (projected at random: about).
    """

    def __init__(self, shares: dict[str, float]) -> None:
        self.shares = shares

    @classmethod
    def fit(cls, blocks: Blocks, pairs: Pairs) -> "Mixture":
        """The shares that tell partners from strangers best (logistic loss), on blocks as of before."""
        gaps = np.column_stack([_gap(block, pairs) for block in blocks.values()])
        weights = pairs.weights

        def loss(shares: Floats) -> tuple[float, Floats]:
            margin = gaps @ shares
            value = float((weights * np.logaddexp(0, -margin)).mean()) + _RIDGE * float(shares @ shares)
            pull = weights / (1 + np.exp(margin))
            return value, 2 * _RIDGE * shares - (gaps * pull[:, np.newaxis]).mean(axis=0)

        count = len(blocks)
        found = minimize(loss, np.zeros(count), jac=True, bounds=[(0, None)] * count).x
        return cls(dict(zip(blocks, found.tolist(), strict=True)))

    def vectors(self, blocks: Blocks) -> Floats:
        """Unit vectors, shape (n_users, 256)."""
        users = len(next(iter(blocks.values())))
        placed = np.zeros((users, _WIDTH))
        for name, share in self.shares.items():
            if share > 0:
                block = blocks[name]
                axes = directions((f"{name} {axis}" for axis in range(block.shape[1])), _WIDTH)
                placed += np.sqrt(share) * (block @ axes)
        return unit(placed)


def _gap(block: Floats, pairs: Pairs) -> Floats:
    """How much nearer each partner is than its stranger."""
    apart = block[pairs.partner] - block[pairs.stranger]
    return np.asarray(np.einsum("ij,ij->i", block[pairs.user], apart))
