"""Finds rows of a file's orders that lie outside of one of its blocks: each block is loaded by itself.

They are in other blocks, in another source of the same orders, or in another file that has the rest of an
order. They are kept in a temporary database on disk, so that memory holds 12 bytes for each order only.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.contract import TABLES
from graph.importing.engines.loaders import Target
from graph.importing.engines.missing_lines import Order
from graph.importing.engines.replacement import COLUMNS, frame_of, typed
from graph.importing.reading.input_files import InputFile
from graph.importing.reading.lines import Parsed
from graph.importing.values.hashes import Hashes
from graph.importing.values.keys import hashes_of, key_columns, key_texts
from graph.importing.values.masks import is_true
from graph.importing.values.rows import Rows
from graph.importing.values.validate import validate

_LATER = 1 << 62
"""Number of the rows of inputs that are loaded after the file; those of earlier ones have -1."""


class RowsElsewhere:
    """The rows of the orders of a file, by the blocks in which they are not.

    Parameters
    ----------
    file, inputs
        A file of behaviours whose source has a key, and all inputs of its table.
    target
        What the rows are loaded for.

    Attributes
    ----------
    at_edges
        The order of the first row and that of the last: an export can cut them in two.
    """

    def __init__(self, file: InputFile, inputs: list[InputFile], target: Target) -> None:
        self._file, self._target = file, target
        # Of the key without the object, whose rules depend on the kind. More orders have one hash then.
        names = TABLES["behaviours"].names
        self._fields = sorted({"user", *file.source.key} - {"object"}, key=names.index)
        self.at_edges: frozenset[Order] = frozenset()
        self._orders, self._blocks = self._find_orders()
        self._store = sqlite3.connect("")
        none = np.empty(0, dtype=np.int64)
        empty = typed(pd.DataFrame(columns=COLUMNS)).assign(number=none, block=none)
        empty.set_index("block").to_sql("rows", self._store)
        distinct, number = np.unique(self._orders, return_counts=True)
        self._add(file, distinct[number > 1], None)
        place = next(i for i, other in enumerate(inputs) if other is file)
        for i, other in enumerate(inputs):
            if (orders := self._shared_orders(other)) is not None:
                self._add(other, orders, -1 if i < place else _LATER)

    def of_block(self, block: int) -> pd.DataFrame:
        """Return rows of the orders of a block, by `frame_of`, that are not in it, with `number`."""
        query = "SELECT * FROM rows WHERE block = ? ORDER BY number"
        return typed(pd.read_sql_query(query, self._store, params=(block,)).drop(columns="block"))

    def close(self) -> None:
        """Delete the rows."""
        self._store.close()

    def _find_orders(self) -> tuple[Hashes, NDArray[np.int32]]:
        """Return the hashes of orders, sorted, with the blocks that have them; find those at the edges."""
        source, mapping = self._file.source, self._target.mapping
        orders, blocks = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int32)]
        edges: list[Order] = []
        for block in self._file.uncounted().blocks():
            parsed = block.parse()
            columns = key_columns(parsed.columns, len(parsed.numbers), source, mapping)
            found, has_order = hashes_of({name: columns[name] for name in self._fields})
            has_key = has_order
            if "object" in columns:
                has_key = has_order & is_true(columns["object"].is_valid())
            places = np.flatnonzero(has_key)
            if len(places):
                ends = {name: column.take([places[0], places[-1]]) for name, column in columns.items()}
                edges += zip(ends["user"].to_pylist(), key_texts(ends, source.key).to_pylist(), strict=True)
            orders.append(np.unique(found[has_order]))
            blocks.append(np.full(len(orders[-1]), block.index, dtype=np.int32))
        self.at_edges = frozenset([*edges[:1], *edges[-1:]])
        hashes, of_block = np.concatenate(orders), np.concatenate(blocks)
        order = np.argsort(hashes, kind="stable")
        return hashes[order], of_block[order]

    def _shared_orders(self, other: InputFile) -> Hashes | None:
        """Return the orders of which `other` may have rows; None where it has none."""
        source, mapping, mine = other.source, self._target.mapping, self._file.source
        fields = {*source.columns, *source.constants}
        is_related = source.label == mine.label and fields >= {*self._fields, *mine.key}
        types = set(mapping.types_of(source)) & set(mapping.types_of(mine))
        if other is self._file or not is_related or not types:
            return None
        if other.name == self._file.name or source.key != mine.key:
            return self._orders
        # Of another file with the same key, all other orders that both have are left out of one already.
        return None if self._file.cut_orders is None else self._orders

    def _add(self, other: InputFile, orders: Hashes, number: int | None) -> None:
        """Store the rows of `other` that have one of `orders`, with `number` (default: their own)."""
        for index, rows in self._rows_of(other, orders):
            found, has_order = hashes_of({name: rows.columns[name] for name in self._fields})
            ends = [np.searchsorted(self._orders, found, side=side) for side in ("left", "right")]
            times = np.where(has_order, ends[1] - ends[0], 0)
            places = np.repeat(np.arange(len(rows)), times)
            within = np.arange(len(places)) - np.repeat(np.cumsum(times) - times, times)
            blocks = self._blocks[np.repeat(ends[0], times) + within]
            frame = frame_of(rows, self._file.source, self._target)[COLUMNS]
            frame = frame.assign(number=rows.numbers if number is None else number).iloc[places]
            frame = frame.assign(block=blocks)[frame["key"].notna().to_numpy()]
            if number is None:
                frame = frame[frame["block"] != index]
            frame.to_sql("rows", self._store, index=False, if_exists="append")

    def _rows_of(self, other: InputFile, orders: Hashes) -> Iterator[tuple[int, Rows]]:
        """Yield the index and the valid rows of each block that have one of `orders`, which are sorted."""
        if not len(orders):
            return
        mapping = self._target.mapping
        source = other.source.model_copy(update={"replaces": self._fields[1:]})

        def has_order(parsed: Parsed) -> NDArray[np.bool_]:
            columns = key_columns(parsed.columns, len(parsed.numbers), source, mapping)
            found, has_order = hashes_of(columns)
            nearest = orders[np.searchsorted(orders, found).clip(max=len(orders) - 1)]
            chosen = has_order & (nearest == found)
            return chosen if other.keep is None else chosen & other.keep(parsed)

        for block in replace(other.uncounted(), keep=has_order).blocks():
            yield block.index, validate(block, other.table, other.source, mapping)
