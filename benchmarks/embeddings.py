"""Library embeddings of users on the graph of users, their interests and campaigns, and real ties."""

import numpy as np
import torch
from torch_geometric.nn.models import LightGCN

from graph.connection import Graph
from network.inputs import NetworkInputs
from network.participation_history import Floats, Ints
from network.projections import projection
from network.tags.user_tags import unit_rows

_WIDTH = 128
_STEPS = 300
_BATCH = 8192


def fast_rp(graph: Graph, inputs: NetworkInputs, seed: int) -> Floats:
    """Graph Data Science's FastRP."""
    return _embed(graph, inputs, "gds/fast_rp", seed)


def node2vec(graph: Graph, inputs: NetworkInputs, seed: int) -> Floats:
    """Graph Data Science's Node2Vec."""
    return _embed(graph, inputs, "gds/node2vec", seed)


def light_gcn(inputs: NetworkInputs, seed: int) -> Floats:
    """PyTorch Geometric's LightGCN (He et al., SIGIR 2020), trained on which user has which interest."""
    torch.manual_seed(seed)
    sources, targets, _ = _edges(inputs)
    users, nodes = len(inputs.users), int(max(sources.max(), targets.max())) + 1
    pairs = torch.as_tensor(np.stack([sources, targets]))
    both = torch.cat([pairs, pairs.flip(0)], dim=1)
    model = LightGCN(nodes, _WIDTH // 2, num_layers=2)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(_STEPS):
        sample = torch.randint(pairs.shape[1], (_BATCH,))
        embeddings = model.get_embedding(both)
        user, interest = embeddings[pairs[:, sample]]
        negative = embeddings[torch.randint(users, nodes, (_BATCH,))]
        gap = (user * interest).sum(1) - (user * negative).sum(1)
        loss = model.recommendation_loss(gap, torch.zeros_like(gap), node_id=sample.new_empty(0))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        return _centred(model.get_embedding(both)[:users].numpy().astype(float))


def _embed(graph: Graph, inputs: NetworkInputs, statement: str, seed: int) -> Floats:
    sources, targets, weights = _edges(inputs)
    edges = [list(edge) for edge in zip(sources.tolist(), targets.tolist(), weights.tolist(), strict=True)]
    vectors = np.zeros((len(inputs.users), _WIDTH))
    with projection(graph, "gds/project_undirected", edges=edges) as name:
        for row in graph.run(statement, graph=name, width=_WIDTH, seed=seed):
            if row["node"] < len(vectors):
                vectors[row["node"]] = row["vector"]
    return _centred(vectors)


def _edges(inputs: NetworkInputs) -> tuple[Ints, Ints, Floats]:
    """Edges from users to interests and campaigns, and ties; weighted by log(1 + count)."""
    users = inputs.users
    interests = inputs.interests.counts().tocoo()
    campaigns, names = inputs.participations["campaign"].factorize(sort=True)
    took_part = users.get_indexer(inputs.participations["user"])
    ends = [users.get_indexer(inputs.ties[side]) for side in ("source", "target")]
    first_campaign = len(users) + interests.shape[1]
    sources = np.concatenate([interests.row, took_part, ends[0]])
    targets = np.concatenate([interests.col + len(users), campaigns + first_campaign, ends[1]])
    weights = np.concatenate([np.log1p(interests.data), np.ones(len(took_part) + len(ends[0]))])
    return sources.astype(np.int64), targets.astype(np.int64), weights


def _centred(rows: Floats) -> Floats:
    nonzero = rows.any(axis=1)
    rows[nonzero] -= rows[nonzero].mean(axis=0)
    return unit_rows(rows)
