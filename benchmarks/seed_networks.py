"""The networks for `benchmarks.seeds`: real ties, and generated ones of any size."""

from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from graph.importing.adapters.cascades import cascades
from network.influence.probabilities import influence_probabilities
from network.influence.trials import Edges, influence_trials, influence_window
from network.participation_history import ParticipationHistory
from network.seeding.weighted_network import Ints, Network


def lastfm() -> Network:
    """Friendships in both directions, weighted cascade (p = 1 / in-degree)."""
    path = (
        resources.files("graphdatascience") / "resources" / "lastfm" / "user_friend_df_directed.parquet.gzip"
    )
    with path.open("rb") as file:
        pairs = pd.read_parquet(file)
    users = pd.Index(sorted(set(pairs.iloc[:, 0]) | set(pairs.iloc[:, 1])))
    return _weighted_cascade(len(users), *_symmetrise(users, pairs.iloc[:, 0], pairs.iloc[:, 1]))


def ties_of(cache: Path, folder: Path) -> dict[str, Network]:
    """The ties of a folder of cascades, with weighted cascade and with estimated probabilities."""
    frames = {file.stem: pd.read_parquet(file) for file in cascades(cache, folder).folder.glob("*.parquet")}
    participations, ties = frames["participations"], frames["ties"]
    since_epoch = participations["moment"] - pd.Timestamp("1970-01-01")
    participations = participations.assign(at=since_epoch.dt.total_seconds())
    users = pd.Index(sorted(frames["users"]["user_id"]))
    first = participations.groupby(["user_id", "campaign_id"], as_index=False)["at"].min()
    history = ParticipationHistory.of(
        users,
        pd.DataFrame({"user": [], "campaign": [], "at": []}),
        first.set_axis(["user", "campaign", "at"], axis=1),
        participations[["user_id", "at"]].set_axis(["user", "at"], axis=1),
        float(participations["at"].max()) + 1,
    )
    sources, targets = _symmetrise(users, ties["source"], ties["target"])
    order = np.lexsort((targets, sources))
    sources, targets = sources[order], targets[order]
    trials = influence_trials(history, Edges.of(len(users), sources, targets), influence_window(history))
    learned = influence_probabilities(trials, sources, np.ones(len(sources))).probability
    return {
        "weighted cascade": _weighted_cascade(len(users), sources, targets),
        "learned probabilities": Network.of_edges(len(users), sources, targets, learned),
    }


def generated(edges: int, seed: int) -> Network:
    """A network with realistic skew: a tenth as many nodes as edges, power-law in-degrees."""
    rng = np.random.default_rng(seed)
    nodes = edges // 10
    sources = rng.integers(nodes, size=edges)
    targets = np.minimum((nodes * rng.power(2.5, edges)).astype(np.int64), nodes - 1)
    targets = rng.permutation(nodes)[targets]
    apart = sources != targets
    return _weighted_cascade(nodes, sources[apart], targets[apart])


def _symmetrise(users: pd.Index, first: pd.Series, second: pd.Series) -> tuple[Ints, Ints]:
    arcs = np.array([users.get_indexer(first), users.get_indexer(second)], dtype=np.int64)
    arcs = np.unique(np.concatenate([arcs, arcs[::-1]], axis=1), axis=1)
    arcs = arcs[:, arcs[0] != arcs[1]]
    return arcs[0], arcs[1]


def _weighted_cascade(nodes: int, sources: Ints, targets: Ints) -> Network:
    degree = np.bincount(targets, minlength=nodes)
    return Network.of_edges(nodes, sources, targets, 1.0 / degree[targets])
