"""The stream engine: batches over Bolt into a live database.

Nodes come before relationships, table by table. Behaviours are dealt into parts by user, so that batches
loaded side by side never write to the same user; the driver retries what a deadlock undid all the same.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from graph.connection import Graph, Row, Transaction
from graph.importing import loaders
from graph.importing.behaviours import load_behaviours
from graph.importing.blocks import Block, read_blocks
from graph.importing.input_files import Delivery, Input
from graph.importing.ledger import Ledger, Segment, Tally, batch_of, entry_of
from graph.importing.loaders import Load, Loaded, Target
from graph.importing.mapping import Source
from graph.importing.rejects import Rejects
from graph.importing.rows import Rows, in_file, validate, wanted_columns
from graph.progress import Progress

PARTS = 4
"""Of a block of behaviours. The ledger knows batches by their part: another number would not match."""
THREADS = 2
"""More only wait for each other on the objects that everybody buys."""
_AHEAD = 3

Piece = tuple[int, Callable[[], Tally]]
"""A part, and the work of one batch."""

_LOADS: dict[str, Load] = {
    **dict.fromkeys(("users", "tags", "products", "campaigns"), loaders.load_entities),
    **dict.fromkeys(("coupons", "user_tags", "targetings", "ties"), loaders.load_links),
    "promotions": loaders.load_promotions,
}


class StreamEngine:
    """Loads a delivery batch by batch."""

    def __init__(self, graph: Graph, target: Target, ledger: Ledger, rejects: Rejects) -> None:
        self._graph = graph
        self._target = target
        self._ledger = ledger
        self._rejects = rejects
        self._added: dict[str, set[str]] = {}

    def load(self, delivery: Delivery, progress: Progress, watch: Callable[[str, Tally], None]) -> None:
        """Load every table; `watch` is told of rows by outcome as they come, and may raise to stop."""
        for table, inputs in delivery.tables():
            total = sum(one.rows for one in inputs)
            advance = progress.stage(f"Loading {table.replace('_', ' ')}", total)
            for tally in side_by_side(self._work(inputs), threads=THREADS if table == "behaviours" else 1):
                tally.check()
                watch(table, tally)
                advance(tally.read)

    def _work(self, inputs: list[Input]) -> Iterator[Piece]:
        """What is left to do, each piece a batch (or the count of what was done before)."""
        for one in inputs:
            for block in read_blocks(one.path, one.source, wanted_columns(one.source)):
                plan = self._ledger.plan(one.table, one.name, block, one.digest)
                if plan.known.read or plan.known.left_out:
                    yield 0, partial(_as_it_was, plan.known)
                if plan.segments:
                    rows = validate(block, one.table, one.source, self._target.mapping)
                    for segment in plan.segments:
                        yield from self._batches(one, block, segment, rows)
                # What Arrow keeps for the next block adds up over a long file.
                pa.default_memory_pool().release_unused()

    def _batches(self, one: Input, block: Block, segment: Segment, rows: Rows) -> Iterator[Piece]:
        rows = rows.between(block.first + segment.start, block.first + segment.length)
        self._add_referred(rows)
        parts = _dealt(rows) if one.table == "behaviours" else [rows]
        for part, mine in enumerate(parts):
            if part not in segment.done:
                entry = entry_of(self._target.number, one, block.index, segment, part, len(parts))
                yield part, partial(self._load_batch, one.source, mine, entry)

    def _load_batch(self, source: Source, rows: Rows, entry: Row) -> Tally:
        batch = batch_of(entry)
        load = _LOADS.get(rows.table)

        def work(transaction: Transaction) -> Tally:
            found = Loaded(0, 0, [])
            if len(rows) and load:
                found = load(transaction, rows, self._target)
            elif len(rows):
                found = load_behaviours(transaction, rows, self._target, self._ledger)
            rejected = sorted([*rows.rejected, *in_file(found.rejected, source)])
            tally = Tally(rows.read, found.loaded, len(rejected), found.unchanged, rows.left_out)
            # Before the commit: a row that the graph refused is never without its reason.
            self._rejects.keep(batch, str(entry["file"]), rejected)
            transaction.run(
                "importing/record_batch",
                dataset=self._target.mapping.dataset,
                batch=batch,
                properties={**entry, **tally.outcomes(), **span_of(rows)},
            )
            return tally

        tally = self._graph.transaction(work)
        self._ledger.batches.append(batch)
        return tally

    def _add_referred(self, rows: Rows) -> None:
        for table, ids in loaders.referred(rows, self._target.mapping).items():
            added = self._added.setdefault(table, set())
            new = sorted(set(ids.to_pylist()) - added)
            if new:
                self._graph.run(f"importing/add_{table}", **self._target.keys, ids=new)
                added.update(new)


def span_of(rows: Rows) -> dict[str, int | None]:
    if rows.table != "behaviours" or not len(rows):
        return {"first_at": None, "last_at": None}
    ends = pc.min_max(rows.columns["at"])
    return {"first_at": ends["min"].as_py(), "last_at": ends["max"].as_py()}


def _dealt(rows: Rows) -> list[Rows]:
    """The rows of each part; a user's rows all lie in one. The first part has what was rejected."""
    users = rows.columns["user"].to_numpy(zero_copy_only=False).astype(object)
    part = pd.util.hash_array(users, categorize=True) % PARTS if len(rows) else np.empty(0)
    dealt = [rows.take(part == one) for one in range(PARTS)]
    dealt[0].rejected, dealt[0].left_out = rows.rejected, rows.left_out
    return dealt


def _as_it_was(tally: Tally) -> Tally:
    return tally


def side_by_side(pieces: Iterator[Piece], threads: int) -> Iterator[Tally]:
    """The results as they come; pieces of the same part follow each other in one thread."""
    pools = [ThreadPoolExecutor(1) for _ in range(threads)]
    running: set[Future[Tally]] = set()
    try:
        for part, piece in pieces:
            running.add(pools[part % threads].submit(piece))
            if len(running) > _AHEAD * threads:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in finished)
    finally:
        for pool in pools:
            pool.shutdown(cancel_futures=True)
