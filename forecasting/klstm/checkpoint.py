"""A fitted K-LSTM in a file: network weights, trees and statistical parameters, no code."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError

from forecasting.baseline.baseline import Baseline
from forecasting.combination.boosted_trees import BoostedTrees
from forecasting.history.time_step import Step, step_named
from forecasting.klstm.network import KLSTMNetwork
from forecasting.klstm.trainer import Configuration, load_network
from forecasting.klstm.validation import Validation
from forecasting.plans.launch_errors import LaunchErrors
from forecasting.user_shares.shares import UserShares
from forecasting.user_shares.traits import Associations
from forecasting.weights import read_networks, write_networks
from graph.errors import InvalidRequest, NotReady
from graph.remedies import Remedy

_FORMAT = 11
_UNREADABLE = (OSError, SafetensorError, InvalidRequest, KeyError, ValueError, TypeError, RuntimeError)


@dataclass(frozen=True)
class Checkpoint:
    """The state of a fitted K-LSTM.

    Attributes
    ----------
    configuration, members
        Hyperparameters and the trained networks.
    step
        Time step of the training data.
    dataset, cutoff, network
        The data set, its first day not used in training, and the id of the spreading network.
    baseline, trees, validation, shares, launch_errors
        The fitted baseline and trees, what the validation decided, user shares and errors of forecasts at
        launch.
    is_trained
        Whether the networks are trained.
    """

    configuration: Configuration
    step: Step
    dataset: str
    cutoff: date
    network: str
    members: list[KLSTMNetwork]
    baseline: Baseline
    trees: BoostedTrees
    validation: Validation
    shares: UserShares
    launch_errors: LaunchErrors
    is_trained: bool

    def write(self, path: Path) -> None:
        """Write a checkpoint, atomically."""
        metadata = {
            "format": _FORMAT,
            "configuration": asdict(self.configuration),
            "step": self.step.name,
            "dataset": self.dataset,
            "cutoff": self.cutoff.isoformat(),
            "network": self.network,
            "is_trained": self.is_trained,
        }
        arrays = {
            "rate_weights": self.baseline.weights,
            "shares": np.stack([self.shares.mean, self.shares.scale, self.shares.weights]),
            "associations": self.shares.associations.values,
            "launch_weights": self.launch_errors.weights,
            "launch_dispersion": np.array(self.launch_errors.dispersion),
        }
        tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
        members = [member.state_dict() for member in self.members]
        tensors |= self.validation.tensors() | self.trees.tensors()
        write_networks(path, members, {"groundswell": json.dumps(metadata)}, **tensors)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a checkpoint. Raises NotReady for a file of another format or none."""
        dataset = None
        try:
            header, members, tensors = read_networks(path)
            metadata = json.loads(header["groundswell"])
            dataset = metadata["dataset"]
            if metadata["format"] != _FORMAT:
                raise ValueError("another format")
            step = step_named(metadata["step"])
            configuration = Configuration(**metadata["configuration"])
            if len(members) != configuration.members:
                raise ValueError("networks are missing")
            mean, scale, weights = tensors["shares"].numpy()
            shares = UserShares(mean, scale, weights, Associations(tensors["associations"].numpy()))
            return cls(
                configuration,
                step,
                metadata["dataset"],
                step.origin(pd.Timestamp(metadata["cutoff"])),
                metadata["network"],
                [load_network(configuration, weights) for weights in members],
                Baseline(configuration.holidays, tensors["rate_weights"].numpy()),
                BoostedTrees.of_tensors(tensors),
                Validation.of_tensors(tensors),
                shares,
                LaunchErrors(tensors["launch_weights"].numpy(), float(tensors["launch_dispersion"])),
                bool(metadata["is_trained"]),
            )
        except _UNREADABLE as error:
            raise NotReady(
                f"{path.name} is not a checkpoint of this version.",
                Remedy("Train again", "train model", retrain=True, dataset=dataset),
            ) from error
