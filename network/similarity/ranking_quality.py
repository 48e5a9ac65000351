"""How well a similarity ranks users who take part together above those who do not."""

import numpy as np
import pandas as pd

from network.participation_history import Floats
from network.similarity.training_pairs import Pairs

_CUT = 10


def ranking_quality(vectors: Floats, pairs: Pairs) -> pd.DataFrame:
    """AUC and average precision at 10 of each campaign, by the dot products of `vectors`.

    Parameters
    ----------
    vectors
        Shape (n_users, dimensions).
    pairs
        Partners and negatives.

    Returns
    -------
    pd.DataFrame
        Indexed by campaign; columns auc, ap: means over the campaign's queries. auc is the share of pairs in
        which the partner is nearer than the negative (1/2 by chance); ap ranks a query's partners and
        negatives together, relative to the best possible, ties in random order.
    """
    partner_scores = _scores(vectors, pairs.user, pairs.partner)
    negative_scores = _scores(vectors, pairs.user, pairs.negative)
    auc = (partner_scores > negative_scores) + 0.5 * (partner_scores == negative_scores)
    rows = pd.DataFrame({"campaign": pairs.campaign, "query": pairs.query, "auc": auc})
    queries = rows.groupby("query").agg(campaign=("campaign", "first"), auc=("auc", "mean"))
    queries["ap"] = _average_precision(pairs, partner_scores, negative_scores)
    return queries.groupby("campaign")[["auc", "ap"]].mean()


def _scores(vectors: Floats, user: np.ndarray, other: np.ndarray) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", vectors[user], vectors[other]))


def _average_precision(pairs: Pairs, partner_scores: Floats, negative_scores: Floats) -> Floats:
    """Average precision at 10 of each query."""
    query = np.concatenate([pairs.query, pairs.query])
    score = np.concatenate([partner_scores, negative_scores])
    hit = np.concatenate([np.ones(len(partner_scores)), np.zeros(len(negative_scores))])
    order = np.lexsort((np.random.default_rng(0).random(len(hit)), -score, query))
    query, hit = query[order], hit[order]
    size = np.bincount(query)
    rank = np.arange(len(query)) - np.repeat(np.cumsum(size) - size, size)
    top = rank < _CUT
    hits = np.cumsum(hit)
    hits = hits - np.repeat((hits - hit)[np.cumsum(size) - size], size)
    sums = np.bincount(query[top], (hit * hits / (rank + 1))[top], len(size))
    return sums / np.minimum(size / 2, _CUT)
