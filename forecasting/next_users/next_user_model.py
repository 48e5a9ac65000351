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
from forecasting.next_users.event_sequence import EventSequence, Floats, usual_gap
from forecasting.next_users.examples import Examples, build_examples
from forecasting.next_users.sequence_features import FEATURES, SequenceFeatures
from forecasting.weights import read_networks, write_networks
from graph.errors import InvalidRequest, NotReady
from graph.progress import Progress

MAX_USERS = 4000
"""The users with the most campaigns; statistics of pairs are kept for these."""
MIN_CAMPAIGNS = 20
_FORMAT = 2
_BATCH, _LEARNING_RATE, _WEIGHT_DECAY = 32, 3e-3, 1e-3
_SCALE_EXAMPLES = 600
"""Examples from which the scale of the features is estimated."""
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
class Fitting:
    """Number of networks, and epochs of each."""

    members: int = 3
    epochs: int = 8


@dataclass(frozen=True)
class NextUserModel:
    """A fitted model.

    Attributes
    ----------
    members
        Networks of different seeds.
    mean, spread
        Scale of the features, shape (FEATURES,).
    gap
        The usual gap between participants, in seconds.
    """

    members: list[_Network]
    mean: Floats
    spread: Floats
    gap: float

    @classmethod
    def fit(
        cls,
        known: Iterable[EventSequence],
        users: int,
        progress: Progress,
        seed: int = 1,
        fitting: Fitting = Fitting(),
    ) -> Self:
        """Fit to campaigns of so many `users`. Raises InvalidRequest for fewer than MIN_CAMPAIGNS."""
        long = [sequence for sequence in known if len(sequence) > 1]
        if len(long) < MIN_CAMPAIGNS:
            raise InvalidRequest(
                f"{len(long)} campaigns with two or more participants are too few to train on.",
                f"{MIN_CAMPAIGNS} are needed; choose a later day, or import more campaigns.",
            )
        gap = usual_gap(long)
        examples = build_examples(
            long, users, gap, seed, progress.stage("Building examples from campaigns", len(long))
        )
        assert examples is not None
        mean, spread = _scale(examples)
        advance = progress.stage("Training the next-user model", fitting.members * fitting.epochs)
        members = [
            _trained(examples, mean, spread, seed + member, fitting.epochs, advance)
            for member in range(fitting.members)
        ]
        return cls(members, mean, spread, gap)

    def scores(self, cooccurrence: Cooccurrence, so_far: EventSequence) -> Floats:
        """Log probability of each user to be next, shape (n_users,); minus infinity for participants."""
        features = SequenceFeatures(cooccurrence, self.gap)
        for user, seconds in zip(so_far.users, so_far.seconds, strict=True):
            features.add(int(user), float(seconds))
        return self.next_of(features, so_far)

    def next_of(self, features: SequenceFeatures, so_far: EventSequence) -> Floats:
        """The same, from features that hold the participants `so_far`."""
        x = torch.from_numpy((features.matrix() - self.mean) / self.spread)
        with torch.no_grad():
            logits = torch.stack([member(x) for member in self.members]).mean(dim=0).numpy()
        logits[so_far.users] = -np.inf
        return np.asarray(log_softmax(logits))

    def write(self, path: Path, described: dict[str, str]) -> None:
        """Write the model and its description, atomically."""
        description = json.dumps({**described, "format": _FORMAT})
        others = {"mean": torch.from_numpy(self.mean), "spread": torch.from_numpy(self.spread)}
        others["gap"] = torch.tensor(self.gap, dtype=torch.float64)
        write_networks(
            path, [member.state_dict() for member in self.members], {"next_users": description}, **others
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a model. Raises NotReady for a file of another format or none."""
        try:
            metadata, weights, others = read_networks(path)
            if json.loads(metadata["next_users"])["format"] != _FORMAT:
                raise ValueError("another format")
            members = [_Network() for _ in weights]
            for member, own in zip(members, weights, strict=True):
                member.load_state_dict(own)
                member.eval()
            return cls(members, others["mean"].numpy(), others["spread"].numpy(), float(others["gap"]))
        except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise NotReady(f"{path.name} cannot be read.", "Learn again with `groundswell train`.") from error


def _scale(examples: Examples) -> tuple[Floats, Floats]:
    drawn = np.random.default_rng(0).integers(len(examples.x), size=_SCALE_EXAMPLES)
    x, stands_for = examples.x[drawn].astype(np.float32), np.exp(examples.offset[drawn])
    total = stands_for.sum()
    mean = (x * stands_for[..., np.newaxis]).sum(axis=(0, 1)) / total
    spread = np.sqrt((((x - mean) ** 2) * stands_for[..., np.newaxis]).sum(axis=(0, 1)) / total)
    return mean, spread + 1e-3


def _trained(
    examples: Examples, mean: Floats, spread: Floats, seed: int, epochs: int, advance: Callable[[int], None]
) -> _Network:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = _Network()
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    steps = epochs * (len(examples.x) // _BATCH + 1)
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.01, steps)
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(len(examples.x)), len(examples.x) // _BATCH + 1):
            x = torch.from_numpy((examples.x[batch].astype(np.float32) - mean) / spread)
            logits = network(x) + torch.from_numpy(examples.offset[batch])
            # The first candidate is the actual next user.
            loss = -torch.log_softmax(logits, dim=1)[:, 0].mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            slower.step()
        advance(1)
    network.eval()
    return network
