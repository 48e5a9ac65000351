"""Finds orders of which a block of a file may have only some lines: each block is loaded by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from graph.importing.mapping.model import Mapping
from graph.importing.reading.input_files import InputFile
from graph.importing.reading.lines import Parsed
from graph.importing.values.keys import Hashes, hashes_of, key_columns, key_hashes, key_texts
from graph.importing.values.rows import Rows
from graph.importing.values.validate import validate

Order = tuple[str, str]
"""User and key."""


@dataclass(frozen=True)
class DividedOrders:
    """Orders of a file that have lines in several blocks, or may have lines in other files.

    Attributes
    ----------
    across_blocks
        Hashes of user and key of the orders with lines in several blocks.
    at_edges
        The order of the first row and that of the last: an export can cut them in two.
    """

    across_blocks: Hashes
    at_edges: frozenset[Order]


def divided_orders(file: InputFile, mapping: Mapping) -> DividedOrders:
    """Find the divided orders of a file by the keys of its rows."""
    distinct = [np.empty(0, dtype=np.uint64)]
    edges: list[Order] = []
    for block in file.uncounted().blocks():
        parsed = block.parse()
        columns = key_columns(parsed.columns, len(parsed.numbers), file.source, mapping)
        found, has_key = hashes_of(columns)
        distinct.append(np.unique(found[has_key]))
        places = np.flatnonzero(has_key)
        if len(places):
            ends = {name: column.take([places[0], places[-1]]) for name, column in columns.items()}
            texts = key_texts(ends, file.source.key).to_pylist()
            edges += zip(ends["user"].to_pylist(), texts, strict=True)
    keys, number = np.unique(np.concatenate(distinct), return_counts=True)
    return DividedOrders(keys[number > 1], frozenset([*edges[:1], *edges[-1:]]))


def rows_of_orders(file: InputFile, mapping: Mapping, keys: Hashes) -> Iterator[Rows]:
    """Yield the valid rows of each block whose user and key are among `keys`."""
    if not len(keys):
        return
    for block in replace(file.uncounted(), keep=_HasKey(file, mapping, keys)).blocks():
        yield validate(block, file.table, file.source, mapping)


def rows_of(file: InputFile, mapping: Mapping) -> Iterator[Rows]:
    """Yield the valid rows of each block."""
    for block in file.uncounted().blocks():
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
