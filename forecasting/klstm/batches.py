"""Examples, and how some of them are put together for the network."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

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
class Steps:
    """What is known of a campaign at an origin, and what came; steps without a target are masked. In a batch,
    each has a first dimension more.
    """

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
class Example(Steps):
    """A campaign at an origin."""

    users: UserGraph
    x: Tensor
    """Shape (n_users, features)."""


@dataclass(frozen=True)
class Batch(Steps, UserGraph):
    """Examples as one: users under one another, everything else along a first dimension. Groups are numbered
    through the batch, where not every number is used.
    """

    x: Tensor
    owner: Tensor
    """Of each user, the place of its example."""

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
        steps = {
            part.name: torch.stack([getattr(one, part.name) for one in examples]) for part in fields(Steps)
        }
        return cls(
            **steps,
            x=torch.cat([one.x for one in examples]),
            owner=owner,
            edge_index=torch.cat([one.edge_index for one in graphs], dim=1) + before.repeat_interleave(edges),
            edge_weight=torch.cat([one.edge_weight for one in graphs]),
            key_score=torch.cat([one.key_score for one in graphs]),
            # There are no more groups than users.
            group=torch.cat([one.group for one in graphs]) + before[owner],
        )
