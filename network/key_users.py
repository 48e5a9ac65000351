"""Key users of each campaign: the users whose participation spreads furthest among those it can reach."""

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
_MIN_KEY_USERS, _MAX_KEY_USERS = 5, 20
_COARSE_EPSILON = 0.4
"""Approximation error of IMM where only the set of seeds matters, not the contribution of each."""


def select_key_users(influences: pd.DataFrame, history: ParticipationHistory, seed: int) -> pd.DataFrame:
    """Select the key users of every campaign: 2% of the users it can reach, at least 5 and at most 20.

    Parameters
    ----------
    influences
        Columns source, target, probability.
    history
        The campaigns and their users.
    seed
        Seeds the selection.

    Returns
    -------
    pd.DataFrame
        Columns campaign, user, rank, score, low, high. `score` is the user's marginal expected spread among
        the users the campaign can reach, itself included; low and high are the ends of its 95% interval.
    """
    reaches = {
        campaign.id: history.users[campaign.reached]
        for campaign in history.campaigns
        if campaign.reached is not None
    }
    open_campaigns = [campaign for campaign in history.campaigns if campaign.reached is None]
    if open_campaigns:
        # Open campaigns reach the same users and so share their key users.
        reaches[""] = history.users[history.could_take_part(open_campaigns[0])]
    with ThreadPoolExecutor() as pool:
        selections = pool.map(lambda users: _select(influences, users, seed), reaches.values())
        by_reach = dict(zip(reaches, selections, strict=True))
    key_users = [
        by_reach["" if campaign.reached is None else campaign.id].assign(campaign=campaign.id)
        for campaign in history.campaigns
    ]
    if not key_users:
        return pd.DataFrame(columns=["campaign", "user", "rank", "score", "low", "high"])
    return pd.concat(key_users, ignore_index=True)


def add_centrality(graph: Graph, dataset: str, run: str, key_users: pd.DataFrame) -> pd.DataFrame:
    """`key_users` with a column centrality: PageRank on the reversed network written under `run`."""
    centrality = reversed_page_rank(graph, dataset, run)
    return key_users.assign(centrality=key_users["user"].map(centrality).fillna(0.0))


def leading_users(influences: pd.DataFrame, history: ParticipationHistory, seed: int) -> Ints:
    """Positions of the users with the largest joint spread over the whole network."""
    active = history.users[np.flatnonzero(np.isfinite(history.first_seen))]
    if not len(active):
        return np.empty(0, dtype=np.int64)
    constraints = SeedConstraints(_key_user_count(len(active)))
    seeds = select_by_imm(subnetwork(influences, active), constraints, _COARSE_EPSILON, seed)
    return history.users.get_indexer(active[seeds]).astype(np.int64)


def _select(influences: pd.DataFrame, users: pd.Index, seed: int) -> pd.DataFrame:
    if not len(users):
        return pd.DataFrame({name: [] for name in ("user", "rank", "score", "low", "high")})
    constraints = SeedConstraints(_key_user_count(len(users)))
    selection = select(subnetwork(influences, users), constraints, seed=seed)
    return pd.DataFrame(
        {
            "user": users[selection.seeds],
            "rank": np.arange(1, len(selection.seeds) + 1),
            "score": selection.marginal,
            "low": selection.low,
            "high": selection.high,
        }
    )


def _key_user_count(reached: int) -> int:
    return min(reached, max(_MIN_KEY_USERS, min(_MAX_KEY_USERS, ceil(_SHARE * reached))))


def subnetwork(influences: pd.DataFrame, users: pd.Index) -> Network:
    """The network of the edges between `users`; a node is a position in `users`."""
    source = users.get_indexer(influences["source"])
    target = users.get_indexer(influences["target"])
    inside = (source >= 0) & (target >= 0)
    return Network.of_edges(
        len(users),
        source[inside].astype(np.int64),
        target[inside].astype(np.int64),
        influences["probability"].to_numpy(float)[inside],
    )
