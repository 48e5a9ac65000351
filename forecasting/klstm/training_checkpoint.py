"""Progress of an unfinished training, from which the next attempt continues."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError

from forecasting.klstm.trainer import Configuration
from forecasting.klstm.validation import Validation
from forecasting.weights import Weights, read_networks, write_networks


class TrainingCheckpoint:
    """What the validation decided and the members trained so far, in a file.

    A file written for another configuration or other data is ignored.

    Parameters
    ----------
    path
        The file; None keeps nothing.
    configuration
        Hyperparameters of the training.
    data
        Values that identify the training data.
    """

    def __init__(self, path: Path | None, configuration: Configuration, *data: object) -> None:
        self._path = path
        identity = json.dumps([asdict(configuration), *map(str, data)])
        self._identity = hashlib.sha256(identity.encode()).hexdigest()
        self.validation: Validation | None = None
        self.members: list[Weights] = []
        if path is not None and path.exists():
            self._read(path)

    def save(self, validation: Validation, members: list[Weights]) -> None:
        """Write the progress, atomically."""
        self.validation, self.members = validation, members
        if self._path is None:
            return
        metadata = {"identity": self._identity}
        write_networks(self._path, members, metadata, **validation.tensors())

    def discard(self) -> None:
        """Delete the file after the training is complete."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _read(self, path: Path) -> None:
        try:
            metadata, members, tensors = read_networks(path)
        except (OSError, SafetensorError):
            return  # An unreadable file costs only the time to train again.
        if metadata.get("identity") == self._identity:
            self.validation, self.members = Validation.of_tensors(tensors), members
