"""The graph encoder: what key users and their neighbour groups are doing, as one vector."""

import torch
from torch import Tensor, nn

from forecasting.klstm.batches import Batch


class GraphConvolution(nn.Module):
    """A weighted graph convolution (Morris et al., AAAI 2019): of each user, what it does, and the weighted
    sum of what those do who influence it. It is torch-geometric's ``GraphConv``, to the last digit, without
    an import that takes longer than a forecast.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.lin_rel = nn.Linear(inputs, outputs)
        self.lin_root = nn.Linear(inputs, outputs, bias=False)
        # Drawn once more, as torch-geometric does: a seed gives the network that it gave there.
        self.lin_rel.reset_parameters()
        self.lin_root.reset_parameters()

    def forward(self, nodes: Tensor, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
        """Shape (n_users, outputs)."""
        source, target = edge_index
        told = summed(nodes[source] * edge_weight.unsqueeze(1), target, len(nodes))
        return self.lin_rel(told) + self.lin_root(nodes)


class KeyUserEncoder(nn.Module):
    """Two weighted graph convolutions; then the key users' mean and an attention over groups."""

    def __init__(self, node_features: int, width: int) -> None:
        super().__init__()
        self.near = GraphConvolution(node_features, width)
        self.far = GraphConvolution(width, width)
        self.attention = nn.Linear(width, 1)
        self.join = nn.Linear(2 * width, width)

    def forward(self, batch: Batch) -> Tensor:
        """Shape (batch, width)."""
        nodes = torch.relu(self.near(batch.x, batch.edge_index, batch.edge_weight))
        nodes = torch.relu(self.far(nodes, batch.edge_index, batch.edge_weight))
        context = torch.cat([self._key_users(nodes, batch), self._groups(nodes, batch)], dim=1)
        return torch.tanh(self.join(context))

    def _key_users(self, nodes: Tensor, batch: Batch) -> Tensor:
        score = batch.key_score.unsqueeze(1)
        total = summed(nodes * score, batch.owner, len(batch))
        return total / summed(score, batch.owner, len(batch)).clamp_min(1e-6)

    def _groups(self, nodes: Tensor, batch: Batch) -> Tensor:
        numbers, number, members = batch.group.unique(return_inverse=True, return_counts=True)
        group = summed(nodes, number, len(numbers)) / members.unsqueeze(1)
        owner = torch.empty_like(numbers).scatter_(0, number, batch.owner)
        score = self.attention(group)
        largest = score.new_full((len(batch), 1), -torch.inf)
        largest = largest.scatter_reduce(0, owner.unsqueeze(1), score.detach(), "amax")
        weight = torch.exp(score - largest[owner])
        share = weight / summed(weight, owner, len(batch))[owner]
        return summed(group * share, owner, len(batch))


def summed(rows: Tensor, place: Tensor, places: int) -> Tensor:
    """The rows of each place, added up; shape (places, width)."""
    return rows.new_zeros(places, rows.shape[1]).index_add(0, place, rows)
