"""How well a similarity tells who takes part together."""

import numpy as np
import pandas as pd

from network.participation_history import Floats
from network.similarity.training_pairs import Pairs

_AT = 10


def quality(vectors: Floats, pairs: Pairs) -> pd.DataFrame:
    """auc and ap of each campaign (rows), the mean over its queries, by the dot products of `vectors`.

    auc: how often a partner is nearer than its negative (1/2 by chance). ap: average precision at 10 among
    partners and negatives together, relative to the best that the list allows; ties in a random order.
    """
    near = _scores(vectors, pairs.user, pairs.partner)
    far = _scores(vectors, pairs.user, pairs.negative)
    auc = (near > far) + 0.5 * (near == far)
    frame = pd.DataFrame({"campaign": pairs.campaign, "query": pairs.query, "auc": auc})
    found = frame.groupby("query").agg(campaign=("campaign", "first"), auc=("auc", "mean"))
    found["ap"] = _precision(pairs, near, far)
    return found.groupby("campaign")[["auc", "ap"]].mean()


def _scores(vectors: Floats, user: np.ndarray, other: np.ndarray) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", vectors[user], vectors[other]))


def _precision(pairs: Pairs, near: Floats, far: Floats) -> Floats:
    query = np.concatenate([pairs.query, pairs.query])
    score = np.concatenate([near, far])
    hit = np.concatenate([np.ones(len(near)), np.zeros(len(far))])
    order = np.lexsort((np.random.default_rng(0).random(len(hit)), -score, query))
    query, hit = query[order], hit[order]
    size = np.bincount(query)
    place = np.arange(len(query)) - np.repeat(np.cumsum(size) - size, size)
    head = place < _AT
    hits = np.cumsum(hit)
    hits = hits - np.repeat((hits - hit)[np.cumsum(size) - size], size)
    sums = np.bincount(query[head], (hit * hits / (place + 1))[head], len(size))
    return sums / np.minimum(size / 2, _AT)
