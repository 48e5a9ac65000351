"""Learned similarity: an encoder of all blocks that brings those together who take part together.

Each of three members is a perceptron with one hidden layer on the blocks side by side, its output scaled to
length 1. It is trained so that a partner lies nearer than its negative (the pairwise loss of Rendle et
al., UAI 2009). The ties enter as blocks passed along them (Frasca et al., SIGN, 2020), so that training
needs no graph. The members' outputs, side by side, are the vectors: their cosine is the mean of theirs.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from network.participation_history import Floats
from network.similarity.training_pairs import Pairs

_MEMBERS = 3
_HIDDEN, _WIDTH = 128, 64
_EPOCHS = 3
_BATCH = 4096
_DROPOUT = 0.5
_RATE, _DECAY = 3e-3, 1e-3
_TEMPERATURE = 0.2


class SimilarityEncoder:
    """Fitted once; then turns the blocks of any moment into vectors."""

    def __init__(self, members: list[torch.nn.Sequential]) -> None:
        self._members = members

    @classmethod
    def fit(cls, features: Floats, pairs: Pairs, seed: int) -> "SimilarityEncoder":
        """`features`: shape (n_users, columns), as of before the pairs took part."""
        before = torch.are_deterministic_algorithms_enabled()
        torch.use_deterministic_algorithms(True)
        try:
            # Random numbers of its own: nobody else's change.
            with torch.random.fork_rng(devices=[]):
                return cls([_fit(features, pairs, seed + member) for member in range(_MEMBERS)])
        finally:
            torch.use_deterministic_algorithms(before)

    def vectors(self, features: Floats) -> NDArray[np.float32]:
        """Unit vectors, shape (n_users, 192); of users about whom nothing is known, zero."""
        known = features.any(axis=1)
        inputs = torch.as_tensor(features[known], dtype=torch.float32)
        found = np.zeros((len(features), _MEMBERS * _WIDTH), dtype=np.float32)
        with torch.no_grad():
            parts = [functional.normalize(member.eval()(inputs), dim=1) for member in self._members]
        found[known] = torch.cat(parts, dim=1).numpy() / np.sqrt(_MEMBERS)
        return found


def _fit(features: Floats, pairs: Pairs, seed: int) -> torch.nn.Sequential:
    torch.manual_seed(seed)
    member = torch.nn.Sequential(
        torch.nn.Dropout(_DROPOUT),
        torch.nn.Linear(features.shape[1], _HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Dropout(_DROPOUT),
        torch.nn.Linear(_HIDDEN, _WIDTH),
    )
    inputs = torch.as_tensor(features, dtype=torch.float32)
    sides = torch.as_tensor(np.stack([pairs.user, pairs.partner, pairs.negative]))
    weights = torch.as_tensor(pairs.weights, dtype=torch.float32)
    optimiser = torch.optim.AdamW(member.parameters(), lr=_RATE, weight_decay=_DECAY)
    member.train()
    for _ in range(_EPOCHS):
        for batch in torch.randperm(len(pairs)).split(_BATCH):
            users, where = sides[:, batch].unique(return_inverse=True)
            placed = functional.normalize(member(inputs[users]), dim=1)
            user, partner, negative = placed[where]
            margin = ((user * partner).sum(1) - (user * negative).sum(1)) / _TEMPERATURE
            loss = (weights[batch] * functional.softplus(-margin)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return member
