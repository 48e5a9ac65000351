"""Users' tags: stated tags, and tags derived from behaviour."""

import numpy as np
import pandas as pd
from scipy import sparse

from network.participation_history import Floats
from network.tags.interests import Interests

TAGS_PER_USER = 12


def tfidf(counts: sparse.csr_array) -> sparse.csr_array:
    """TF-IDF of users by items: log(1 + count) times log(users with any item / users with the item).

    An item that all users have gets weight 0, unlike with scikit-learn's ``TfidfTransformer``, which adds 1
    to the logarithm.
    """
    holders = np.bincount(counts.indices, minlength=counts.shape[1])
    users = np.count_nonzero(np.diff(counts.indptr))
    weights = counts.astype(float)
    weights.data = np.log1p(weights.data)
    return sparse.csr_array(weights @ sparse.diags_array(np.log(max(users, 1) / np.maximum(holders, 1))))


def behaviour_tags(interests: Interests, per_user: int = TAGS_PER_USER) -> pd.DataFrame:
    """The interests that distinguish each user, as tags.

    Parameters
    ----------
    interests
        What users acted on.
    per_user
        The largest number of tags per user, the highest TF-IDF first.

    Returns
    -------
    pd.DataFrame
        Columns user, tag, text, weight; a user's weights sum to 1.
    """
    weights = tfidf(interests.counts()).tocoo()
    rows = pd.DataFrame({"user": weights.row, "interest": weights.col, "weight": weights.data})
    rows = rows[rows["weight"] > 0].sort_values(["user", "weight", "interest"], ascending=[True, False, True])
    rows = rows.groupby("user").head(per_user)
    return pd.DataFrame(
        {
            "user": interests.users[rows["user"]],
            "tag": interests.names[rows["interest"]],
            "text": np.array(interests.texts, dtype=object)[rows["interest"]],
            "weight": rows["weight"] / rows.groupby("user")["weight"].transform("sum"),
        }
    ).reset_index(drop=True)


def collect_user_tags(stated: pd.DataFrame, interests: Interests) -> pd.DataFrame:
    """Behaviour tags and stated tags together.

    Parameters
    ----------
    stated
        Columns user, tag, text, weight.
    interests
        What users acted on.

    Returns
    -------
    pd.DataFrame
        Columns user, tag, text, weight, source. Each user's weights sum to 1 within each source.
    """
    behaviour = behaviour_tags(interests).assign(source="behaviour")
    total = stated.groupby("user")["weight"].transform("sum")
    stated = stated.assign(source="stated", weight=stated["weight"] / total)
    return pd.concat([behaviour, stated[behaviour.columns]], ignore_index=True)


class TagTable:
    """Users by tags, as a sparse matrix.

    Parameters
    ----------
    users
        All users; their order is that of the rows.
    rows
        Columns user, tag, text, weight.

    Attributes
    ----------
    users, tags
        The labels of rows and columns.
    texts
        The text of each tag; '' for none.
    weights
        Shape (n_users, n_tags).
    """

    def __init__(self, users: pd.Index, rows: pd.DataFrame) -> None:
        self.users = users
        texts = rows.drop_duplicates("tag").set_index("tag")["text"].sort_index()
        self.tags = pd.Index(texts.index)
        self.texts = list(texts)
        positions = (users.get_indexer(rows["user"]), self.tags.get_indexer(rows["tag"]))
        self.weights = sparse.csr_array(
            (rows["weight"].to_numpy(float), positions), shape=(len(users), len(self.tags))
        )


def unit_rows(rows: Floats) -> Floats:
    """Each row scaled to length 1; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
