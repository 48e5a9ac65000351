"""The weights of several networks in one safetensors file, which holds no code."""

from collections.abc import Sequence
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

Weights = dict[str, Tensor]


def write_networks(
    path: Path, networks: Sequence[Weights], metadata: dict[str, str], **tensors: Tensor
) -> None:
    """Write networks, further named `tensors` and `metadata` to `path`, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {
        f"{number}.{name}": value.contiguous()
        for number, network in enumerate(networks)
        for name, value in network.items()
    }
    temporary = path.with_suffix(".new")
    save_file(weights | tensors, temporary, metadata=metadata)
    temporary.replace(path)


def read_networks(path: Path) -> tuple[dict[str, str], list[Weights], Weights]:
    """The metadata, the networks and the further tensors of a file.

    Raises
    ------
    OSError, SafetensorError
        If the file is missing or not in this format.
    """
    networks: dict[int, Weights] = {}
    tensors: Weights = {}
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
        for key in file.keys():  # noqa: SIM118 (no dict)
            number, _, name = key.partition(".")
            if number.isdigit():
                networks.setdefault(int(number), {})[name] = file.get_tensor(key)
            else:
                tensors[key] = file.get_tensor(key)
    return metadata, [networks[number] for number in sorted(networks)], tensors
