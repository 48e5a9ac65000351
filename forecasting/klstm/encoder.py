"""The graph encoder: the activity of key users and neighbour groups as one vector per example."""

import torch
from torch import Tensor, nn
from torch_geometric import EdgeIndex
from torch_geometric.nn import AttentionalAggregation, GraphConv, MeanAggregation, SumAggregation

from forecasting.klstm.batches import Example

_MIN_TOTAL_SCORE = 1e-6

# Explicit, because torch warns by default; ``CampaignUsers`` sorts the edges.
torch.sparse.check_sparse_tensor_invariants.disable()


class KeyUserEncoder(nn.Module):
    """Two weighted graph convolutions, then the mean of the key users and an attention over groups.

    Parameters
    ----------
    node_features
        Number of features of a user.
    width
        Width of the output.

    References
    ----------
    Morris et al., "Weisfeiler and Leman go neural: Higher-order graph neural networks", AAAI 2019 (the
    convolution). Li et al., "Gated graph sequence neural networks", ICLR 2016 (the attention).
    """

    def __init__(self, node_features: int, width: int) -> None:
        super().__init__()
        self.first = GraphConv(node_features, width)
        self.second = GraphConv(width, width)
        self.sum, self.mean = SumAggregation(), MeanAggregation()
        self.attention = AttentionalAggregation(nn.Linear(width, 1))
        self.join = nn.Linear(2 * width, width)

    def forward(self, batch: Example) -> Tensor:
        """Encode every example of a batch, shape (batch, width)."""
        users = batch.num_nodes
        # Sorted edges let the convolutions run as products with a sparse matrix.
        edges = EdgeIndex(batch.edge_index, sparse_size=(users, users), sort_order="col")
        nodes = torch.relu(self.first(batch.x, edges, batch.edge_weight))
        nodes = torch.relu(self.second(nodes, edges, batch.edge_weight))
        context = torch.cat([self._key_users(nodes, batch), self._groups(nodes, batch)], dim=1)
        return torch.tanh(self.join(context))

    def _key_users(self, nodes: Tensor, batch: Example) -> Tensor:
        """Mean over users, weighted by key score, shape (batch, width)."""
        score, size = batch.key_score.unsqueeze(1), len(batch.participants)
        total = self.sum(score, batch.batch, dim_size=size).clamp_min(_MIN_TOTAL_SCORE)
        return torch.div(self.sum(nodes * score, batch.batch, dim_size=size), total)

    def _groups(self, nodes: Tensor, batch: Example) -> Tensor:
        """Attention over the means of the neighbour groups, shape (batch, width)."""
        numbers, position = batch.group.unique(return_inverse=True)
        means = self.mean(nodes, position, dim_size=len(numbers))
        example = torch.empty_like(numbers).scatter_(0, position, batch.batch)
        pooled: Tensor = self.attention(means, example, dim_size=len(batch.participants))
        return pooled
