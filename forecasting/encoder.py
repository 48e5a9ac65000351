"""The graph encoder: what key users and their neighbour groups are doing, as one vector."""

import warnings

import torch
from torch import Tensor, nn

with warnings.catch_warnings():
    # torch-geometric 2.8 still compiles a class with torch.jit, which torch 2.15 deprecates.
    warnings.simplefilter("ignore", FutureWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from torch_geometric.data import Batch, Data
    from torch_geometric.loader import DataLoader
    from torch_geometric.nn import GraphConv
    from torch_geometric.utils import scatter, softmax

__all__ = ["Batch", "Data", "DataLoader", "KeyUserEncoder"]


class KeyUserEncoder(nn.Module):
    """Two weighted graph convolutions; then the key users' mean and an attention over groups."""

    def __init__(self, node_features: int, width: int) -> None:
        super().__init__()
        self.near = GraphConv(node_features, width)
        self.far = GraphConv(width, width)
        self.attention = nn.Linear(width, 1)
        self.join = nn.Linear(2 * width, width)

    def forward(self, graphs: Batch) -> Tensor:
        """Shape (n_graphs, width)."""
        nodes = torch.relu(self.near(graphs.x, graphs.edge_index, graphs.edge_weight))
        nodes = torch.relu(self.far(nodes, graphs.edge_index, graphs.edge_weight))
        context = torch.cat([self._key_users(nodes, graphs), self._groups(nodes, graphs)], dim=1)
        return torch.tanh(self.join(context))

    def _key_users(self, nodes: Tensor, graphs: Batch) -> Tensor:
        score = graphs.key_score.unsqueeze(1)
        total = scatter(nodes * score, graphs.batch, dim_size=graphs.num_graphs, reduce="sum")
        mass = scatter(score, graphs.batch, dim_size=graphs.num_graphs, reduce="sum")
        return total / mass.clamp_min(1e-6)

    def _groups(self, nodes: Tensor, graphs: Batch) -> Tensor:
        # Group numbers are made unique over the batch the way node numbers are.
        number = torch.unique(graphs.group_index, return_inverse=True)[1]
        count = int(number.max()) + 1
        group = scatter(nodes, number, dim_size=count, reduce="mean")
        owner = scatter(graphs.batch, number, dim_size=count, reduce="max")
        share = softmax(self.attention(group), owner, num_nodes=graphs.num_graphs)
        return scatter(group * share, owner, dim_size=graphs.num_graphs, reduce="sum")
