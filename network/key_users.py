"""Key users of each campaign: the reached users whose participation spreads furthest among them."""

from concurrent.futures import ThreadPoolExecutor
from math import ceil

import numpy as np
import pandas as pd

from graph.connection import Graph
from network.participation_history import Ints, ParticipationHistory
from network.projections import reversed_page_rank
from network.seeding.imm import select_by_imm
from network.seeding.selection import select
from network.seeding.weighted_network import Network, SeedConstraints

_SHARE = 0.02
_FEWEST, _MOST = 5, 20
_ROUGHLY = 0.4
"""How far IMM may miss where only the seeds count, not what each adds."""


def select_key_users(influences: pd.DataFrame, history: ParticipationHistory, seed: int) -> pd.DataFrame:
    """Columns campaign, user, rank, score, low, high.

    `score` is the user's marginal expected spread among the users the campaign could reach, itself
    included, with its 95% interval. `influences` has source, target, probability. A campaign has 2% of these
    users as key users, 5 to 20.
    """
    reaches = {one.id: history.users[one.reached] for one in history.campaigns if one.reached is not None}
    open_to_all = [one for one in history.campaigns if one.reached is None]
    if open_to_all:
        # Open campaigns reach the same users: they have the same key users.
        reaches[""] = history.users[history.could_take_part(open_to_all[0])]
    with ThreadPoolExecutor() as pool:
        rows = pool.map(lambda users: _select(influences, users, seed), reaches.values())
        of = dict(zip(reaches, rows, strict=True))
    chosen = [of["" if one.reached is None else one.id].assign(campaign=one.id) for one in history.campaigns]
    if not chosen:
        return pd.DataFrame(columns=["campaign", "user", "rank", "score", "low", "high"])
    return pd.concat(chosen, ignore_index=True)


def ranked_beside(graph: Graph, dataset: str, run: str, key_users: pd.DataFrame) -> pd.DataFrame:
    """`key_users` with their centrality: PageRank on the reversed network that was written for `run`."""
    centrality = reversed_page_rank(graph, dataset, run)
    return key_users.assign(centrality=key_users["user"].map(centrality).fillna(0.0))


def leading_users(influences: pd.DataFrame, history: ParticipationHistory, seed: int) -> Ints:
    """Positions of the users whose joint spread over the whole network is the largest."""
    known = history.users[np.flatnonzero(np.isfinite(history.first_seen))]
    if not len(known):
        return np.empty(0, dtype=np.int64)
    found = select_by_imm(
        network_among(influences, known), SeedConstraints(_budget(len(known))), _ROUGHLY, seed
    )
    return history.users.get_indexer(known[found]).astype(np.int64)


def _select(influences: pd.DataFrame, users: pd.Index, seed: int) -> pd.DataFrame:
    if not len(users):
        return pd.DataFrame({name: [] for name in ("user", "rank", "score", "low", "high")})
    selection = select(network_among(influences, users), SeedConstraints(_budget(len(users))), seed=seed)
    return pd.DataFrame(
        {
            "user": users[selection.seeds],
            "rank": np.arange(1, len(selection.seeds) + 1),
            "score": selection.marginal,
            "low": selection.low,
            "high": selection.high,
        }
    )


def _budget(reached: int) -> int:
    return min(reached, max(_FEWEST, min(_MOST, ceil(_SHARE * reached))))


def network_among(influences: pd.DataFrame, users: pd.Index) -> Network:
    """The edges between `users`, by their positions."""
    source = users.get_indexer(influences["source"])
    target = users.get_indexer(influences["target"])
    inside = (source >= 0) & (target >= 0)
    return Network.of_edges(
        len(users),
        source[inside].astype(np.int64),
        target[inside].astype(np.int64),
        influences["probability"].to_numpy(float)[inside],
    )
