"""Users' tags: stated ones, and those their behaviour shows."""

import numpy as np
import pandas as pd
from scipy import sparse

TAGS_PER_USER = 12
_CATEGORY = "category:"


def characteristic_categories(baskets: pd.DataFrame, per_user: int = TAGS_PER_USER) -> pd.DataFrame:
    """The categories that set each user apart, as tags.

    `baskets` has columns user, category, baskets (in how many baskets the user bought from the
    category). Weighted by TF-IDF: log(1 + baskets) times log(users / users who ever bought from the
    category), scaled so that a user's weights sum to 1. Returns user, tag, text, weight.
    """
    users = baskets["user"].nunique()
    buyers = baskets.groupby("category")["user"].transform("nunique")
    rows = baskets.assign(weight=np.log1p(baskets["baskets"]) * np.log(users / buyers))
    rows = rows[rows["weight"] > 0].sort_values(["user", "weight", "category"], ascending=[True, False, True])
    rows = rows.groupby("user").head(per_user)
    weight = rows["weight"] / rows.groupby("user")["weight"].transform("sum")
    return pd.DataFrame(
        {
            "user": rows["user"],
            "tag": _CATEGORY + rows["category"],
            "text": "buys " + rows["category"].str.lower(),
            "weight": weight,
        }
    ).reset_index(drop=True)


class TagTable:
    """Users x tags: which user has which tag, how strongly; and the tags' texts."""

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
