"""Training of a network: epochs over examples, with early stopping on the latest steps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch_geometric.loader import DataLoader

from forecasting.klstm.batches import Example, collate
from forecasting.klstm.network import KLSTMNetwork, loss
from forecasting.weights import Weights

_DEFAULT_EPOCHS = 8
"""Where the data is too short for early stopping."""
_MAX_GRADIENT_NORM = 1.0
THREADS = 1
"""The tensors are small: more threads gain nothing, and wait for each other next to a busy process
(``make bench-training-load``)."""


@dataclass(frozen=True)
class Configuration:
    """Hyperparameters of a K-LSTM.

    Attributes
    ----------
    hidden, context, dropout
        See ``KLSTMNetwork``.
    epochs
        Maximum number of epochs.
    batch
        Examples per batch.
    patience
        Early stopping: epochs without improvement on the latest steps.
    learning_rate, weight_decay
        Of AdamW.
    seed
        Of the first member; each further member takes the next number.
    members
        Networks trained from different seeds, whose predictions are averaged.
    holidays
        A declared holiday prior (``holiday_priors``), or None.
    """

    hidden: int = 32
    context: int = 16
    dropout: float = 0.2
    epochs: int = 60
    batch: int = 64
    patience: int = 6
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    seed: int = 1
    members: int = 2
    holidays: str | None = None


@contextmanager
def limited_threads(threads: int = THREADS) -> Iterator[None]:
    """Limit torch to `threads` threads within the context."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def new_network(configuration: Configuration) -> KLSTMNetwork:
    """An untrained network."""
    return KLSTMNetwork(configuration.hidden, configuration.context, configuration.dropout)


def baseline_network(configuration: Configuration, dispersion: float) -> KLSTMNetwork:
    """A network that forecasts the baseline, with this dispersion: its last layer has no weights."""
    torch.manual_seed(configuration.seed)
    network = new_network(configuration)
    with torch.no_grad():
        network.head.bias[1] = float(np.log(np.expm1(dispersion)))
    return network.eval()


def load_network(configuration: Configuration, weights: Weights) -> KLSTMNetwork:
    """A network with trained weights, ready to predict."""
    network = new_network(configuration)
    network.load_state_dict(weights)
    return network.eval()


@dataclass(frozen=True)
class Forecasts:
    """What a network predicts for examples: a ``network.Prediction`` as arrays."""

    mean: NDArray[np.float64]
    dispersion: NDArray[np.float64]
    level: NDArray[np.float64]


def stop_early(
    training: list[Example],
    validation: list[Example],
    configuration: Configuration,
    advance: Callable[[int], None],
) -> tuple[int, Forecasts | None]:
    """Find the number of epochs on `training` after which the loss on `validation` is lowest.

    `advance` is called after each epoch.

    Returns
    -------
    The number of epochs, and the forecasts of `validation` after them. Where there are no examples of either
    kind, a default number and None.
    """
    if not training or not validation:
        return min(_DEFAULT_EPOCHS, configuration.epochs), None
    batch = collate(validation)
    best, lowest, forecasts = 0, float("inf"), None
    for epoch, network in enumerate(_epochs(training, configuration, configuration.seed)):
        with torch.no_grad():
            output = network.eval()(batch)
            value = float(loss(output, batch))
        if value < lowest:
            best, lowest = epoch, value
            parts = (output.mean, output.dispersion, output.level)
            forecasts = Forecasts(*(part.double().numpy() for part in parts))
        advance(1)
        if epoch in (configuration.epochs, best + configuration.patience):
            break
    return best, forecasts


def train_network(
    examples: list[Example],
    configuration: Configuration,
    seed: int,
    epochs: int,
    advance: Callable[[int], None],
) -> KLSTMNetwork:
    """A network trained on `examples` for a number of `epochs`; `advance` is called after each."""
    stages = _epochs(examples, configuration, seed)
    network = next(stages)
    for _ in range(epochs):
        network = next(stages)
        advance(1)
    return network.eval()


def _epochs(examples: list[Example], configuration: Configuration, seed: int) -> Iterator[KLSTMNetwork]:
    """The same network before the first epoch and after each."""
    torch.manual_seed(seed)
    network = new_network(configuration)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=configuration.learning_rate, weight_decay=configuration.weight_decay
    )
    shuffle = torch.Generator().manual_seed(seed)
    loader = DataLoader(examples, configuration.batch, shuffle=True, generator=shuffle)
    while True:
        yield network
        network.train()
        for batch in loader:
            optimizer.zero_grad()
            loss(network(batch), batch).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), _MAX_GRADIENT_NORM)
            optimizer.step()
