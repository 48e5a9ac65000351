"""Feature blocks: what is known of each user before a cut-off.

A block holds one vector per user, of length 1, or 0 for a user of whom it knows nothing; nearer vectors mean
more similar users. The spaces do not change over time, so that an encoder fitted on earlier blocks applies to
later ones.

text            mean of the vectors of the user's tags
attributes      stated tags
affinity        categories and products acted on, by TF-IDF
recent          the same with exponential decay
cooccurrence    embeddings of the items acted on, from items that occur together or in succession
temporal        weekdays, hours, and days between occasions
behavioural     daily behaviours and spending, value of a behaviour, share of discounts, breadth of interests
participations  past campaigns
ties            position among the ties
friends         text and affinity of neighbours along the ties
"""

import zlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import svds

from network.influence.trials import influence_window
from network.inputs import NetworkInputs
from network.participation_history import DAY, Floats
from network.tags.interests import Interests, half_life
from network.tags.user_tags import tfidf, unit_rows

_WIDTH = 128
_ITEM_WIDTH = 64
_MAX_ITEMS = 5_000
_SHIFT = np.log(2)
_GAP_BINS = 7
_CLIP = 3.0

Blocks = dict[str, Floats]


def feature_blocks(inputs: NetworkInputs, text: Floats, item_vectors: Floats) -> Blocks:
    """Compute all feature blocks.

    Parameters
    ----------
    inputs
        The data before the cut-off.
    text
        The block of that name, shape (n_users, dimensions).
    item_vectors
        The ``item_embeddings``, from before any cut-off that is compared; shape (n_items, 64).

    Returns
    -------
    Blocks
        Block name to array of shape (n_users, block width). ties and friends only if the data set has ties.
    """
    interests, users = inputs.interests, inputs.users
    names = interests.names
    affinity = tfidf(interests.counts())
    decayed = interests.decayed(inputs.seconds, half_life(influence_window(inputs.history)))
    stated = _tfidf_table(users, inputs.stated, "tag")
    participations = _tfidf_table(users, inputs.participations, "campaign")
    blocks = {
        "text": text,
        "attributes": _random_projection(*stated),
        "affinity": _random_projection(affinity, names),
        "recent": _random_projection(tfidf(decayed), names),
        "cooccurrence": _centred(affinity @ item_vectors),
        "temporal": _temporal(interests, inputs.zone),
        "behavioural": _behavioural(inputs),
        "participations": _random_projection(*participations),
    }
    if len(inputs.ties):
        neighbours = _neighbour_means(inputs)
        directions = random_directions(users, _WIDTH)
        first_order = unit_rows(neighbours @ directions)
        blocks["ties"] = unit_rows(directions + first_order + unit_rows(neighbours @ first_order))
        for name in ("text", "affinity"):
            blocks[f"friends: {name}"] = unit_rows(neighbours @ blocks[name])
    return blocks


def item_embeddings(interests: Interests) -> Floats:
    """Embed items by what occurs with and right after them, shape (n_items, 64).

    Truncated SVD of the positive pointwise mutual information shifted by log 2. Only the 5,000 most frequent
    items are embedded; the others get zeros.

    References
    ----------
    Levy, Goldberg, "Neural Word Embedding as Implicit Matrix Factorization" (NeurIPS 2014).
    """
    pairs = interests.cooccurrence()
    frequency = np.asarray(pairs.sum(axis=0)).ravel()
    kept = np.sort(np.argsort(-frequency, kind="stable")[:_MAX_ITEMS])
    kept = kept[frequency[kept] > 0]
    vectors = np.zeros((len(interests.names), _ITEM_WIDTH))
    if len(kept) < 3:
        return vectors
    table = pairs[kept][:, kept].tocoo()
    total = table.data.sum()
    share = frequency[kept] / total
    information = np.log(table.data / total / (share[table.row] * share[table.col])) - _SHIFT
    positive = information > 0
    matrix = sparse.csr_array(
        (information[positive], (table.row[positive], table.col[positive])), shape=table.shape
    )
    rank = min(_ITEM_WIDTH, len(kept) - 1)
    left, singular_values, _ = svds(matrix, rank, v0=np.ones(len(kept)))
    vectors[kept, :rank] = left * np.sqrt(np.maximum(singular_values, 0.0))
    return vectors


def random_directions(names: Iterable[object], width: int) -> Floats:
    """A random direction per name, shape (n_names, width); always the same for the same name.

    Directions of different names are about orthogonal (Johnson and Lindenstrauss 1984).
    """
    drawn = [np.random.default_rng(zlib.crc32(str(name).encode())).normal(size=width) for name in names]
    return np.reshape(drawn, (-1, width)) / np.sqrt(width)


def _random_projection(weights: sparse.csr_array, names: pd.Index) -> Floats:
    return _centred(weights @ random_directions(names, _WIDTH))


def _tfidf_table(users: pd.Index, rows: pd.DataFrame, column: str) -> tuple[sparse.csr_array, pd.Index]:
    """TF-IDF weights of the values of `column`, shape (n_users, n_values), and the values."""
    codes, names = pd.factorize(rows[column], sort=True)
    ones = np.ones(len(rows))
    shape = (len(users), len(names))
    return tfidf(sparse.csr_array((ones, (users.get_indexer(rows["user"]), codes)), shape=shape)), names


def _temporal(interests: Interests, zone: str) -> Floats:
    n_users = len(interests.users)
    user, at = interests.occasions()
    local = pd.to_datetime(at, unit="s", utc=True).tz_convert(zone)
    same = np.flatnonzero(user[1:] == user[:-1])
    gap = np.clip(np.log2((at[same + 1] - at[same]) / DAY + 0.5) + 1, 0, _GAP_BINS - 1).astype(int)
    distributions = ((user, local.day_of_week, 7), (user, local.hour, 24), (user[same], gap, _GAP_BINS))
    parts = []
    for owner, category, size in distributions:
        counts = np.zeros((n_users, size))
        np.add.at(counts, (owner, np.asarray(category)), 1.0)
        total = counts.sum(axis=1, keepdims=True)
        # Square roots of shares: their dot product is the Bhattacharyya coefficient.
        parts.append(np.sqrt(np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)))
    return _centred(np.hstack(parts))


def _behavioural(inputs: NetworkInputs) -> Floats:
    days = inputs.activity.groupby("user")[["behaviours", "value", "discount"]]
    # More may be returned than was bought, where the purchase is older than the data.
    total, active_days = days.sum().clip(lower=0).reindex(inputs.users), days.size().reindex(inputs.users)
    breadth = np.diff(inputs.interests.counts().indptr).astype(float)
    occasions = np.bincount(inputs.interests.occasions()[0], minlength=len(inputs.users))
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = [
            np.log(total["behaviours"] / active_days),
            np.log1p(total["value"] / active_days),
            np.log1p(total["value"] / total["behaviours"]),
            total["discount"] / (total["value"] + total["discount"]),
            np.log(pd.Series(breadth, inputs.users)),
            np.log(pd.Series(breadth / occasions, inputs.users)),
        ]
    table = pd.concat(columns, axis=1).replace([np.inf, -np.inf], np.nan)
    deviation = table.std().replace(0.0, np.nan)
    z = (table - table.mean()) / deviation
    return unit_rows(z.clip(-_CLIP, _CLIP).fillna(0.0).to_numpy(float))


def _neighbour_means(inputs: NetworkInputs) -> sparse.csr_array:
    """The operator that replaces each user's row by the mean of the neighbours' rows, (n_users, n_users)."""
    users = inputs.users
    source, target = (users.get_indexer(inputs.ties[side]) for side in ("source", "target"))
    ends = np.concatenate([source, target]), np.concatenate([target, source])
    adjacency = sparse.csr_array((np.ones(len(ends[0])), ends), shape=(len(users), len(users)))
    adjacency.data[:] = 1.0
    degree: Floats = np.asarray(adjacency.sum(axis=1), dtype=float).ravel()
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(degree, 1.0)) @ adjacency)


def _centred(rows: Floats) -> Floats:
    """Unit rows minus their mean: what all users have in common must not make all of them similar."""
    rows = unit_rows(np.asarray(rows, dtype=float))
    nonzero = rows.any(axis=1)
    if nonzero.any():
        rows[nonzero] -= rows[nonzero].mean(axis=0)
    return unit_rows(rows)
