"""The K-LSTM forecaster: fit, predict, save, load."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from scipy.stats import nbinom

from forecasting.encoder import Batch, Data, DataLoader
from forecasting.model import KLSTMNetwork, loss
from forecasting.records import FORECAST_VALUES
from forecasting.samples import HORIZON, LOOKBACK, campaign_frames, training_samples
from forecasting.series import History
from graph.errors import InvalidRequest, NotReady
from graph.progress import Progress

_FORMAT = 1
COLUMNS = ["unique_id", "ds", *FORECAST_VALUES]


@dataclass(frozen=True)
class Configuration:
    """How a K-LSTM is built and trained."""

    hidden: int = 32
    context: int = 16
    dropout: float = 0.2
    epochs: int = 12
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    seed: int = 1
    members: int = 2
    """Networks trained from different seeds, whose predictions are averaged."""


class KLSTM:
    """A global model over the campaigns of a data set."""

    def __init__(
        self,
        configuration: Configuration | None = None,
        *,
        dataset: str = "",
        cutoff: date | None = None,
        network: str = "",
    ) -> None:
        self.configuration = configuration or Configuration()
        self.dataset, self.cutoff, self.network = dataset, cutoff, network
        self._members: list[KLSTMNetwork] = []

    def fit(self, history: History, progress: Progress) -> "KLSTM":
        """Train on every campaign of `history`; nothing at or after its `as_of` is seen.

        Raises InvalidRequest where it holds too few days to learn from.
        """
        samples = list(training_samples(campaign_frames(history)))
        if not samples:
            raise InvalidRequest(
                f"No campaign has {2 * LOOKBACK} days of history before {history.as_of}.",
                "Choose a later cut-off.",
            )
        self.dataset, self.cutoff, self.network = history.dataset, history.as_of, history.network.id
        settings = self.configuration
        advance = progress.stage(
            f"Training the K-LSTM on {len(samples)} examples before {history.as_of}",
            settings.epochs * settings.members,
        )
        self._members = [
            _train(samples, settings, settings.seed + member, advance) for member in range(settings.members)
        ]
        return self

    def predict(self, history: History, horizon: int) -> pd.DataFrame:
        """Forecast the `horizon` days from ``history.as_of`` on, at most to each campaign's end.

        Returns unique_id, ds, mean, participants_p10/p50/p90, level_p10/p50/p90. Raises
        InvalidRequest for a horizon outside 1..14, an origin before the model's cut-off or before
        the campaign has four weeks of data, and NotReady for a model that was not fitted.
        """
        self._check(history, horizon)
        frames = [frame for frame in campaign_frames(history) if len(frame.y) < frame.end]
        if not frames:
            return pd.DataFrame(columns=COLUMNS)
        origin = pd.Timestamp(history.as_of)
        mean, dispersion, level = self._outputs([frame.sample(len(frame.y)) for frame in frames])
        probabilities = np.array([0.1, 0.5, 0.9]).reshape(3, 1, 1)
        participants = np.asarray(nbinom.ppf(probabilities, 1 / dispersion, 1 / (1 + dispersion * mean)))
        parts = []
        for row, frame in enumerate(frames):
            steps = min(horizon, frame.end - len(frame.y))
            part = {
                "unique_id": frame.id,
                "ds": pd.date_range(origin, periods=steps),
                "mean": mean[row, :steps],
            }
            for place, name in enumerate(("p10", "p50", "p90")):
                part[f"participants_{name}"] = participants[place, row, :steps]
                part[f"level_{name}"] = level[row, :steps, place]
            parts.append(pd.DataFrame(part))
        return pd.concat(parts, ignore_index=True)[COLUMNS]

    def _check(self, history: History, horizon: int) -> None:
        if not self._members or self.cutoff is None:
            raise NotReady("This model has not been trained.", "Run `groundswell train`.")
        if not 1 <= horizon <= HORIZON:
            raise InvalidRequest(
                f"A horizon of {horizon} days cannot be forecast.", f"Choose 1 to {HORIZON} days."
            )
        if history.as_of < self.cutoff:
            raise InvalidRequest(
                f"The model was trained up to {self.cutoff}; a forecast from {history.as_of} would "
                "have seen its own future.",
                f"Forecast from {self.cutoff} on, or train with an earlier --cutoff.",
            )
        if (history.as_of - history.first_day).days < LOOKBACK:
            raise InvalidRequest(
                f"The data begins on {history.first_day}, less than {LOOKBACK} days before {history.as_of}.",
                "Forecast from a later day.",
            )

    @torch.no_grad()
    def _outputs(self, samples: list[Data]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        batch = Batch.from_data_list(samples)
        outputs = [member.eval()(batch) for member in self._members]
        # Averaged on the logarithm, where the networks differ by additions.
        mean = torch.stack([one.mean.log() for one in outputs]).mean(dim=0).exp()
        dispersion = torch.stack([one.dispersion for one in outputs]).mean(dim=0)
        level = torch.stack([one.level for one in outputs]).mean(dim=0)
        return mean.double().numpy(), dispersion.double().numpy(), level.double().numpy()

    def save(self, path: Path) -> None:
        """Write a checkpoint: weights and configuration, no code."""
        path.parent.mkdir(parents=True, exist_ok=True)
        tensors = {
            f"{index}.{name}": value.contiguous()
            for index, member in enumerate(self._members)
            for name, value in member.state_dict().items()
        }
        described = {
            "format": _FORMAT,
            "configuration": asdict(self.configuration),
            "dataset": self.dataset,
            "cutoff": str(self.cutoff),
            "network": self.network,
        }
        draft = path.with_suffix(".new")
        save_file(tensors, draft, metadata={"groundswell": json.dumps(described)})
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> "KLSTM":
        """Raises NotReady where `path` is no checkpoint of this version."""
        try:
            with safe_open(path, framework="pt") as file:
                described = json.loads((file.metadata() or {})["groundswell"])
            if described["format"] != _FORMAT:
                raise ValueError("another format")
            configuration = Configuration(**described["configuration"])
            model = cls(
                configuration,
                dataset=described["dataset"],
                cutoff=date.fromisoformat(described["cutoff"]),
                network=described["network"],
            )
            tensors = load_file(path)
            for index in range(configuration.members):
                member = _network(configuration)
                prefix = f"{index}."
                member.load_state_dict(
                    {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
                )
                model._members.append(member)
            return model
        except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise NotReady(
                f"{path.name} is no checkpoint that this version can read.",
                "Train again with `groundswell train --retrain`.",
            ) from error


def _network(settings: Configuration) -> KLSTMNetwork:
    return KLSTMNetwork(settings.hidden, settings.context, settings.dropout)


def _train(
    samples: list[Data], settings: Configuration, seed: int, advance: Callable[[int], None]
) -> KLSTMNetwork:
    torch.manual_seed(seed)
    network = _network(settings).train()
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    shuffle = torch.Generator().manual_seed(seed)
    loader = DataLoader(samples, batch_size=settings.batch, shuffle=True, generator=shuffle)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.epochs * len(loader)
    )
    for _epoch in range(settings.epochs):
        for batch in loader:
            optimizer.zero_grad()
            value = loss(network(batch), batch)
            value.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        advance(1)
    return network.eval()
