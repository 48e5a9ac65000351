"""Finds when a campaign first targeted a user, where a delivery has that pair several times.

A log of sent mails is often sorted newest first, and a reminder is no first contact. Each row takes 16 bytes
of memory while the files are read: a hash and its moment.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from graph.importing.mapping.model import Mapping
from graph.importing.reading.input_files import InputFile
from graph.importing.values.hashes import Hashes, row_hashes
from graph.importing.values.rows import Rows
from graph.importing.values.validate import validate

_FROM_START = np.iinfo(np.int64).min
"""Instead of a missing moment, which is the start of the campaign."""
Moments = NDArray[np.int64]


class FirstTargetings:
    """Gives all targetings of a user by a campaign the earliest of their moments.

    Parameters
    ----------
    mapping
        Says how the files are read.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._first: tuple[Hashes, Moments] | None = None

    def move(self, file: InputFile, inputs: Sequence[InputFile], rows: Rows) -> Rows:
        """Return `rows` of a block of `file` with the earliest moments among `inputs`."""
        if file.table != "targetings" or not len(rows) or "at" not in rows.columns:
            return rows
        if self._first is None:
            self._first = self._find(inputs)
        pairs, first = self._first
        if not len(pairs):
            return rows
        own, at = _hashes(rows), _moments(rows)
        place = np.searchsorted(pairs, own).clip(max=len(pairs) - 1)
        at = np.where(pairs[place] == own, first[place], at)
        moved = pa.array(at, pa.int64(), mask=at == _FROM_START)
        return replace(rows, columns=rows.columns | {"at": moved})

    def _find(self, inputs: Sequence[InputFile]) -> tuple[Hashes, Moments]:
        """Return the hashes, sorted, of pairs with several moments, and the earliest of each."""
        pairs, moments = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int64)]
        for file in inputs:
            for block in file.uncounted().blocks():
                rows = validate(block, file.table, file.source, self._mapping)
                pairs.append(_hashes(rows))
                moments.append(_moments(rows))
        hashes, at = np.concatenate(pairs), np.concatenate(moments)
        order = np.lexsort((at, hashes))
        distinct, first, number = np.unique(hashes[order], return_index=True, return_counts=True)
        several = at[order][first] != at[order][first + number - 1]
        return distinct[several], at[order][first][several]


def _hashes(rows: Rows) -> Hashes:
    frame = pd.DataFrame(
        {name: rows.columns[name].to_pandas() for name in ("user", "campaign")}, dtype=object
    )
    return row_hashes(frame)


def _moments(rows: Rows) -> Moments:
    if "at" not in rows.columns:
        return np.full(len(rows), _FROM_START)
    return np.asarray(rows.columns["at"].fill_null(_FROM_START).to_numpy(zero_copy_only=False))
