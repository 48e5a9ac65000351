"""Reads a few columns of all rows of a file, for decisions that a sample does not allow."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graph.importing.mapping.formats import parts_of
from graph.importing.mapping.source import Join, Source
from graph.importing.reading.blocks import read_blocks
from graph.importing.reading.folders import FoundFile
from graph.importing.reading.joins import Joins, open_joins


def read_numbered_columns(
    file: FoundFile,
    source: Source,
    names: list[str],
    joined: Sequence[tuple[Join, list[FoundFile]]] = (),
    missing: Sequence[str] = (),
) -> Iterator[tuple[NDArray[np.int64], dict[str, pa.Array]]]:
    """Read some columns of all rows, block by block.

    Parameters
    ----------
    file, source
        The file, and how to read it.
    names
        The columns, which may be made of several and come from `joined` files.
    joined
        The joins of the file, each with its files.
    missing
        Texts that stand for a missing value.

    Yields
    ------
    tuple
        The numbers of the rows, and the columns by name. A column has its type in the file; ``cells.texts``
        returns its texts.

    Raises
    ------
    ImportFailed
        The file cannot be read, or no file has a column.
    """
    joins = Joins(names)
    if joined or any(len(parts_of(name)) > 1 for name in names):
        joins = open_joins(file, source, names, list(joined), missing)
    for block in joins.blocks(read_blocks(file.path, source, joins.own)):
        parsed = block.parse()
        yield parsed.numbers, {name: parsed.columns[name] for name in names}
        pa.default_memory_pool().release_unused()
