"""Decides the outcome of each row without a database, assuming an empty graph.

The bulk engine writes the accepted rows; `import check` only counts outcomes. Ids are kept in memory, rows
are not; for tables that link entities, pairs are kept to find repetitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graph.importing.contract import ENTITIES, TABLES
from graph.importing.engines.loaders import CONTRADICTION
from graph.importing.mapping.model import Mapping
from graph.importing.reading.blocks import Block
from graph.importing.reading.input_files import InputFile, InputFiles
from graph.importing.reading.lines import RowError
from graph.importing.runs.row_counts import RowCounts
from graph.importing.values.campaign_windows import blocks_of
from graph.importing.values.erased_users import ErasedUsers
from graph.importing.values.id_index import IdIndex
from graph.importing.values.observer import Observer
from graph.importing.values.references import has_object_in, referenced_ids, references_of, unknown_id
from graph.importing.values.row_reader import RowReader
from graph.importing.values.rows import Rows, with_file_columns
from graph.progress import Progress

Ints = NDArray[np.int64]


@dataclass
class ResolvedBlock:
    """The accepted rows of one block, and the outcome of all its rows.

    Attributes
    ----------
    source
        The file.
    block
        The block of the file.
    rows
        The rows to load.
    positions
        Position of each referenced id, by column.
    counts
        Number of rows by outcome.
    rejected
        Errors of rejected rows.
    added
        Ids that exist only because rows reference them, by table.
    """

    source: InputFile
    block: Block
    rows: Rows
    positions: dict[str, Ints]
    counts: RowCounts
    rejected: list[RowError]
    added: dict[str, list[str]] = field(default_factory=dict)


class Resolver:
    """Resolves the rows of input files table by table.

    Parameters
    ----------
    mapping, observer
        The mapping, and what observes the rows.
    erased
        The erased users; default: nobody, as in the empty database that the bulk engine fills.
    """

    def __init__(self, mapping: Mapping, observer: Observer, erased: ErasedUsers | None = None) -> None:
        self.mapping = mapping
        self._reader = RowReader(mapping, observer, self._unknown, erased or ErasedUsers())
        self.ids: dict[str, IdIndex] = {name: IdIndex() for name in (*ENTITIES, "coupons")}
        self._pairs: dict[str, set[tuple[int, ...]]] = {name: set() for name in TABLES}

    def run(self, files: InputFiles, progress: Progress) -> Iterator[ResolvedBlock]:
        """Yield every block of every table; a table is a stage of `progress`."""
        for table, inputs in files.tables():
            advance = progress.stage(f"Checking {table.replace('_', ' ')}", sum(file.rows for file in inputs))
            for file in inputs:
                for block in blocks_of(file, inputs, self.mapping):
                    resolved = self._resolve(file, inputs, block)
                    yield resolved
                    advance(resolved.counts.read)

    def _resolve(self, file: InputFile, inputs: list[InputFile], block: Block) -> ResolvedBlock:
        rows = self._reader.read(file, inputs, block)
        added = self._add_referenced(rows)
        rejected = list(rows.rejected)
        unchanged = rows.unchanged
        positions: dict[str, Ints] = {}
        if file.table in ENTITIES:
            keep, unchanged, errors = self._new_entities(rows)
            rejected += with_file_columns(errors, file.source)
            accepted = rows.filter(keep)
        else:
            positions, unknown = self._locate(rows)
            rejected += with_file_columns(list(unknown.values()), file.source)
            ok = ~np.isin(np.arange(len(rows)), list(unknown))
            accepted, positions = rows.filter(ok), {name: column[ok] for name, column in positions.items()}
            if file.table != "behaviours":
                new = self._new_pairs(accepted, positions)
                unchanged = int((~new).sum())
                accepted = accepted.filter(new)
                positions = {name: column[new] for name, column in positions.items()}
        counts = RowCounts(rows.read, len(accepted), len(rejected), unchanged, rows.left_out)
        counts.check()
        return ResolvedBlock(file, block, accepted, positions, counts, sorted(rejected), added)

    def _add_referenced(self, rows: Rows) -> dict[str, list[str]]:
        added = {}
        for table, names in referenced_ids(rows, self.mapping).items():
            new = [name for name in sorted(names.to_pylist()) if self.ids[table].add(name, ()) is None]
            if new:
                added[table] = new
        return added

    def _new_entities(self, rows: Rows) -> tuple[NDArray[np.bool_], int, list[RowError]]:
        ids = self.ids[rows.table]
        names = [name for name in rows.columns if name != "id"]
        values = zip(*(rows.columns[name].to_pylist() for name in names), strict=True) if names else None
        keep = np.zeros(len(rows), dtype=bool)
        unchanged, errors = 0, []
        for i, name in enumerate(rows.columns["id"].to_pylist()):
            row_values = next(values) if values else ()
            first_values = ids.add(name, row_values)
            if first_values is None:
                keep[i] = True
            elif first_values == row_values or rows.keep_first:
                unchanged += 1
            else:
                errors.append(RowError(int(rows.numbers[i]), "id", name, CONTRADICTION))
        return keep, unchanged, errors

    def _locate(self, rows: Rows) -> tuple[dict[str, Ints], dict[int, RowError]]:
        """Return the position of every referenced id, and one error per row with an unknown one.

        Errors are keyed by the row's position: rows from one JSON record share their number.
        """
        positions: dict[str, Ints] = {}
        errors: dict[int, RowError] = {}
        for column, table in references_of(rows, self.mapping):
            located = self.ids[table].positions(rows.columns[column])
            if column == "object":
                of_table = has_object_in(rows, table, self.mapping)
                located = np.where(of_table, located, positions.get("object", np.full(len(rows), -1)))
                unknown = of_table & (located < 0)
            else:
                unknown = (located < 0) & rows.columns[column].is_valid().to_numpy(zero_copy_only=False)
            positions[column] = located
            for i in np.flatnonzero(unknown):
                value = str(rows.columns[column][int(i)].as_py())
                errors.setdefault(int(i), RowError(int(rows.numbers[i]), column, value, unknown_id(table)))
        return positions, errors

    def _unknown(self, table: str, ids: pa.Array) -> pa.Array:
        """Return which of `ids` the table does not have."""
        return ids.filter(pa.array(self.ids[table].positions(ids) < 0))

    def _new_pairs(self, rows: Rows, positions: dict[str, Ints]) -> NDArray[np.bool_]:
        """Mark rows that repeat no earlier row."""
        seen = self._pairs[rows.table]
        keys = [column.tolist() for column in positions.values()]
        if rows.table == "coupons":
            for name in rows.columns["id"].to_pylist():
                self.ids["coupons"].add(name, ())
            keys.append(self.ids["coupons"].positions(rows.columns["id"]).tolist())
        if rows.table == "promotions" and "coupon" in positions:
            return self._new_promotions(seen, keys)
        new = np.ones(len(rows), dtype=bool)
        for i, key in enumerate(zip(*keys, strict=True)):
            new[i] = key not in seen
            seen.add(key)
        return new

    def _new_promotions(self, seen: set[tuple[int, ...]], keys: list[list[int]]) -> NDArray[np.bool_]:
        """Mark new promotions; a discount implies its promotion, so the same pair alone is not new."""
        rows = list(zip(*keys, strict=True))
        new = np.ones(len(rows), dtype=bool)
        for i in sorted(range(len(rows)), key=lambda i: rows[i][2] < 0):
            campaign, product, _ = rows[i]
            new[i] = rows[i] not in seen
            seen |= {rows[i], (campaign, product, -1)}
        return new
