"""Learned similarity: an encoder under which users who take part together lie close to each other.

An ensemble of three perceptrons, each with one hidden layer on the concatenated feature blocks and an output
of unit length. They are trained by the pairwise logistic loss so that a partner lies nearer than a negative.
Ties enter as blocks propagated along them beforehand, so training needs no graph. A user's vector is the
concatenation of the outputs; its cosine is the mean of the members' cosines.

References
----------
Rendle et al., "BPR: Bayesian Personalized Ranking from Implicit Feedback" (UAI 2009);
Frasca et al., "SIGN: Scalable Inception Graph Neural Networks" (2020).
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
_LEARNING_RATE, _WEIGHT_DECAY = 3e-3, 1e-3
_TEMPERATURE = 0.2


class SimilarityEncoder:
    """A fitted encoder: feature blocks in, user vectors out."""

    def __init__(self, members: list[torch.nn.Sequential]) -> None:
        self._members = members

    @classmethod
    def fit(cls, features: Floats, pairs: Pairs, seed: int) -> "SimilarityEncoder":
        """Train the ensemble.

        Parameters
        ----------
        features
            Shape (n_users, n_features), from before the participations of the pairs.
        pairs
            Who took part together, and who did not.
        seed
            Seeds weights, batches and dropout; torch's global random state stays as it was.
        """
        before = torch.are_deterministic_algorithms_enabled()
        torch.use_deterministic_algorithms(True)
        try:
            with torch.random.fork_rng(devices=[]):
                return cls([_fit(features, pairs, seed + member) for member in range(_MEMBERS)])
        finally:
            torch.use_deterministic_algorithms(before)

    def vectors(self, features: Floats) -> NDArray[np.float32]:
        """Unit vectors of shape (n_users, 192); zero for users without any feature."""
        has_features = features.any(axis=1)
        inputs = torch.as_tensor(features[has_features], dtype=torch.float32)
        vectors = np.zeros((len(features), _MEMBERS * _WIDTH), dtype=np.float32)
        with torch.no_grad():
            parts = [functional.normalize(member.eval()(inputs), dim=1) for member in self._members]
        vectors[has_features] = torch.cat(parts, dim=1).numpy() / np.sqrt(_MEMBERS)
        return vectors


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
    triples = torch.as_tensor(np.stack([pairs.user, pairs.partner, pairs.negative]))
    weights = torch.as_tensor(pairs.weights, dtype=torch.float32)
    optimiser = torch.optim.AdamW(member.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    member.train()
    for _ in range(_EPOCHS):
        for batch in torch.randperm(len(pairs)).split(_BATCH):
            users, places = triples[:, batch].unique(return_inverse=True)
            vectors = functional.normalize(member(inputs[users]), dim=1)
            user, partner, negative = vectors[places]
            margin = ((user * partner).sum(1) - (user * negative).sum(1)) / _TEMPERATURE
            loss = (weights[batch] * functional.softplus(-margin)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return member
