"""Numbers the ids of a table."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


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
    """Distinct ids to which none is added; as Arrow texts, they take a tenth of the memory of `IdIndex`.

    Parameters
    ----------
    chunks
        Ids, in any number of arrays; repeated ones count once.
    """

    def __init__(self, chunks: list[pa.Array]) -> None:
        self._ids = pc.unique(pa.chunked_array(chunks, pa.string()))

    def __len__(self) -> int:
        return len(self._ids)

    def positions(self, column: pa.Array) -> NDArray[np.int64]:
        """Return the position of each id of `column`; -1 where it is unknown or missing."""
        encoded = column.dictionary_encode()
        found = pc.fill_null(pc.index_in(encoded.dictionary, value_set=self._ids), -1)
        positions = pc.fill_null(found.take(encoded.indices), -1)
        return np.asarray(positions.to_numpy(zero_copy_only=False), dtype=np.int64)
