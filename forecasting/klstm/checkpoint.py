"""A fitted K-LSTM in a file: weights and what was learned beside them, no code."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Self

import numpy as np
import torch
from safetensors import SafetensorError

from forecasting.baseline.baseline import Baseline
from forecasting.history.time_step import DAY, Step, step_named
from forecasting.klstm.network import KLSTMNetwork
from forecasting.klstm.trainer import Configuration, network_with
from forecasting.user_shares import UserShares
from forecasting.weights import read_networks, write_networks
from graph.errors import InvalidRequest, NotReady

_FORMAT = 4
_UNREADABLE = (OSError, SafetensorError, InvalidRequest, KeyError, ValueError, TypeError, RuntimeError)


@dataclass(frozen=True)
class Checkpoint:
    """What a K-LSTM is made of."""

    configuration: Configuration
    step: Step
    dataset: str
    cutoff: date
    network: str
    members: list[KLSTMNetwork]
    baseline: Baseline
    shares: UserShares
    launch_dispersion: float

    def write(self, path: Path) -> None:
        """At once or not at all."""
        described = {
            "format": _FORMAT,
            "configuration": asdict(self.configuration),
            "step": self.step.name,
            "dataset": self.dataset,
            "cutoff": str(self.cutoff),
            "network": self.network,
        }
        others = {
            "rate_weights": self.baseline.weights,
            "shares": np.stack([*vars(self.shares).values()]),
            "launch_dispersion": np.array(self.launch_dispersion),
        }
        tensors = {name: torch.from_numpy(one) for name, one in others.items()}
        members = [member.state_dict() for member in self.members]
        write_networks(path, members, {"groundswell": json.dumps(described)}, **tensors)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises NotReady where `path` is no checkpoint of this version."""
        try:
            told, members, others = read_networks(path)
            described = json.loads(told["groundswell"])
            if described["format"] != _FORMAT:
                raise ValueError("another format")
            configuration = Configuration(**described["configuration"])
            if len(members) != configuration.members:
                raise ValueError("networks are missing")
            return cls(
                configuration,
                step_named(described.get("step", DAY.name)),
                described["dataset"],
                date.fromisoformat(described["cutoff"]),
                described["network"],
                [network_with(configuration, weights) for weights in members],
                Baseline(configuration.holidays, others["rate_weights"].numpy()),
                UserShares(*others["shares"].numpy()),
                float(others["launch_dispersion"]),
            )
        except _UNREADABLE as error:
            raise NotReady(
                f"{path.name} is no checkpoint that this version can read.",
                "Train again with `groundswell train --retrain`.",
            ) from error
