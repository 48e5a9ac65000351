"""Keeps the rows of workbooks while a mapping is inferred, which reads a few columns at a time.

Parsing a sheet takes longer than the decisions about it, and parses all columns each time. The rows are kept
compressed, and only as far as they were read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graph.importing.mapping.source import Source
from graph.importing.reading import sheets
from graph.importing.reading.block import Block
from graph.importing.reading.columns import require
from graph.importing.reading.error_cells import without_error_cells
from graph.importing.reading.lines import Parsed


@dataclass
class _KeptSheet:
    """The columns of a sheet, its blocks read so far with their compressed columns, and those that follow."""

    names: list[str]
    unread: Iterator[Block]
    blocks: list[tuple[Block, NDArray[np.int64], pa.Buffer]] = field(default_factory=list)

    def read(self, index: int, selected: list[str]) -> Block | None:
        """Return a block with `selected` columns; None after the last."""
        if index == len(self.blocks) and (block := next(self.unread, None)):
            parsed = block.parse()
            self.blocks.append((replace(block, raw=b""), parsed.numbers, _compressed(parsed, self.names)))
        if index >= len(self.blocks):
            return None
        block, numbers, columns = self.blocks[index]
        positions = {name: self.names.index(name) for name in selected}
        return replace(block, parse=partial(_parse, numbers, columns, positions))


_KEPT: ContextVar[dict[str, _KeptSheet] | None] = ContextVar("kept_sheets", default=None)


@contextmanager
def keep_sheets() -> Iterator[None]:
    """Keep the rows of sheets that are read meanwhile, for reading them again."""
    kept: dict[str, _KeptSheet] = {}
    token = _KEPT.set(kept)
    try:
        yield
    finally:
        _KEPT.reset(token)
        for sheet in kept.values():
            sheet.unread.close()  # type: ignore[attr-defined]


def read_blocks(path: Path, source: Source, selected: list[str], length: int) -> Iterator[Block]:
    """Yield blocks of a sheet as `sheets.read_blocks` does, without content where sheets are kept."""
    kept = _KEPT.get()
    if kept is None:
        yield from sheets.read_blocks(path, source, selected, length)
        return
    name = source.sheet or next(iter(sheets.sheet_names(path)), "")
    key = f"{path}/{name} {source.model_dump_json(include={'skip_rows', 'header', 'columns'})} {length}"
    if key not in kept:
        names = list(dict.fromkeys(filter(None, sheets.read_header(path, source))))
        kept[key] = _KeptSheet(names, sheets.read_blocks(path, source, names, length, with_errors=True))
    sheet = kept[key]
    if not sheet.names:
        return
    require(path, selected, sheet.names)
    for index in count():
        block = sheet.read(index, selected)
        if block is None:
            break
        yield block


def _compressed(parsed: Parsed, names: list[str]) -> pa.Buffer:
    columns = pa.record_batch([parsed.columns[name] for name in names], [str(i) for i in range(len(names))])
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(sink, columns.schema, options=options) as file:
        file.write_batch(columns)
    return sink.getvalue()


def _parse(numbers: NDArray[np.int64], columns: pa.Buffer, positions: dict[str, int]) -> Parsed:
    options = pa.ipc.IpcReadOptions(included_fields=sorted(set(positions.values())))
    batch = pa.ipc.open_file(columns, options=options).get_batch(0)
    selected = {name: batch.column(str(i)) for name, i in positions.items()}
    return without_error_cells(Parsed(numbers, selected, []))
