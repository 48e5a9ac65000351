"""Finds rows of orders whose lines lie in several blocks, or files; each block is loaded by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from graph.importing.mapping.model import Mapping
from graph.importing.reading.input_files import InputFile
from graph.importing.reading.lines import Parsed
from graph.importing.values.keys import Hashes, key_hashes
from graph.importing.values.rows import Rows
from graph.importing.values.validate import validate


def orders_across_blocks(file: InputFile, mapping: Mapping) -> Iterator[Rows]:
    """Yield the valid rows of each block whose user and key occur in another block, too."""
    distinct = [np.empty(0, dtype=np.uint64)]
    for block in file.uncounted().blocks():
        found, has_key = key_hashes(block.parse(), file.source, mapping)
        distinct.append(np.unique(found[has_key]))
    keys, number = np.unique(np.concatenate(distinct), return_counts=True)
    repeated = keys[number > 1]
    if len(repeated):
        yield from rows_of_orders(file, mapping, repeated)


def rows_of_orders(file: InputFile, mapping: Mapping, keys: Hashes) -> Iterator[Rows]:
    """Yield the valid rows of each block whose user and key are among `keys`."""
    for block in replace(file.uncounted(), keep=_HasKey(file, mapping, keys)).blocks():
        yield validate(block, file.table, file.source, mapping)


@dataclass(frozen=True)
class _HasKey:
    """Returns the rows of a file that have one of `keys`, and that the file keeps."""

    file: InputFile
    mapping: Mapping
    keys: Hashes = field(repr=False)

    def __call__(self, parsed: Parsed) -> NDArray[np.bool_]:
        found, has_key = key_hashes(parsed, self.file.source, self.mapping)
        chosen = has_key & np.isin(found, self.keys)
        return np.asarray(chosen if self.file.keep is None else chosen & self.file.keep(parsed))
