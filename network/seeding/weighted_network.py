"""A weighted directed network as arrays, and what is allowed of its seeds."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """In the order of its targets (compressed sparse columns)."""

    nodes: int
    starts: Ints
    sources: Ints
    probabilities: Floats

    @cached_property
    def targets(self) -> Ints:
        """The target of each edge, in the order of `sources`."""
        return np.repeat(np.arange(self.nodes), np.diff(self.starts))

    @cached_property
    def outgoing(self) -> tuple[Ints, Ints, Floats]:
        """(starts, targets, probabilities) in the order of the sources (compressed sparse rows)."""
        order = np.argsort(self.sources, kind="stable")
        starts = np.searchsorted(self.sources[order], np.arange(self.nodes + 1)).astype(np.int64)
        return starts, self.targets[order], self.probabilities[order]

    @classmethod
    def of_edges(cls, nodes: int, sources: Ints, targets: Ints, probabilities: Floats) -> "Network":
        """Raises ValueError where an edge leaves the network or is no probability."""
        if len(sources) and not (
            min(sources.min(), targets.min()) >= 0 and max(sources.max(), targets.max()) < nodes
        ):
            raise ValueError("an edge names a node outside the network")
        if not ((probabilities >= 0) & (probabilities <= 1)).all():
            raise ValueError("a probability lies outside [0, 1]")
        order = np.argsort(targets, kind="stable")
        starts = np.searchsorted(targets[order], np.arange(nodes + 1)).astype(np.int64)
        return cls(nodes, starts, sources[order].astype(np.int64), probabilities[order].astype(np.float64))


@dataclass(frozen=True)
class SeedConstraints:
    """How many seeds there may be, and which.

    `k` at most, and, where `costs` (per node, above 0) are given, at most `budget` of them together.
    `allowed` (mask) leaves nodes out. Each of `quotas` is (the part each node belongs to, how many seeds
    each part may have): a group's limit, or an attribute's fair share.
    """

    k: int
    allowed: NDArray[np.bool_] | None = None
    costs: Floats | None = None
    budget: float = np.inf
    quotas: list[tuple[Ints, Ints]] = field(default_factory=list)

    def check(self, nodes: int) -> None:
        """Raises ValueError where they do not fit a network of so many nodes."""
        if not 1 <= self.k <= nodes:
            raise ValueError(f"k must lie in 1..{nodes}, not {self.k}")
        if self.costs is not None and not (self.costs > 0).all():
            raise ValueError("a cost must be above 0")
        for parts, most in self.quotas:
            if len(parts) != nodes or (len(parts) and parts.max() >= len(most)):
                raise ValueError("a quota does not cover every node")

    def arrays(self, nodes: int) -> tuple[NDArray[np.bool_], Floats, Ints, Ints]:
        """For compiled code: allowed, costs, parts (quotas x nodes) and the room in each (quotas x parts)."""
        allowed = np.ones(nodes, dtype=np.bool_) if self.allowed is None else self.allowed.astype(np.bool_)
        costs = np.ones(nodes) if self.costs is None else self.costs.astype(np.float64)
        wide = max((len(most) for _, most in self.quotas), default=1)
        parts = np.zeros((len(self.quotas), nodes), dtype=np.int64)
        room = np.zeros((len(self.quotas), wide), dtype=np.int64)
        for place, (part, most) in enumerate(self.quotas):
            parts[place], room[place, : len(most)] = part, most
        return allowed, costs, parts, room


def fair_quota(values: Ints, k: int) -> tuple[Ints, Ints]:
    """A quota that gives each value (per node, from 0) its share of k seeds, rounded up."""
    share = np.bincount(values) / len(values)
    return values, np.ceil(k * share - 1e-9).astype(np.int64)


def equal_quota(parts: Ints, most: int) -> tuple[Ints, Ints]:
    """A quota of at most `most` seeds of each part."""
    return parts, np.full(int(parts.max(initial=-1)) + 1, most, dtype=np.int64)
