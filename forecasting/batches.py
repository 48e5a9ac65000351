"""Examples, and how some of them are put together for the network."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class UserGraph:
    """The users a campaign reached, and the spreading network among them; of all its examples the same."""

    edge_index: Tensor
    """Shape (2, n_edges): sources and targets, by their places among the users."""
    edge_weight: Tensor
    key_score: Tensor
    """Of each user, 0 where it is no key user."""
    group: Tensor
    """Of each user, the number of its neighbour group."""


@dataclass(frozen=True)
class Example:
    """What is known of a campaign at an origin, and what came; steps without a target are masked."""

    users: UserGraph
    x: Tensor
    """Shape (n_users, features)."""
    past: Tensor
    """Shape (lookback, features)."""
    future: Tensor
    """Shape (horizon, features); all that follows has shape (horizon,)."""
    base: Tensor
    level_base: Tensor
    y: Tensor
    level: Tensor
    known: Tensor
    level_known: Tensor


@dataclass(frozen=True)
class Batch:
    """Examples as one: users under one another, everything else along a first dimension."""

    x: Tensor
    edge_index: Tensor
    edge_weight: Tensor
    key_score: Tensor
    group: Tensor
    """Numbered through the batch; not every number is used."""
    owner: Tensor
    """Of each user, the place of its example."""
    past: Tensor
    future: Tensor
    base: Tensor
    level_base: Tensor
    y: Tensor
    level: Tensor
    known: Tensor
    level_known: Tensor

    def __len__(self) -> int:
        """How many examples."""
        return len(self.y)

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "Batch":
        """At least one."""
        graphs = [one.users for one in examples]
        sizes = torch.tensor([len(one.x) for one in examples])
        before = sizes.cumsum(0) - sizes
        owner = torch.arange(len(examples)).repeat_interleave(sizes)
        edges = torch.tensor([len(one.edge_weight) for one in graphs])
        return cls(
            x=torch.cat([one.x for one in examples]),
            edge_index=torch.cat([one.edge_index for one in graphs], dim=1) + before.repeat_interleave(edges),
            edge_weight=torch.cat([one.edge_weight for one in graphs]),
            key_score=torch.cat([one.key_score for one in graphs]),
            # There are no more groups than users.
            group=torch.cat([one.group for one in graphs]) + before[owner],
            owner=owner,
            past=torch.stack([one.past for one in examples]),
            future=torch.stack([one.future for one in examples]),
            base=torch.stack([one.base for one in examples]),
            level_base=torch.stack([one.level_base for one in examples]),
            y=torch.stack([one.y for one in examples]),
            level=torch.stack([one.level for one in examples]),
            known=torch.stack([one.known for one in examples]),
            level_known=torch.stack([one.level_known for one in examples]),
        )
