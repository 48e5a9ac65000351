"""The stream engine loads batches over Bolt into a live database.

It loads table by table, nodes before relationships. Behaviours are partitioned by user, so that parallel
batches never write to the same user; the driver retries transactions that a deadlock still aborts.
"""

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from graph.connection import Row, Transaction
from graph.importing.engines import loaders
from graph.importing.engines.behaviours import load_behaviours
from graph.importing.engines.engine import ImportEngine
from graph.importing.engines.loaders import Load, LoadResult
from graph.importing.engines.missing_lines import MissingLines
from graph.importing.engines.older_exports import OlderExports
from graph.importing.engines.replacement import (
    ReplacementResult,
    count_stale_orders,
    drop_loaded,
    frame_of,
    replace_earlier,
)
from graph.importing.engines.rows_elsewhere import RowsElsewhere
from graph.importing.engines.sources import UnknownSources
from graph.importing.engines.stale_orders import StaleOrders
from graph.importing.mapping.source import Source
from graph.importing.participation.campaign_facts import CampaignFacts
from graph.importing.reading.blocks import Block
from graph.importing.reading.input_files import InputFile, InputFiles
from graph.importing.reading.lines import RowError
from graph.importing.runs.ledger import Segment, batch_id, ledger_entry
from graph.importing.runs.row_counts import RowCounts
from graph.importing.values.campaign_windows import blocks_of
from graph.importing.values.erased_users import ErasedUsers
from graph.importing.values.references import referenced_ids
from graph.importing.values.row_reader import RowReader
from graph.importing.values.rows import Rows, with_file_columns
from graph.importing.warnings import DataWarning
from graph.progress import Progress

PARTS = 4
"""Partitions of a block of behaviours. Ledger entries name their part, so the number must not change."""
THREADS = 2
"""More threads would only wait for locks on popular products."""
_QUEUED_PER_THREAD = 3

BatchTask = tuple[int, Callable[[], RowCounts]]
"""A part, and the function that loads one batch."""

Replace = Callable[[Transaction, Rows], ReplacementResult]
"""Takes out behaviours that rows replace."""

_LOADS: dict[str, Load] = {
    **dict.fromkeys(("users", "tags", "products", "campaigns"), loaders.load_entities),
    **dict.fromkeys(("coupons", "user_tags", "targetings", "ties"), loaders.load_links),
    "promotions": loaders.load_promotions,
}


@dataclass
class StreamEngine(ImportEngine):
    """Loads input files batch by batch."""

    _added: dict[str, set[str]] = field(default_factory=dict, init=False)
    """Ids that exist because rows reference them, by table."""
    _reader: RowReader = field(init=False)
    _unknown_sources: UnknownSources = field(default_factory=UnknownSources, init=False)
    _older: OlderExports = field(default_factory=OlderExports, init=False)
    _missing: MissingLines = field(default_factory=MissingLines, init=False)
    _stale: StaleOrders = field(default_factory=StaleOrders, init=False)

    def __post_init__(self) -> None:
        mapping = self.target.mapping
        erased = ErasedUsers.of_graph(self.graph, mapping.dataset)
        self._reader = RowReader(mapping, self.observer, self._unknown, erased)

    def warnings(self) -> list[DataWarning]:
        """Return the warnings about behaviours of earlier imports."""
        older = self._older.warnings(self.target, self.ledger.ends)
        missing = self._missing.warnings(self.target)
        return [*self._unknown_sources.warnings(), *older, *missing, *self._stale.warnings()]

    def load(
        self, files: InputFiles, progress: Progress, on_counts: Callable[[str, RowCounts], None]
    ) -> None:
        """Load every table; call `on_counts` with table and outcomes of each batch. It may raise to stop."""
        for table, inputs in files.tables():
            advance = progress.stage(f"Loading {table.replace('_', ' ')}", sum(file.rows for file in inputs))
            threads = THREADS if table == "behaviours" else 1
            if table == "behaviours":
                self.tally.facts = CampaignFacts.of_graph(
                    self.graph, self.target.mapping.dataset, self.target.mapping.zone
                )
            for counts in run_in_parallel(self._tasks(inputs), threads):
                counts.check()
                on_counts(table, counts)
                advance(counts.read)

    def _tasks(self, inputs: list[InputFile]) -> Iterator[BatchTask]:
        """Yield a task per batch; rows that need no loading are one task that only returns their counts."""
        for file in inputs:
            elsewhere: RowsElsewhere | None = None
            for block in blocks_of(file, inputs, self.target.mapping):
                plan = self.ledger.plan(file.table, file.name, block, file.digest)
                if file.table == "behaviours":
                    self.tally.skipped += plan.loaded_before.read
                if plan.loaded_before.read or plan.loaded_before.left_out:
                    yield 0, partial(_identity, plan.loaded_before)
                if not plan.segments:
                    self.observer.left_out.skip(file, plan.loaded_before.left_out)
                    self._reader.skip(file, block)
                else:
                    new = [(block.first + part.start, block.first + part.stop) for part in plan.segments]
                    rows = self._reader.read(file, inputs, block, new)
                    if elsewhere is None and self._replaces(file):
                        elsewhere = RowsElsewhere(file, inputs, self.target)
                    for segment in plan.segments:
                        yield from self._batches(file, block, segment, rows, elsewhere)
                # Memory that Arrow retains for the next block would add up over a long file.
                pa.default_memory_pool().release_unused()
            if elsewhere:
                elsewhere.close()

    def _unknown(self, table: str, ids: pa.Array) -> pa.Array:
        """Return which of `ids` the table does not have in the graph."""
        dataset = self.target.mapping.dataset
        row = self.graph.single("importing/unknown_ids", dataset=dataset, table=table, ids=ids.to_pylist())
        return pa.array(row["unknown"], pa.string())

    def _replaces(self, file: InputFile) -> bool:
        return file.table == "behaviours" and bool(file.source.key) and self.ledger.has_behaviours

    def _other_rows(
        self, file: InputFile, block: Block, segment: Segment, rows: Rows, elsewhere: RowsElsewhere
    ) -> pd.DataFrame | None:
        """Return the rows outside of a segment whose orders may continue in it."""
        first, end = block.first + segment.start, block.first + segment.stop
        others = rows.filter((rows.numbers < first) | (rows.numbers >= end))
        own = frame_of(others, file.source, self.target).assign(number=others.numbers)
        frames = [frame for frame in (own, elsewhere.of_block(block.index)) if len(frame)]
        if not frames:
            return None
        other_rows = pd.concat(frames, ignore_index=True)
        return other_rows.assign(before=other_rows["number"] < first)

    def _batches(
        self,
        file: InputFile,
        block: Block,
        segment: Segment,
        rows: Rows,
        elsewhere: RowsElsewhere | None,
    ) -> Iterator[BatchTask]:
        action: Callable[..., ReplacementResult] | None = None
        if elsewhere:
            other_rows = self._other_rows(file, block, segment, rows, elsewhere)
            action = (
                partial(drop_loaded, other_rows=other_rows)
                if segment.loaded_before
                else partial(replace_earlier, at_edges=elsewhere.at_edges, other_rows=other_rows)
            )
        elif self.ledger.has_behaviours and file.source.keeps_stale_orders:
            action = count_stale_orders
        replace = action and partial(action, source=file.source, target=self.target, ledger=self.ledger)
        rows = rows.between(block.first + segment.start, block.first + segment.stop)
        self._add_referenced(rows)
        parts = _partition(rows) if file.table == "behaviours" else [rows]
        for part, part_rows in enumerate(parts):
            if part not in segment.done:
                entry = ledger_entry(self.target.number, file, block.index, segment, part, len(parts))
                yield part, partial(self._load_batch, file.source, part_rows, entry, replace)

    def _load_batch(self, source: Source, rows: Rows, entry: Row, replace: Replace | None) -> RowCounts:
        batch = batch_id(entry)
        load = _LOADS.get(rows.table)
        label = self.target.mapping.label_of(source)

        def work(transaction: Transaction) -> tuple[RowCounts, list[RowError], ReplacementResult]:
            result = LoadResult(0, 0, [])
            # Loaders tell rows apart by number, and rows from one JSON record share theirs.
            numbered = dataclasses.replace(rows, numbers=np.arange(len(rows)))
            replacement = replace(transaction, numbered) if replace else ReplacementResult(numbered)
            numbered = replacement.rows
            if len(numbered) and load:
                result = load(transaction, numbered, self.target)
            elif len(numbered):
                result = load_behaviours(transaction, numbered, self.target, self.ledger, label)
            errors = [error._replace(row=int(rows.numbers[error.row])) for error in result.rejected]
            rejected = sorted([*rows.rejected, *with_file_columns(errors, source)])
            counts = RowCounts(
                rows.read,
                result.loaded,
                len(rejected),
                result.unchanged + replacement.unchanged + rows.unchanged,
                rows.left_out,
                replacement.replaced,
            )
            # Before the commit, so that no rejected row is ever without its reason.
            self.rejects.write(batch, str(entry["file"]), rejected)
            transaction.run(
                "importing/record_batch",
                dataset=self.target.mapping.dataset,
                batch=batch,
                properties=self.batch_properties(entry, counts, rows),
            )
            return counts, rejected, replacement

        counts, rejected, replacement = self.graph.transaction(work)
        file = str(entry["file"])
        self._stale.add(file, replacement.stale)
        if replacement.moments is not None:
            self._unknown_sources.add(file, replacement.of_unknown_source, replacement.kept)
            self._older.add(file, source, replacement.moments, replacement.replaced_of, replacement.restored)
            self._missing.add(file, replacement.removed_lines, replacement.cut_lines)
        self.ledger.batches.append(batch)
        if rows.table == "behaviours":
            refused = [error.row for error in rejected]
            accepted = rows.filter(~np.isin(rows.numbers, refused))
            self.tally.add_block(file, accepted, rejected)
        return counts

    def _add_referenced(self, rows: Rows) -> None:
        for table, ids in referenced_ids(rows, self.target.mapping).items():
            added = self._added.setdefault(table, set())
            new = sorted(set(ids.to_pylist()) - added)
            if new:
                self.graph.run(f"importing/add_{table}", **self.target.keys, ids=new)
                added.update(new)


def _partition(rows: Rows) -> list[Rows]:
    """Split rows into parts by user; the first part also gets the rejected rows."""
    part = _part_of(rows)
    parts = [rows.filter(part == index) for index in range(PARTS)]
    parts[0].rejected, parts[0].left_out_numbers = rows.rejected, rows.left_out_numbers
    if repeated := rows.repeated:
        part = _part_of(repeated)
        for index in range(PARTS):
            parts[index].repeated = repeated.filter(part == index)
    if keys := rows.left_out_keys:
        with_user = keys.filter(keys.columns["user"].is_valid().to_numpy(zero_copy_only=False))
        part = _part_of(with_user)
        for index in range(PARTS):
            parts[index].left_out_keys = with_user.filter(part == index)
    return parts


def _part_of(rows: Rows) -> NDArray[np.uint64]:
    users = rows.columns["user"].to_numpy(zero_copy_only=False).astype(object)
    return np.asarray(pd.util.hash_array(users, categorize=True) % PARTS if len(rows) else np.empty(0))


def _identity(counts: RowCounts) -> RowCounts:
    return counts


def run_in_parallel(tasks: Iterator[BatchTask], threads: int) -> Iterator[RowCounts]:
    """Run tasks and yield their results as they complete; tasks of one part run in one thread, in order."""
    pools = [ThreadPoolExecutor(1) for _ in range(threads)]
    running: set[Future[RowCounts]] = set()
    try:
        for part, task in tasks:
            running.add(pools[part % threads].submit(task))
            if len(running) > _QUEUED_PER_THREAD * threads:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in finished)
    finally:
        for pool in pools:
            pool.shutdown(cancel_futures=True)
