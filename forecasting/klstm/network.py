"""The K-LSTM network: an LSTM over a campaign's days, conditioned on its key users and groups."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from forecasting.history.campaign_users import NODE_FEATURES
from forecasting.klstm.batches import Example
from forecasting.klstm.encoder import KeyUserEncoder
from forecasting.klstm.samples import BEHAVIOURS, FUTURE_FEATURES, PAST_FEATURES

QUANTILES = (0.1, 0.5, 0.9)
_MAX_LOG_CHANGE = 1.5
_MIN_MEAN = 0.01
_NORMAL_P90 = 1.2816
_OUTPUTS = 5
"""Per step: log change of the mean, dispersion, log change of the level, its lower and its upper tail."""
_INITIAL_DISPERSION = -2.0
"""Before the softplus: a dispersion of 0.13."""
_INITIAL_TAIL = 0.54
"""Before the softplus: a factor of 1, so the level starts as uncertain as the participants."""


@dataclass(frozen=True)
class Prediction:
    """The predicted distributions of a batch.

    Attributes
    ----------
    mean, dispersion
        Negative binomial of participants, with variance = mean + dispersion * mean^2; shape (batch, horizon).
    level
        P10, P50 and P90 of the influence level in ascending order, shape (batch, horizon, 3).
    """

    mean: Tensor
    dispersion: Tensor
    level: Tensor


class KLSTMNetwork(nn.Module):
    """Encodes the lookback window and decodes the horizon, each step as a log change of the baseline.

    The last layer starts at zero, so an untrained network predicts the baseline.

    Parameters
    ----------
    hidden
        Width of both LSTMs.
    context
        Width of the graph encoder's output.
    dropout
        Probability of dropping an input of the last layer.
    """

    def __init__(self, hidden: int, context: int, dropout: float) -> None:
        super().__init__()
        self.graph = KeyUserEncoder(NODE_FEATURES, context)
        n_past = PAST_FEATURES - len(BEHAVIOURS)
        self.encoder = nn.LSTM(n_past, hidden, batch_first=True)
        self.condition = nn.Linear(hidden + context, hidden)
        self.decoder = nn.LSTM(FUTURE_FEATURES + context, hidden, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, _OUTPUTS)
        # From zero on, and without random numbers: data without such behaviours trains the same network.
        self.behaviours = nn.Parameter(torch.zeros(len(BEHAVIOURS), n_past))
        nn.init.zeros_(self.head.weight)
        initial = [0.0, _INITIAL_DISPERSION, 0.0, _INITIAL_TAIL, _INITIAL_TAIL]
        with torch.no_grad():
            self.head.bias.copy_(torch.tensor(initial))

    def forward(self, batch: Example) -> Prediction:
        """Predict every example of the batch."""
        context = self.graph(batch)
        past, behaviours = batch.past.tensor_split([-len(BEHAVIOURS)], dim=2)
        _, (state, cell) = self.encoder(past + behaviours @ self.behaviours)
        state = torch.tanh(self.condition(torch.cat([state[0], context], dim=1))).unsqueeze(0)
        repeated = context.unsqueeze(1).expand(-1, batch.future.shape[1], -1)
        decoded, _ = self.decoder(torch.cat([batch.future, repeated], dim=2), (state, cell))
        change, spread, level, below, above = self.head(self.dropout(decoded)).unbind(dim=2)
        mean = batch.baseline.clamp_min(_MIN_MEAN) * torch.exp(_bounded(change))
        dispersion = functional.softplus(spread)
        median = batch.level_baseline * torch.exp(_bounded(level))
        # Log distance from P50 to P10 and P90 if the level were as uncertain as the participants.
        tail = _NORMAL_P90 * torch.log1p(torch.sqrt(1 / mean + dispersion)).detach()
        low = median * torch.exp(-tail * functional.softplus(below))
        high = median * torch.exp(tail * functional.softplus(above))
        return Prediction(mean, dispersion, torch.stack([low, median, high], dim=2))


def loss(prediction: Prediction, batch: Example) -> Tensor:
    """Negative log-likelihood of participants plus pinball loss of the level, averaged over known steps."""
    count = 1 / prediction.dispersion
    distribution = torch.distributions.NegativeBinomial(
        count, logits=torch.log(prediction.mean) - torch.log(count), validate_args=False
    )
    likelihood = distribution.log_prob(batch.participants)
    participants = -(likelihood * batch.known).sum() / batch.known.sum().clamp_min(1)
    error = (batch.level.unsqueeze(2) - prediction.level) / (batch.level_baseline.unsqueeze(2) + 1)
    quantiles = torch.tensor(QUANTILES)
    pinball = torch.maximum(quantiles * error, (quantiles - 1) * error).sum(dim=2)
    level = (pinball * batch.level_known).sum() / batch.level_known.sum().clamp_min(1)
    return participants + level


def _bounded(change: Tensor) -> Tensor:
    return _MAX_LOG_CHANGE * torch.tanh(change / _MAX_LOG_CHANGE)
