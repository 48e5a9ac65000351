"""Numbers the ids of a table."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_HASHED = 100_000
"""Ids that are hashed at once, which needs them as Python texts."""


class IdIndex:
    """The ids of one table, each with its position in order of first occurrence."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._values: list[object] = []
        self._index: pd.Index | None = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, name: str, values: object = None) -> object:
        """Add an id; return None where it is new, else the values of its first occurrence."""
        if name in self._seen:
            return self._values[self._seen[name]]
        self._seen[name] = len(self._seen)
        self._values.append(values)
        self._index = None
        return None

    def positions(self, column: pa.Array) -> NDArray[np.int64]:
        """Return the position of each id of `column`; -1 where it is unknown or missing."""
        if self._index is None:
            self._index = pd.Index(np.array(list(self._seen), dtype=object), dtype=object)
        encoded = column.dictionary_encode()
        names = encoded.dictionary.to_numpy(zero_copy_only=False).astype(object)
        positions = np.append(self._index.get_indexer(pd.Index(names, dtype=object)), -1)
        codes = encoded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
        return np.asarray(positions[codes], dtype=np.int64)


class FixedIdIndex:
    """Distinct ids to which none is added; they take a fifth of the memory of `IdIndex`.

    Ids are found by binary search among their sorted hashes, so that looking some up costs nothing for those
    that are not asked for.

    Parameters
    ----------
    chunks
        Ids, in any number of arrays; repeated ones count once.
    """

    def __init__(self, chunks: list[pa.Array]) -> None:
        self._ids = pc.unique(pa.chunked_array(chunks, pa.string()))
        parts = (self._ids.slice(start, _HASHED) for start in range(0, len(self._ids), _HASHED))
        hashes = np.concatenate([np.empty(0, dtype=np.uint64), *map(_hashes, parts)])
        self._order = np.argsort(hashes).astype(np.int32)
        self._hashes = hashes[self._order]
        self._is_unambiguous = bool((self._hashes[1:] != self._hashes[:-1]).all())

    def __len__(self) -> int:
        return len(self._ids)

    def positions(self, column: pa.Array) -> NDArray[np.int64]:
        """Return the position of each id of `column`; -1 where it is unknown or missing."""
        encoded = column.dictionary_encode()
        positions = np.append(self._find(encoded.dictionary), -1)
        codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
        return np.asarray(positions[codes], dtype=np.int64)

    def _find(self, names: pa.Array) -> NDArray[np.int64]:
        if not self._is_unambiguous:  # Two ids have one hash, which is next to impossible.
            found = pc.fill_null(pc.index_in(names, value_set=self._ids), -1)
            return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)
        if not len(self._ids):
            return np.full(len(names), -1, dtype=np.int64)
        places = np.searchsorted(self._hashes, _hashes(names)).clip(max=len(self._ids) - 1)
        positions = self._order[places].astype(np.int64)
        is_same = pc.equal(self._ids.take(pa.array(positions)), names)
        return np.where(is_same.to_numpy(zero_copy_only=False), positions, -1)


def _hashes(names: pa.Array) -> NDArray[np.uint64]:
    objects = names.to_numpy(zero_copy_only=False).astype(object)
    return np.asarray(pd.util.hash_array(objects, categorize=False), dtype=np.uint64)
