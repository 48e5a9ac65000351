"""The K-LSTM network: an LSTM over a campaign's days, conditioned on its key users and groups."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from forecasting.history.campaign_users import NODE_FEATURES
from forecasting.klstm.batches import Batch
from forecasting.klstm.encoder import KeyUserEncoder
from forecasting.klstm.samples import FUTURE_FEATURES, PAST_FEATURES

_LARGEST_LOG_CHANGE = 1.5
_SMALLEST_MEAN = 0.01
_NORMAL_P90 = 1.2816
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Prediction:
    """Per example and step; every tensor but `level` has shape (batch, horizon).

    `mean` and `dispersion` are those of a negative binomial over participants (variance =
    mean + dispersion * mean^2); `level` holds the P10, P50 and P90 of the influence level, shape
    (batch, horizon, 3), in ascending order.
    """

    mean: Tensor
    dispersion: Tensor
    level: Tensor


class KLSTMNetwork(nn.Module):
    """Reads four weeks, writes two: each day's participants as a change to ``expected_participants``.

    With its last layer at zero it forecasts just these; training moves it from there only as far as the
    data supports.
    """

    def __init__(self, hidden: int, context: int, dropout: float) -> None:
        super().__init__()
        self.graph = KeyUserEncoder(NODE_FEATURES, context)
        self.reader = nn.LSTM(PAST_FEATURES, hidden, batch_first=True)
        self.condition = nn.Linear(hidden + context, hidden)
        self.writer = nn.LSTM(FUTURE_FEATURES + context, hidden, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, 5)
        nn.init.zeros_(self.head.weight)
        with torch.no_grad():
            # softplus(0.54) = 1: the level starts as spread out as the participants are.
            self.head.bias.copy_(torch.tensor([0.0, -2.0, 0.0, 0.54, 0.54]))

    def forward(self, batch: Batch) -> Prediction:
        """The prediction for every example of the batch."""
        context = self.graph(batch)
        _, (state, cell) = self.reader(batch.past)
        state = torch.tanh(self.condition(torch.cat([state[0], context], dim=1))).unsqueeze(0)
        repeated = context.unsqueeze(1).expand(-1, batch.future.shape[1], -1)
        written, _ = self.writer(torch.cat([batch.future, repeated], dim=2), (state, cell))
        change, spread, level, below, above = self.head(self.dropout(written)).unbind(dim=2)
        mean = batch.base.clamp_min(_SMALLEST_MEAN) * torch.exp(_bounded(change))
        dispersion = functional.softplus(spread)
        middle = batch.level_base * torch.exp(_bounded(level))
        # What a tenth lies beyond, on the logarithm, were the level as uncertain as the participants.
        tail = _NORMAL_P90 * torch.log1p(torch.sqrt(1 / mean + dispersion)).detach()
        low = middle * torch.exp(-tail * functional.softplus(below))
        high = middle * torch.exp(tail * functional.softplus(above))
        return Prediction(mean, dispersion, torch.stack([low, middle, high], dim=2))


def loss(prediction: Prediction, batch: Batch) -> Tensor:
    """Negative log-likelihood of participants plus the pinball loss of the level, over known days."""
    count = 1 / prediction.dispersion
    distribution = torch.distributions.NegativeBinomial(
        count, logits=torch.log(prediction.mean) - torch.log(count), validate_args=False
    )
    likelihood = distribution.log_prob(batch.y)
    participants = -(likelihood * batch.known).sum() / batch.known.sum().clamp_min(1)
    error = (batch.level.unsqueeze(2) - prediction.level) / (batch.level_base.unsqueeze(2) + 1)
    quantiles = torch.tensor(QUANTILES)
    pinball = torch.maximum(quantiles * error, (quantiles - 1) * error).sum(dim=2)
    level = (pinball * batch.level_known).sum() / batch.level_known.sum().clamp_min(1)
    return participants + level


def _bounded(change: Tensor) -> Tensor:
    return _LARGEST_LOG_CHANGE * torch.tanh(change / _LARGEST_LOG_CHANGE)
