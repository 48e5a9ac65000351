"""Finds behaviours that several files of a delivery contain, as exports do whose periods overlap.

Each row is kept as a hash of 8 bytes; the rows of one file are not compared with each other.
"""

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.values.hashes import Hashes, row_hashes
from graph.importing.values.rows import Rows
from graph.importing.warnings import DataWarning

_MAX_ROWS = 20_000_000
"""Later rows are not compared, so that memory stays below some hundred MiB."""
_MAX_PAIRS = 5


class RepeatedRows:
    """Compares the behaviours of all files by all of their values."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._hashes: list[Hashes] = []
        self._files: list[NDArray[np.int32]] = []
        self._rows = 0

    def add(self, file: str, rows: Rows) -> None:
        """Add accepted behaviours of `file`; by an `id`, the import itself finds repetitions."""
        if "id" in rows.columns or not len(rows) or self._rows >= _MAX_ROWS:
            return
        if file not in self._names:
            self._names.append(file)
        frame = pd.DataFrame({name: rows.columns[name].to_pandas() for name in sorted(rows.columns)})
        self._hashes.append(row_hashes(frame))
        self._files.append(np.full(len(rows), self._names.index(file), dtype=np.int32))
        self._rows += len(rows)

    def warnings(self) -> list[DataWarning]:
        """Return which files repeat rows of earlier ones, and how many."""
        if len(self._names) < 2:
            return []
        hashes, files = np.concatenate(self._hashes), np.concatenate(self._files)
        _, firsts, group = np.unique(hashes, return_index=True, return_inverse=True)
        earlier = files[firsts][group]
        again = files != earlier
        total = int(again.sum())
        if not total:
            return []
        pairs = Counter(zip(files[again].tolist(), earlier[again].tolist(), strict=True)).most_common()
        names = self._names
        found = [f"{names[late]}: {_rows(count)} also in {names[first]}" for (late, first), count in pairs]
        within = len(hashes) - len(firsts) - total
        also = f" (which also drops rows that are equal within a file: {within:,})" if within else ""
        what = found[0] if len(found) == 1 else f"{_rows(total)} in several files"
        text = (
            f"{what}, and count twice. Set `duplicates: drop`{also}, or map `id`, a column that "
            "tells rows apart."
        )
        return [DataWarning("repeated_rows", text, total, [] if len(found) == 1 else found[:_MAX_PAIRS])]


def _rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{count:,} rows are"
