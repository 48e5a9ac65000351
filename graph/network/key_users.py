"""Key users of each campaign: the reached users whose participation spreads furthest among them."""

from math import ceil

import numpy as np
import pandas as pd

from graph.network.seeds import Network, select_seeds

_SHARE = 0.02
_FEWEST, _MOST = 5, 20


def select_key_users(
    influences: pd.DataFrame, targetings: pd.DataFrame, centrality: pd.Series, seed: int
) -> pd.DataFrame:
    """Columns campaign, user, rank, score, centrality.

    `score` is the user's marginal expected spread among the users the campaign reached, itself
    included. `influences` has source, target, probability; `targetings` has user, campaign;
    `centrality` is indexed by user. A campaign has 2% of its reached users as key users, 5 to 20.
    """
    chosen = []
    for campaign, reached in targetings.groupby("campaign")["user"]:
        users = pd.Index(sorted(reached))
        selection = select_seeds(_network(influences, users), _budget(len(users)), seed=seed)
        chosen.append(
            pd.DataFrame(
                {
                    "campaign": campaign,
                    "user": users[selection.seeds],
                    "rank": np.arange(1, len(selection.seeds) + 1),
                    "score": selection.marginal,
                }
            )
        )
    if not chosen:
        return pd.DataFrame(columns=["campaign", "user", "rank", "score", "centrality"])
    rows = pd.concat(chosen, ignore_index=True)
    rows["centrality"] = rows["user"].map(centrality).fillna(0.0)
    return rows


def _budget(reached: int) -> int:
    return min(reached, max(_FEWEST, min(_MOST, ceil(_SHARE * reached))))


def _network(influences: pd.DataFrame, users: pd.Index) -> Network:
    source = users.get_indexer(influences["source"])
    target = users.get_indexer(influences["target"])
    inside = (source >= 0) & (target >= 0)
    return Network.of_edges(
        len(users),
        source[inside].astype(np.int64),
        target[inside].astype(np.int64),
        influences["probability"].to_numpy(float)[inside],
    )
