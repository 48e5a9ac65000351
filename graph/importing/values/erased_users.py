"""Leaves out the rows of users who were erased: what was erased must not return with the next import.

The data set keeps a keyed hash of each erased id (HMAC-SHA-256), never the id itself.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.connection import Graph
from graph.importing.values.masks import is_true
from graph.importing.values.references import REFERENCES
from graph.importing.values.rows import Rows

_KEY_BYTES = 32


class ErasedUsers:
    """The erased users of a data set.

    Parameters
    ----------
    key
        The key of the hashes, as hexadecimal digits.
    hashes
        The hash of each erased id.
    """

    def __init__(self, key: str = "", hashes: Collection[str] = ()) -> None:
        self._key, self._hashes = key, frozenset(hashes)

    @classmethod
    def of_graph(cls, graph: Graph, dataset: str) -> "ErasedUsers":
        """Return the erased users of a data set."""
        rows = graph.run("users/erased", dataset=dataset)
        return cls(rows[0]["key"], rows[0]["hashes"]) if rows else cls()

    def leave_out(self, rows: Rows) -> Rows:
        """Return `rows` with those of erased users among the ones that are left out."""
        if not self._hashes:
            return rows
        erased = np.zeros(len(rows), dtype=bool)
        for name, column in rows.columns.items():
            if REFERENCES.get(name) == "users" or (rows.table == "users" and name == "id"):
                erased |= is_true(pc.is_in(column, value_set=self._erased(column)))
        if not erased.any():
            return rows
        kept, numbers = rows.filter(~erased), rows.numbers[erased]
        return replace(
            rows,
            numbers=kept.numbers,
            columns=kept.columns,
            left_out_numbers=np.sort(np.concatenate([rows.left_out_numbers, numbers])),
            erased_numbers=numbers,
        )

    def _erased(self, ids: pa.Array) -> pa.Array:
        distinct = pc.drop_null(pc.unique(ids)).to_pylist()
        return pa.array([user for user in distinct if hash_of(user, self._key) in self._hashes], pa.string())


def hash_of(user: str, key: str) -> str:
    """Return the hash of a user's id under a key."""
    return hmac.new(bytes.fromhex(key), user.encode(), hashlib.sha256).hexdigest()


def stored_hash(graph: Graph, dataset: str, user: str) -> str:
    """Return the hash of a user's id under the key of a data set, which is made where it has none."""
    row = graph.single("users/erased_key", dataset=dataset, key=secrets.token_hex(_KEY_BYTES))
    return hash_of(user, row["key"])
