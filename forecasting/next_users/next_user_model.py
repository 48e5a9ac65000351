"""Who takes part next: a network over what past campaigns say of every user.

    P(v next) = softmax over users who have not taken part of (w . x_v + f(x_v))

with x_v the factors of ``features`` and f a perceptron, fitted by maximum likelihood to past campaigns
replayed (``examples``); three from different seeds are averaged.
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

MOST_USERS = 4000
"""What past campaigns tell of pairs of users is kept for so many, who take part most."""
LEAST_CAMPAIGNS = 20
_FORMAT = 1
_BATCH, _RATE, _DECAY = 32, 3e-3, 1e-3
_HIDDEN, _DROPPED = (96, 24), 0.1


class _Network(nn.Module):
    """A logit of each candidate's factors."""

    def __init__(self) -> None:
        super().__init__()
        first, second = _HIDDEN
        self.straight = nn.Linear(FEATURES, 1)
        last = nn.Linear(second, 1)
        nn.init.zeros_(last.weight)
        self.bent = nn.Sequential(
            nn.Linear(FEATURES, first), nn.ReLU(), nn.Dropout(_DROPPED),
            nn.Linear(first, second), nn.ReLU(), last,
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """Shape (..., n_candidates) of (..., n_candidates, FEATURES)."""
        return (self.straight(x) + self.bent(x)).squeeze(-1)


@dataclass(frozen=True)
class Fitting:
    """How much is fitted: so many networks from different seeds, so often over all examples."""

    members: int = 3
    epochs: int = 8


@dataclass(frozen=True)
class NextUserModel:
    """Fitted. `mean` and `spread` of the factors; `gap`, the unit of time in seconds."""

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
        """To campaigns of so many users. Raises InvalidRequest where there are too few of them."""
        long = [one for one in known if len(one) > 1]
        if len(long) < LEAST_CAMPAIGNS:
            raise InvalidRequest(
                f"{len(long)} campaigns of two participants or more are too few to learn from.",
                f"{LEAST_CAMPAIGNS} are needed; choose a later day, or import more campaigns.",
            )
        gap = usual_gap(long)
        examples = build_examples(long, users, gap, seed, progress.stage("Replaying campaigns", len(long)))
        assert examples is not None
        mean, spread = _scale(examples)
        advance = progress.stage("Training on who came next", fitting.members * fitting.epochs)
        members = [
            _trained(examples, mean, spread, seed + member, fitting.epochs, advance)
            for member in range(fitting.members)
        ]
        return cls(members, mean, spread, gap)

    def scores(self, cooccurrence: Cooccurrence, so_far: EventSequence) -> Floats:
        """Of each user the logarithm of its probability of being next, shape (n_users,); minus infinity for
        those who have taken part.
        """
        features = SequenceFeatures(cooccurrence, self.gap)
        for user, seconds in zip(so_far.users, so_far.seconds, strict=True):
            features.add(int(user), float(seconds))
        return self.next_of(features, so_far)

    def next_of(self, features: SequenceFeatures, so_far: EventSequence) -> Floats:
        """The same, of a features that was fed with `so_far`."""
        x = torch.from_numpy((features.matrix() - self.mean) / self.spread)
        with torch.no_grad():
            logits = torch.stack([member(x) for member in self.members]).mean(dim=0).numpy()
        logits[so_far.users] = -np.inf
        return np.asarray(log_softmax(logits))

    def write(self, path: Path, described: dict[str, str]) -> None:
        """At once or not at all, with what it is."""
        told = json.dumps({**described, "format": _FORMAT})
        others = {"mean": torch.from_numpy(self.mean), "spread": torch.from_numpy(self.spread)}
        others["gap"] = torch.tensor(self.gap, dtype=torch.float64)
        write_networks(path, [one.state_dict() for one in self.members], {"next_users": told}, **others)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises NotReady where `path` is nothing that this version can read."""
        try:
            told, weights, others = read_networks(path)
            if json.loads(told["next_users"])["format"] != _FORMAT:
                raise ValueError("another format")
            members = [_Network() for _ in weights]
            for member, own in zip(members, weights, strict=True):
                member.load_state_dict(own)
                member.eval()
            return cls(members, others["mean"].numpy(), others["spread"].numpy(), float(others["gap"]))
        except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise NotReady(f"{path.name} cannot be read.", "Learn again with `groundswell train`.") from error


def _scale(examples: Examples) -> tuple[Floats, Floats]:
    drawn = np.random.default_rng(0).integers(len(examples.x), size=600)
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
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = epochs * (len(examples.x) // _BATCH + 1)
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.01, steps)
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(len(examples.x)), len(examples.x) // _BATCH + 1):
            x = torch.from_numpy((examples.x[batch].astype(np.float32) - mean) / spread)
            logits = network(x) + torch.from_numpy(examples.offset[batch])
            # Who came is the first candidate.
            loss = -torch.log_softmax(logits, dim=1)[:, 0].mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            slower.step()
        advance(1)
    network.eval()
    return network
