"""What is known of each user before a moment, as blocks of numbers: the candidate similarities.

A block has one vector a user, of length 1 or, where nothing is known, 0; nearer vectors mean more similar
users. The spaces stay the same over time, so that what is learned of them at one moment holds at another.

text            the paper's: the mean of the vectors of the user's tags
attributes      the stated tags themselves
affinity        how often which categories or products, by TF-IDF
recent          the same, fading with time
cooccurrence    what comes with and right after what: interests mined from the sequence of occasions
temporal        weekdays, hours, and days between occasions
behavioural     acts and money a day, what an act costs, the discount's share, how wide interests are
participations  in which campaigns
ties            where the user stands among the real ties
friends         what those whom the user knows are like (text and affinity)
"""

import zlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import svds

from network.influence.trials import window_of
from network.inputs import NetworkInputs
from network.participation_history import DAY, Floats
from network.tags.interests import Interests, half_life
from network.tags.user_tags import tfidf, unit

_WIDTH = 128
_ORDER = 64
_MOST_IN_ORDER = 5_000
_GAPS = 7
_CLIP = 3.0

Blocks = dict[str, Floats]


def feature_blocks(inputs: NetworkInputs, text: Floats, item_vectors: Floats) -> Blocks:
    """Every block about which anything is known, each of shape (n_users, its width).

    `text` is the block of that name; `item_vectors` what ``item_embeddings`` returned, before any
    moment that is looked at.
    """
    interests, users = inputs.interests, inputs.users
    names = interests.names
    bought = tfidf(interests.counts())
    fading = interests.fading(inputs.seconds, half_life(window_of(inputs.history)))
    stated = _table(users, inputs.stated, "tag")
    took_part = _table(users, inputs.participations, "campaign")
    blocks = {
        "text": text,
        "attributes": _placed(*stated),
        "affinity": _placed(bought, names),
        "recent": _placed(tfidf(fading), names),
        "cooccurrence": _centred(bought @ item_vectors),
        "temporal": _temporal(interests, inputs.zone),
        "behavioural": _behavioural(inputs),
        "participations": _placed(*took_part),
    }
    if len(inputs.ties):
        passed = _passed_on(inputs)
        drawn = directions(users, _WIDTH)
        once = unit(passed @ drawn)
        blocks["ties"] = unit(drawn + once + unit(passed @ once))
        for name in ("text", "affinity"):
            blocks[f"friends: {name}"] = unit(passed @ blocks[name])
    return blocks


def item_embeddings(interests: Interests) -> Floats:
    """A vector for each interest, shape (interests, 64), by what comes with and right after it.

    The singular vectors of positive pointwise mutual information, shifted by log 2 (Levy and Goldberg,
    NeurIPS 2014); zero for all but the 5,000 most frequent.
    """
    pairs = interests.cooccurrence()
    often = np.asarray(pairs.sum(axis=0)).ravel()
    kept = np.sort(np.argsort(-often, kind="stable")[:_MOST_IN_ORDER])
    kept = kept[often[kept] > 0]
    vectors = np.zeros((len(interests.names), _ORDER))
    if len(kept) < 3:
        return vectors
    table = pairs[kept][:, kept].tocoo()
    total = table.data.sum()
    share = often[kept] / total
    information = np.log(table.data / total / (share[table.row] * share[table.col])) - np.log(2)
    positive = information > 0
    matrix = sparse.csr_array(
        (information[positive], (table.row[positive], table.col[positive])), shape=table.shape
    )
    rank = min(_ORDER, len(kept) - 1)
    left, size, _ = svds(matrix, rank, v0=np.ones(len(kept)))
    vectors[kept, :rank] = left * np.sqrt(np.maximum(size, 0.0))
    return vectors


def directions(names: Iterable[object], width: int) -> Floats:
    """A random direction for each name, the same for the same name wherever and whenever: (names, width).

    Things that have nothing in common are then about orthogonal (Johnson and Lindenstrauss 1984).
    """
    drawn = [np.random.default_rng(zlib.crc32(str(name).encode())).normal(size=width) for name in names]
    return np.reshape(drawn, (-1, width)) / np.sqrt(width)


def _placed(weights: sparse.csr_array, names: pd.Index) -> Floats:
    return _centred(weights @ directions(names, _WIDTH))


def _table(users: pd.Index, rows: pd.DataFrame, column: str) -> tuple[sparse.csr_array, pd.Index]:
    """Users x what `column` names, by TF-IDF."""
    codes, names = pd.factorize(rows[column], sort=True)
    ones = np.ones(len(rows))
    shape = (len(users), len(names))
    return tfidf(sparse.csr_array((ones, (users.get_indexer(rows["user"]), codes)), shape=shape)), names


def _temporal(interests: Interests, zone: str) -> Floats:
    users = len(interests.users)
    user, at = interests.occasions()
    local = pd.to_datetime(at, unit="s", utc=True).tz_convert(zone)
    same = np.flatnonzero(user[1:] == user[:-1])
    gap = np.clip(np.log2((at[same + 1] - at[same]) / DAY + 0.5) + 1, 0, _GAPS - 1).astype(int)
    parts = []
    for who, what, size in ((user, local.day_of_week, 7), (user, local.hour, 24), (user[same], gap, _GAPS)):
        seen = np.zeros((users, size))
        np.add.at(seen, (who, np.asarray(what)), 1.0)
        total = seen.sum(axis=1, keepdims=True)
        # Square roots of shares: their dot product is the Bhattacharyya coefficient.
        parts.append(np.sqrt(np.divide(seen, total, out=np.zeros_like(seen), where=total > 0)))
    return _centred(np.hstack(parts))


def _behavioural(inputs: NetworkInputs) -> Floats:
    days = inputs.activity.groupby("user")[["acts", "value", "discount"]]
    total, count = days.sum().reindex(inputs.users), days.size().reindex(inputs.users)
    held = inputs.interests.counts()
    wide = np.diff(held.indptr).astype(float)
    occasions = np.bincount(inputs.interests.occasions()[0], minlength=len(inputs.users))
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = [
            np.log(total["acts"] / count),
            np.log1p(total["value"] / count),
            np.log1p(total["value"] / total["acts"]),
            total["discount"] / (total["value"] + total["discount"]),
            np.log(pd.Series(wide, inputs.users)),
            np.log(pd.Series(wide / occasions, inputs.users)),
        ]
    table = pd.concat(columns, axis=1).replace([np.inf, -np.inf], np.nan)
    spread = table.std().replace(0.0, np.nan)
    return unit(((table - table.mean()) / spread).clip(-_CLIP, _CLIP).fillna(0.0).to_numpy(float))


def _passed_on(inputs: NetworkInputs) -> sparse.csr_array:
    """The real ties, both ways, as a matrix that takes the mean over those whom a user knows."""
    users = inputs.users
    source, target = (users.get_indexer(inputs.ties[side]) for side in ("source", "target"))
    ends = np.concatenate([source, target]), np.concatenate([target, source])
    joined = sparse.csr_array((np.ones(len(ends[0])), ends), shape=(len(users), len(users)))
    joined.data[:] = 1.0
    known: Floats = np.asarray(joined.sum(axis=1), dtype=float).ravel()
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(known, 1.0)) @ joined)


def _centred(rows: Floats) -> Floats:
    """Unit rows less their mean: what everybody has in common would make everybody similar."""
    rows = unit(np.asarray(rows, dtype=float))
    known = rows.any(axis=1)
    if known.any():
        rows[known] -= rows[known].mean(axis=0)
    return unit(rows)
