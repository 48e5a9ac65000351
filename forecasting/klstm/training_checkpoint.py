"""What a training that was ended midway had finished, so that the next one goes on from there."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError

from forecasting.klstm.trainer import Configuration
from forecasting.weights import Weights, read_networks, write_networks


class TrainingCheckpoint:
    """Keeps, at `path`, for how many epochs to train and the networks trained so far; nothing without a path.

    What another configuration, other data or another network left there is not used.
    """

    def __init__(self, path: Path | None, configuration: Configuration, *made_of: object) -> None:
        self._path = path
        told = json.dumps([asdict(configuration), *map(str, made_of)])
        self._identity = hashlib.sha256(told.encode()).hexdigest()
        self.epochs: int | None = None
        self.members: list[Weights] = []
        if path is not None and path.exists():
            self._read(path)

    def keep(self, epochs: int, members: list[Weights]) -> None:
        """Write what is finished, at once or not at all."""
        self.epochs, self.members = epochs, members
        if self._path is None:
            return
        told = {"identity": self._identity, "epochs": str(epochs)}
        write_networks(self._path, members, told)

    def discard(self) -> None:
        """The training is through."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _read(self, path: Path) -> None:
        try:
            told, members, _ = read_networks(path)
        except (OSError, SafetensorError):
            return  # Nothing is lost but time.
        if told.get("identity") == self._identity:
            self.epochs, self.members = int(told["epochs"]), members
