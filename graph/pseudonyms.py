"""Names that stand for users in what leaves the house: the same user has the same one, and nobody without the
key can tell whose it is.
"""

import hashlib
import hmac

import pandas as pd
from pydantic import SecretStr

from graph.connection import Row

_LENGTH = 32
"""Of 64 hexadecimal digits: 128 bits, of which no two users share one."""


class Pseudonyms:
    """HMAC-SHA-256 of data set and id under a key; without a key users keep their ids."""

    def __init__(self, key: SecretStr, dataset: str) -> None:
        self._key, self._dataset = key.get_secret_value().encode(), dataset.encode()

    def of(self, user: str) -> str:
        """The pseudonym of a user."""
        if not self._key:
            return user
        told = self._dataset + b"\0" + user.encode()
        return hmac.new(self._key, told, hashlib.sha256).hexdigest()[:_LENGTH]

    def table(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame in which the users of the column `user` go by them; without such a column, itself."""
        return frame.assign(user=frame["user"].map(self.of)) if "user" in frame else frame

    def edges(self, edges: list[Row]) -> list[Row]:
        """Rows with users as `source` and `target` (or None)."""
        sides = ("source", "target")
        return [
            {**edge, **{side: self.of(edge[side]) for side in sides if edge[side] is not None}}
            for edge in edges
        ]


BY_ID = Pseudonyms(SecretStr(""), "")
"""Users as they are."""
