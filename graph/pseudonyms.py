"""Pseudonyms for users in exported data: stable, and not reversible without the key."""

import hashlib
import hmac
from typing import TYPE_CHECKING

from pydantic import SecretStr

from graph.connection import Row

if TYPE_CHECKING:
    import pandas as pd

_LENGTH = 32
"""Hexadecimal digits: 128 bits, enough to avoid collisions."""


class Pseudonyms:
    """Maps user ids to HMAC-SHA-256 of data set and id under a key; without a key, ids stay."""

    def __init__(self, key: SecretStr, dataset: str) -> None:
        self._key, self._dataset = key.get_secret_value().encode(), dataset.encode()

    def of(self, user: str) -> str:
        """Return the pseudonym of a user."""
        if not self._key:
            return user
        message = self._dataset + b"\0" + user.encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:_LENGTH]

    def table(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        """Replace the column `user` of a frame, if it has one."""
        return frame.assign(user=frame["user"].map(self.of)) if "user" in frame else frame

    def edges(self, edges: list[Row]) -> list[Row]:
        """Replace `source` and `target` (which may be None) of each row."""
        sides = ("source", "target")
        return [
            {**edge, **{side: self.of(edge[side]) for side in sides if edge[side] is not None}}
            for edge in edges
        ]


BY_ID = Pseudonyms(SecretStr(""), "")
"""Keeps user ids unchanged."""
