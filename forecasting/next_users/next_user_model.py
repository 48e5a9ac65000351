"""A network that ranks the next user of a campaign.

    P(v is next) = softmax(w . x_v + f(x_v))   over the users who have not taken part

where x_v are the ``sequence_features`` and f is a multilayer perceptron. Maximum likelihood on past campaigns
(``examples``) fits it; three networks of different seeds are averaged.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from safetensors import SafetensorError
from scipy.special import log_softmax
from torch import Tensor, nn

from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, Floats, median_gap
from forecasting.next_users.examples import Examples, build_examples
from forecasting.next_users.sequence_features import FEATURES, SequenceFeatures
from forecasting.weights import read_networks, write_networks
from graph.errors import InvalidRequest, NotReady
from graph.progress import Progress
from graph.remedies import Remedy

MAX_USERS = 4000
"""Users that a model ranks, at most: those with the most campaigns."""
MIN_CAMPAIGNS = 20
_FORMAT = 2
_BATCH, _LEARNING_RATE, _WEIGHT_DECAY = 32, 3e-3, 1e-3
_SCALE_EXAMPLES = 600
"""Examples from which the mean and scale of the features are estimated."""
_HIDDEN, _DROPOUT = (96, 24), 0.1


class _Network(nn.Module):
    """The logit of each candidate."""

    def __init__(self) -> None:
        super().__init__()
        first, second = _HIDDEN
        self.linear = nn.Linear(FEATURES, 1)
        last = nn.Linear(second, 1)
        nn.init.zeros_(last.weight)
        self.perceptron = nn.Sequential(
            nn.Linear(FEATURES, first), nn.ReLU(), nn.Dropout(_DROPOUT),
            nn.Linear(first, second), nn.ReLU(), last,
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """Logits, shape (..., n_candidates), from features, shape (..., n_candidates, FEATURES)."""
        return (self.linear(x) + self.perceptron(x)).squeeze(-1)


@dataclass(frozen=True)
class Hyperparameters:
    """Number of networks in the ensemble (`members`), and epochs of training of each."""

    members: int = 3
    epochs: int = 8


@dataclass(frozen=True)
class NextUserModel:
    """A fitted model.

    Attributes
    ----------
    members
        Networks trained from different seeds.
    mean, scale
        Mean and standard deviation of the features, shape (FEATURES,).
    gap
        The median gap between participants, in seconds.
    """

    members: list[_Network]
    mean: Floats
    scale: Floats
    gap: float

    @classmethod
    def fit(
        cls,
        sequences: Iterable[EventSequence],
        n_users: int,
        progress: Progress,
        seed: int = 1,
        hyperparameters: Hyperparameters = Hyperparameters(),
    ) -> Self:
        """Fit to past campaigns. Raises InvalidRequest for fewer than MIN_CAMPAIGNS with two participants."""
        usable = [sequence for sequence in sequences if len(sequence) > 1]
        if len(usable) < MIN_CAMPAIGNS:
            raise InvalidRequest(
                f"{len(usable)} campaigns with two or more participants are too few to train on.",
                f"{MIN_CAMPAIGNS} are needed; choose a later day, or import more campaigns.",
            )
        gap = median_gap(usable)
        examples = build_examples(
            usable, n_users, gap, seed, progress.stage("Building examples from campaigns", len(usable))
        )
        assert examples is not None
        mean, scale = _feature_scale(examples)
        epochs = hyperparameters.members * hyperparameters.epochs
        advance = progress.stage("Training the next-user model", epochs)
        members = [
            _train_network(examples, mean, scale, seed + member, hyperparameters.epochs, advance)
            for member in range(hyperparameters.members)
        ]
        return cls(members, mean, scale, gap)

    def log_probabilities(self, cooccurrence: Cooccurrence, so_far: EventSequence) -> Floats:
        """Log probability of each user to be next, shape (n_users,); minus infinity for participants.

        Parameters
        ----------
        cooccurrence
            Statistics of past campaigns.
        so_far
            The participants so far, at least one.
        """
        features = SequenceFeatures(cooccurrence, self.gap)
        for user, seconds in zip(so_far.users, so_far.seconds, strict=True):
            features.add(int(user), float(seconds))
        return self.log_probabilities_from(features, so_far)

    def log_probabilities_from(self, features: SequenceFeatures, so_far: EventSequence) -> Floats:
        """`log_probabilities` from the features after the participants `so_far`."""
        x = torch.from_numpy((features.matrix() - self.mean) / self.scale)
        with torch.no_grad():
            logits = torch.stack([member(x) for member in self.members]).mean(dim=0).numpy()
        logits[so_far.users] = -np.inf
        return np.asarray(log_softmax(logits))

    def write(self, path: Path, description: dict[str, str]) -> None:
        """Write the model and its description, atomically."""
        metadata = {"next_users": json.dumps({**description, "format": _FORMAT})}
        tensors = {"mean": torch.from_numpy(self.mean), "spread": torch.from_numpy(self.scale)}
        tensors["gap"] = torch.tensor(self.gap, dtype=torch.float64)
        write_networks(path, [member.state_dict() for member in self.members], metadata, **tensors)

    @classmethod
    def read(cls, path: Path, dataset: str | None = None) -> Self:
        """Read a model (of `dataset`). Raises NotReady for a file of another format or none."""
        try:
            metadata, weights, tensors = read_networks(path)
            if json.loads(metadata["next_users"])["format"] != _FORMAT:
                raise ValueError("another format")
            members = [_Network() for _ in weights]
            for member, state in zip(members, weights, strict=True):
                member.load_state_dict(state)
                member.eval()
            mean, scale = tensors["mean"].numpy(), tensors["spread"].numpy()
            return cls(members, mean, scale, float(tensors["gap"]))
        except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            remedy = Remedy("Train again", "train model", next_users=True, dataset=dataset)
            raise NotReady(f"{path.name} cannot be read.", remedy) from error


def _feature_scale(examples: Examples) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each feature, estimated from a sample of the examples."""
    sample = np.random.default_rng(0).integers(len(examples.x), size=_SCALE_EXAMPLES)
    x, weight = examples.x[sample].astype(np.float32), np.exp(examples.offset[sample])
    total = weight.sum()
    mean = (x * weight[..., np.newaxis]).sum(axis=(0, 1)) / total
    scale = np.sqrt((((x - mean) ** 2) * weight[..., np.newaxis]).sum(axis=(0, 1)) / total)
    return mean, scale + 1e-3


def _train_network(
    examples: Examples, mean: Floats, scale: Floats, seed: int, epochs: int, advance: Callable[[int], None]
) -> _Network:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = _Network()
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    steps = epochs * (len(examples.x) // _BATCH + 1)
    scheduler = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.01, steps)
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(len(examples.x)), len(examples.x) // _BATCH + 1):
            x = torch.from_numpy((examples.x[batch].astype(np.float32) - mean) / scale)
            logits = network(x) + torch.from_numpy(examples.offset[batch])
            # The first candidate is the actual next user.
            loss = -torch.log_softmax(logits, dim=1)[:, 0].mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            scheduler.step()
        advance(1)
    network.eval()
    return network
