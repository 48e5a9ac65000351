"""Reads the rows of blocks as they are to be loaded, alike for the check and both engines."""

from collections.abc import Sequence

from graph.importing.mapping.model import Mapping
from graph.importing.reading.blocks import Block
from graph.importing.reading.input_files import InputFile
from graph.importing.values.first_targetings import FirstTargetings
from graph.importing.values.observer import Observer
from graph.importing.values.repetitions import Repetitions
from graph.importing.values.rows import Rows
from graph.importing.values.validate import validate


class RowReader:
    """Validates the rows of each block, and leaves out those that repeat earlier ones.

    Parameters
    ----------
    mapping
        Says how the files are read.
    observer
        Receives the rows.
    """

    def __init__(self, mapping: Mapping, observer: Observer) -> None:
        self._mapping, self._observer = mapping, observer
        self._first_targetings = FirstTargetings(mapping)
        self._repetitions = Repetitions(mapping)

    def read(self, file: InputFile, inputs: Sequence[InputFile], block: Block) -> Rows:
        """Return the rows of a block of `file`, one of the `inputs` of its table."""
        rows = validate(block, file.table, file.source, self._mapping)
        rows = self._first_targetings.move(file, inputs, rows)
        rows = self._repetitions.leave_out(file, rows)
        self._observer.add(file, rows)
        return rows
