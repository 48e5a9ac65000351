"""A weighted directed network as arrays, and constraints on its seeds."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """A directed network with a probability per edge, edges ordered by target (compressed sparse columns).

    Attributes
    ----------
    nodes
        The number of nodes.
    starts
        Shape (nodes + 1,): the edges into node i are starts[i] to starts[i + 1] - 1.
    sources, probabilities
        Shape (n_edges,).
    """

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
        """(starts, targets, probabilities) ordered by source (compressed sparse rows)."""
        order = np.argsort(self.sources, kind="stable")
        starts = np.searchsorted(self.sources[order], np.arange(self.nodes + 1)).astype(np.int64)
        return starts, self.targets[order], self.probabilities[order]

    @classmethod
    def of_edges(cls, nodes: int, sources: Ints, targets: Ints, probabilities: Floats) -> "Network":
        """Build the network from edges in any order.

        Raises
        ------
        ValueError
            If an edge names a node outside the network, or a probability lies outside [0, 1].
        """
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
    """The number of seeds and what restricts them.

    Attributes
    ----------
    k
        The largest number of seeds.
    allowed
        Mask of the nodes that may be seeds, shape (n_nodes,); None for all.
    costs
        Cost of each node, above 0, shape (n_nodes,); None for 1 each.
    budget
        The largest total cost of the seeds.
    quotas
        Pairs of (part of each node, shape (n_nodes,); largest number of seeds per part, shape (n_parts,)).
    """

    k: int
    allowed: NDArray[np.bool_] | None = None
    costs: Floats | None = None
    budget: float = np.inf
    quotas: list[tuple[Ints, Ints]] = field(default_factory=list)

    def check(self, nodes: int) -> None:
        """Raise ValueError if the constraints do not fit a network of `nodes` nodes."""
        if not 1 <= self.k <= nodes:
            raise ValueError(f"k must lie in 1..{nodes}, not {self.k}")
        if self.costs is not None and not (self.costs > 0).all():
            raise ValueError("a cost must be above 0")
        for parts, most in self.quotas:
            if len(parts) != nodes or (len(parts) and parts.max() >= len(most)):
                raise ValueError("a quota does not cover every node")

    def arrays(self, nodes: int) -> tuple[NDArray[np.bool_], Floats, Ints, Ints]:
        """The constraints for compiled code.

        Returns
        -------
        tuple
            allowed (n_nodes,), costs (n_nodes,), parts (n_quotas, n_nodes), and the number of seeds left for
            each part (n_quotas, n_parts).
        """
        allowed = np.ones(nodes, dtype=np.bool_) if self.allowed is None else self.allowed.astype(np.bool_)
        costs = np.ones(nodes) if self.costs is None else self.costs.astype(np.float64)
        most_parts = max((len(most) for _, most in self.quotas), default=1)
        parts = np.zeros((len(self.quotas), nodes), dtype=np.int64)
        room = np.zeros((len(self.quotas), most_parts), dtype=np.int64)
        for place, (part, most) in enumerate(self.quotas):
            parts[place], room[place, : len(most)] = part, most
        return allowed, costs, parts, room


def fair_quota(values: Ints, k: int) -> tuple[Ints, Ints]:
    """A quota that gives each value its share of `k` seeds, rounded up; `values` are codes per node."""
    share = np.bincount(values) / len(values)
    return values, np.ceil(k * share - 1e-9).astype(np.int64)


def equal_quota(parts: Ints, most: int) -> tuple[Ints, Ints]:
    """A quota of at most `most` seeds in each part; `parts` are codes per node."""
    return parts, np.full(int(parts.max(initial=-1)) + 1, most, dtype=np.int64)
