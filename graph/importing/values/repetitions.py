"""Finds behaviours that repeat an earlier row of the delivery: its `id`, or all values (`duplicates: drop`).

Each row takes a hash of 8 bytes in memory, and two with both settings.
"""

from collections import defaultdict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.contract import TABLES
from graph.importing.mapping.model import Mapping
from graph.importing.reading.input_files import InputFile
from graph.importing.values.hashes import Hashes, row_hashes
from graph.importing.values.references import Unknown, reference_unknown
from graph.importing.values.rows import Rows

_KEY = ["type", "user", "object", "id"]
_VALUES = {
    field.name: np.nan if field.kind == "number" else None
    for field in TABLES["behaviours"].fields
    if field.name not in ("kind", "id", "unit_price")
}
"""The fields that are compared where no id decides, and what stands for a missing value."""


class Repetitions:
    """Leaves repeated behaviours out, block by block, before anything counts them.

    Parameters
    ----------
    mapping
        Says which behaviours are equal.
    unknown
        Returns which ids are unknown: a row that is rejected for one is not compared with others.
    """

    def __init__(self, mapping: Mapping, unknown: Unknown) -> None:
        self._mapping, self._unknown = mapping, unknown
        self._types = {name: kind.type for name, kind in mapping.kinds.items()}
        # Ids of two sources are no duplicates.
        self._ids: dict[str | None, _SeenHashes] = defaultdict(_SeenHashes)
        self._values = _SeenHashes()

    def compares(self, file: InputFile) -> bool:
        """Return whether rows of `file` may repeat others."""
        fields = {*file.source.columns, *file.source.constants}
        return file.table == "behaviours" and (self._mapping.duplicates == "drop" or "id" in fields)

    def leave_out(self, file: InputFile, rows: Rows) -> Rows:
        """Return `rows` of a block without those that repeat earlier ones, which its `repeated` has."""
        if not len(rows) or not self.compares(file):
            return rows
        frame = pd.DataFrame({name: column.to_pandas() for name, column in rows.columns.items()})
        frame["type"] = frame["kind"].map(self._types)
        repeated = np.zeros(len(rows), dtype=bool)
        accepted = ~reference_unknown(rows, self._mapping, self._unknown)
        has_id = accepted & frame["id"].notna().to_numpy() if "id" in frame else repeated.copy()
        if has_id.any():
            seen = self._ids[self._mapping.label_of(file.source)]
            repeated[has_id] = seen.add(row_hashes(frame.loc[has_id, _KEY]))
        if self._mapping.duplicates == "drop":
            absent = {name: empty for name, empty in _VALUES.items() if name not in frame}
            compared = accepted & ~repeated
            values = frame.assign(**absent).loc[compared, ["type", *_VALUES]]
            # A row with an id of its own is no repetition, whatever its values.
            repeated[compared] = self._values.add(row_hashes(values)) & ~has_id[compared]
        return rows.without_repeated(repeated) if repeated.any() else rows


class _SeenHashes:
    """All hashes so far, in sorted arrays of which each is longer than the next, so that few are searched."""

    def __init__(self) -> None:
        self._sorted: list[Hashes] = []

    def add(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Add `hashes`, and return which of them occurred before, also among themselves."""
        if not len(hashes):
            return np.zeros(0, dtype=bool)
        new, first = np.unique(hashes, return_index=True)
        before = np.ones(len(hashes), dtype=bool)
        before[first] = False
        for known in self._sorted:
            place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
            before |= known[place] == hashes
        while self._sorted and len(self._sorted[-1]) <= len(new):
            new = np.sort(np.concatenate([self._sorted.pop(), new]), kind="stable")
        self._sorted.append(new)
        return before
