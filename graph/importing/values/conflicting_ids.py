"""Finds behaviours that have the id of an earlier row of their file and other values: they are not loaded."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.values.hashes import row_hashes
from graph.importing.values.rows import Rows
from graph.importing.warnings import DataWarning

_KEY = ["kind", "user", "object", "id"]
_MAX_ROWS = 5_000_000
"""Later rows are not compared: each takes 32 bytes, and 80 more while they are compared at the end."""
_EXAMPLES = 2


class ConflictingIds:
    """Compares rows of the same kind, user, object and id within each file, by a hash of their values."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[NDArray[np.int64]]] = {}
        self._rows = 0

    def add(self, file: str, rows: Rows, *, known: bool = False) -> None:
        """Add accepted behaviours of `file`; of `known` ones, which were loaded before, none is reported."""
        if "id" not in rows.columns or self._rows >= _MAX_ROWS:
            return
        frame = pd.DataFrame({name: column.to_pandas() for name, column in sorted(rows.columns.items())})
        given = frame["id"].notna().to_numpy()
        hashes = [row_hashes(part) for part in (frame[_KEY], frame)]
        columns = [*(part.view(np.int64) for part in hashes), rows.numbers]
        columns.append(np.full(len(rows), known, dtype=np.int64))
        self._blocks.setdefault(file, []).append(np.stack(columns)[:, given])
        self._rows += int(given.sum())

    def warnings(self) -> list[DataWarning]:
        """Return for each file how many rows are not loaded, with their numbers."""
        found = []
        for file, blocks in self._blocks.items():
            keys, values, numbers, known = np.concatenate(blocks, axis=1)
            _, firsts, group = np.unique(keys, return_index=True, return_inverse=True)
            conflicting = np.flatnonzero((values != values[firsts][group]) & (known == 0))
            if len(conflicting):
                pairs = [(numbers[firsts[group[i]]], numbers[i]) for i in conflicting[:_EXAMPLES]]
                found.append(_warning(file, len(conflicting), pairs, self._rows >= _MAX_ROWS))
        return found


def _warning(file: str, count: int, pairs: list[tuple[int, int]], limited: bool) -> DataWarning:
    examples = [f"rows {first} and {second}" for first, second in pairs]
    what = "1 behaviour has" if count == 1 else f"{count:,} behaviours have"
    among = f" (among the first {_MAX_ROWS:,} rows with an `id`)" if limited else ""
    text = (
        f"{file}{among}: {what} the `id` of an earlier row of the same user and object, but other values, as "
        f"{' and '.join(examples)}. Only the first row of an id is loaded. If these behaviours differ, "
        "map a column to `id` that tells them apart, or none."
    )
    return DataWarning("conflicting_ids", text, count, examples)
