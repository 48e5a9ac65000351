"""Users' tags: stated ones, and those their behaviour shows."""

import numpy as np
import pandas as pd
from scipy import sparse

from network.participation_history import Floats
from network.tags.interests import Interests

TAGS_PER_USER = 12


def tfidf(counts: sparse.csr_array) -> sparse.csr_array:
    """log(1 + count) times log(users / users who have it), of users x things."""
    holders = np.bincount(counts.indices, minlength=counts.shape[1])
    users = np.count_nonzero(np.diff(counts.indptr))
    weights = counts.astype(float)
    weights.data = np.log1p(weights.data)
    return sparse.csr_array(weights @ sparse.diags_array(np.log(max(users, 1) / np.maximum(holders, 1))))


def behaviour_tags(interests: Interests, per_user: int = TAGS_PER_USER) -> pd.DataFrame:
    """The interests that set each user apart, as tags: user, tag, text, weight.

    Weighted by TF-IDF over occasions; the strongest `per_user`, scaled so that a user's weights sum to 1.
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


def tags_of_users(stated: pd.DataFrame, interests: Interests) -> pd.DataFrame:
    """Both kinds of tags: user, tag, text, weight, source. `stated` has user, tag, text, weight."""
    shown = behaviour_tags(interests).assign(source="behaviour")
    # Stated tags weigh together what behaviour tags do: 1 per user.
    share = stated.groupby("user")["weight"].transform("sum")
    stated = stated.assign(source="stated", weight=stated["weight"] / share)
    return pd.concat([shown, stated[shown.columns]], ignore_index=True)


class TagTable:
    """Users x tags: which user has which tag, how strongly; and the tags' texts ('' for none)."""

    def __init__(self, users: pd.Index, rows: pd.DataFrame) -> None:
        """`rows` has columns user, tag, text, weight; `users` fixes the order of the matrix."""
        self.users = users
        texts = rows.drop_duplicates("tag").set_index("tag")["text"].sort_index()
        self.tags = pd.Index(texts.index)
        self.texts = list(texts)
        positions = (users.get_indexer(rows["user"]), self.tags.get_indexer(rows["tag"]))
        self.weights = sparse.csr_array(
            (rows["weight"].to_numpy(float), positions), shape=(len(users), len(self.tags))
        )


def unit(rows: Floats) -> Floats:
    """Each row scaled to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
