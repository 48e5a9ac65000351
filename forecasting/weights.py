"""The weights of several networks in one file: what checkpoints and drafts are made of. It holds no code."""

from collections.abc import Sequence
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

Weights = dict[str, Tensor]


def write_networks(path: Path, networks: Sequence[Weights], told: dict[str, str], **others: Tensor) -> None:
    """Write `networks`, `others` and what is `told` of them, at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {
        f"{place}.{name}": value.contiguous()
        for place, network in enumerate(networks)
        for name, value in network.items()
    }
    unfinished = path.with_suffix(".new")
    save_file(tensors | others, unfinished, metadata=told)
    unfinished.replace(path)


def read_networks(path: Path) -> tuple[dict[str, str], list[Weights], Weights]:
    """What is told, the networks, and the others. Raises OSError or SafetensorError where there are none."""
    networks: dict[int, Weights] = {}
    others: Weights = {}
    with safe_open(path, framework="pt") as file:
        told = file.metadata() or {}
        for key in file.keys():  # noqa: SIM118 (no dict)
            place, _, name = key.partition(".")
            if place.isdigit():
                networks.setdefault(int(place), {})[name] = file.get_tensor(key)
            else:
                others[key] = file.get_tensor(key)
    return told, [networks[place] for place in sorted(networks)], others
