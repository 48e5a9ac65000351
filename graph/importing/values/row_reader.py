"""Reads the rows of blocks as they are to be loaded, alike for the check and both engines."""

from collections.abc import Sequence
from itertools import groupby, islice
from operator import itemgetter

import numpy as np

from graph.importing.mapping.model import Mapping
from graph.importing.reading.blocks import Block
from graph.importing.reading.input_files import InputFile
from graph.importing.values.erased_users import ErasedUsers
from graph.importing.values.first_targetings import FirstTargetings
from graph.importing.values.observer import Observer
from graph.importing.values.references import Unknown
from graph.importing.values.repetitions import Repetitions
from graph.importing.values.rows import Rows
from graph.importing.values.validate import validate


class RowReader:
    """Validates the rows of each block, and leaves out those that repeat earlier ones or are of erased users.

    Parameters
    ----------
    mapping
        Says how the files are read.
    observer
        Receives the rows.
    unknown
        Returns which ids are unknown: rows that reference them will be rejected.
    erased
        The erased users.
    """

    def __init__(self, mapping: Mapping, observer: Observer, unknown: Unknown, erased: ErasedUsers) -> None:
        self._mapping, self._observer, self._erased = mapping, observer, erased
        self._first_targetings = FirstTargetings(mapping)
        self._repetitions = Repetitions(mapping, unknown)
        self._skipped: list[tuple[InputFile, int]] = []

    def skip(self, file: InputFile, block: Block) -> None:
        """Skip a block that was loaded before; it is read if another is, whose rows may repeat its own."""
        if self._repetitions.compares(file):
            self._skipped.append((file, block.index))

    def read(
        self,
        file: InputFile,
        inputs: Sequence[InputFile],
        block: Block,
        new: Sequence[tuple[int, int]] | None = None,
    ) -> Rows:
        """Return the rows of a block of `file`, one of the `inputs` of its table.

        Those with numbers outside the ranges `new`, if it is given, were loaded before, and are not observed.
        """
        self._read_skipped()
        rows = self._erased.leave_out(validate(block, file.table, file.source, self._mapping))
        rows = self._first_targetings.move(file, inputs, rows)
        rows = self._repetitions.leave_out(file, rows)
        self._observer.add_block(file, rows)
        if new is None or new == [(block.first, block.first + block.length)]:
            self._observer.add(file, rows)
            return rows
        known = np.ones(len(rows), dtype=bool)
        for first, end in new:
            known &= (rows.numbers < first) | (rows.numbers >= end)
        self._observer.add_known(file, rows.filter(known))
        for first, end in new:
            self._observer.add(file, rows.between(first, end))
        return rows

    def _read_skipped(self) -> None:
        for file, skipped in groupby(self._skipped, key=itemgetter(0)):
            indexes = {index for _, index in skipped}
            for block in islice(file.uncounted().blocks(), max(indexes) + 1):
                if block.index in indexes:
                    rows = self._erased.leave_out(validate(block, file.table, file.source, self._mapping))
                    self._observer.add_known(file, self._repetitions.leave_out(file, rows))
        self._skipped.clear()
