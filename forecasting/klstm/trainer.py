"""How a network is fitted: epochs over examples, until the latest days are told no better."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import torch
from torch.utils.data import DataLoader, Dataset

from forecasting.klstm.batches import Batch, Example
from forecasting.klstm.network import KLSTMNetwork, loss
from forecasting.weights import Weights

_USUAL = 8
"""Epochs, where too little happened to tell when to stop."""


@dataclass(frozen=True)
class Configuration:
    """How a K-LSTM is built and trained."""

    hidden: int = 32
    context: int = 16
    dropout: float = 0.2
    epochs: int = 60
    batch: int = 64
    patience: int = 6
    """Epochs without a better forecast of the latest days, after which training stops."""
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    seed: int = 1
    members: int = 2
    """Networks trained from different seeds, whose predictions are averaged."""
    holidays: str | None = None
    """A declared prior of what holidays do (``holiday_priors``)."""


def network_of(settings: Configuration) -> KLSTMNetwork:
    """Before any training."""
    return KLSTMNetwork(settings.hidden, settings.context, settings.dropout)


def network_with(settings: Configuration, weights: Weights) -> KLSTMNetwork:
    """As trained before."""
    network = network_of(settings)
    network.load_state_dict(weights)
    return network.eval()


def best_epochs(
    samples: list[Example], later: list[Example], settings: Configuration, advance: Callable[[int], None]
) -> int:
    """After how many epochs of training on `samples` the `later` ones are forecast best; a usual number
    where there are none of one or the other.
    """
    if not samples or not later:
        return _USUAL
    unseen = Batch.of(later)
    best, lowest = 0, float("inf")
    for epoch, network in enumerate(_training(samples, settings, settings.seed)):
        with torch.no_grad():
            value = float(loss(network.eval()(unseen), unseen))
        if value < lowest:
            best, lowest = epoch, value
        advance(1)
        if epoch in (settings.epochs, best + settings.patience):
            break
    return best


def trained(
    samples: list[Example], settings: Configuration, seed: int, epochs: int, advance: Callable[[int], None]
) -> KLSTMNetwork:
    """After so many `epochs` on `samples`, from a `seed`."""
    stages = _training(samples, settings, seed)
    network = next(stages)
    for _ in range(epochs):
        network = next(stages)
        advance(1)
    return network.eval()


def _training(samples: list[Example], settings: Configuration, seed: int) -> Iterator[KLSTMNetwork]:
    """The same network before the first epoch, and after each."""
    torch.manual_seed(seed)
    network = network_of(settings)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    shuffle = torch.Generator().manual_seed(seed)
    examples = cast("Dataset[Example]", samples)  # A list does for one.
    loader = DataLoader(examples, settings.batch, shuffle=True, generator=shuffle, collate_fn=Batch.of)
    while True:
        yield network
        network.train()
        for batch in loader:
            optimizer.zero_grad()
            loss(network(batch), batch).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
