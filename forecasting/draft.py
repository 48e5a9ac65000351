"""What a training that was ended midway had finished, so that the next one goes on from there."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from forecasting.fitting import Configuration

Weights = dict[str, Tensor]


class Draft:
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
        self._path.parent.mkdir(parents=True, exist_ok=True)
        tensors = {
            f"{place}.{name}": value.contiguous()
            for place, member in enumerate(members)
            for name, value in member.items()
        }
        said = {"identity": self._identity, "epochs": str(epochs), "members": str(len(members))}
        unfinished = self._path.with_suffix(".new")
        save_file(tensors, unfinished, metadata=said)
        unfinished.replace(self._path)

    def discard(self) -> None:
        """The training is through."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _read(self, path: Path) -> None:
        try:
            with safe_open(path, framework="pt") as file:
                said = file.metadata() or {}
            if said.get("identity") != self._identity:
                return
            tensors = load_file(path)
        except (OSError, SafetensorError):
            return  # Nothing is lost but time.
        self.epochs = int(said["epochs"])
        self.members = [
            {name.partition(".")[2]: value for name, value in tensors.items() if name.startswith(f"{place}.")}
            for place in range(int(said["members"]))
        ]
