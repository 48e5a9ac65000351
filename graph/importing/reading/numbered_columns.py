"""Reads a few columns of all rows of a file, for decisions that a sample does not allow."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graph.importing.mapping.source import Source
from graph.importing.reading.blocks import read_blocks


def read_numbered_columns(
    path: Path, source: Source, names: list[str]
) -> Iterator[tuple[NDArray[np.int64], dict[str, pa.Array]]]:
    """Yield row numbers and the columns `names` of all rows, block by block. Raises ImportFailed.

    A column has its type in the file; ``cells.texts`` returns its texts.
    """
    for block in read_blocks(path, source, names):
        parsed = block.parse()
        yield parsed.numbers, {name: parsed.columns[name] for name in names}
        pa.default_memory_pool().release_unused()
