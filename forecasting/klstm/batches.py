"""Examples for the network, and how torch-geometric batches them."""

from collections.abc import Sequence
from typing import Any, cast

from torch import Tensor
from torch_geometric.data import Batch, Data

_STACKED = frozenset(
    {"past", "future", "baseline", "level_baseline", "participants", "level", "known", "level_known"}
)
"""Attributes with one row per step: in a batch they are stacked along a new first dimension."""


class Example(Data):  # type: ignore[misc]  # torch-geometric has no types
    """A campaign at a forecast origin, as a graph of the users whom it reached.

    A batch of examples is an Example as well: the attributes of users and edges are concatenated, those of
    steps are stacked along a first dimension, and `batch` holds the index of each user's example.

    Attributes
    ----------
    x
        User features, shape (n_users, NODE_FEATURES).
    edge_index, edge_weight
        The spreading network among the users, shapes (2, n_edges) and (n_edges,), sorted by target.
    key_score
        Score of each key user, 0 for other users, shape (n_users,).
    group
        Number of each user's neighbour group, less than n_users, shape (n_users,).
    past
        Shape (lookback, PAST_FEATURES).
    future
        Shape (horizon, FUTURE_FEATURES).
    baseline, level_baseline
        Baseline of participants and of the influence level, shape (horizon,).
    participants, level
        Targets, shape (horizon,).
    known, level_known
        1 where there is a target, else 0, shape (horizon,).
    """

    key_score: Tensor
    group: Tensor
    past: Tensor
    future: Tensor
    baseline: Tensor
    level_baseline: Tensor
    participants: Tensor
    level: Tensor
    known: Tensor
    level_known: Tensor

    def __cat_dim__(self, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Dimension along which a batch concatenates an attribute; None to stack it."""
        return None if key in _STACKED else super().__cat_dim__(key, value, *args, **kwargs)

    def __inc__(self, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Increment of an attribute's values from one example of a batch to the next."""
        return self.num_nodes if key == "group" else super().__inc__(key, value, *args, **kwargs)


def collate(examples: Sequence[Example]) -> Example:
    """A batch of at least one example."""
    return cast("Example", Batch.from_data_list(list(examples)))
