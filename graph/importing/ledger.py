"""Loads each batch exactly once: a batch and its entry in the ledger share one transaction."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from graph.connection import Graph
from graph.errors import ImportFailed


@dataclass(frozen=True)
class Batch:
    """One transaction's worth of rows, known by the same id at every run."""

    id: str
    table: str
    rows: int
    statement: str
    parameters: dict[str, Any]


class Ledger:
    """What of a data set is loaded already."""

    def __init__(self, graph: Graph, dataset: str, source: str) -> None:
        self._graph = graph
        self._dataset = dataset
        self._source = source
        entries = graph.run("importing/ledger", dataset=dataset)
        strangers = {entry["source"] for entry in entries} - {source}
        if strangers:
            raise ImportFailed(
                f"The data set {dataset!r} was imported from other content than the source has now.",
                "Import under another name with --dataset, or start over with an empty database (the local "
                "one: `groundswell db reset`).",
            )
        self._loaded = {entry["batch"] for entry in entries}

    def is_loaded(self, batch_id: str) -> bool:
        """Whether the batch of this id is in the graph."""
        return batch_id in self._loaded

    def load(self, batches: Iterable[Batch], done: Callable[[int], None], threads: int) -> int:
        """Load the batches that are missing, `threads` at a time; return the rows loaded.

        Batches given together must not touch the same user, or they wait for each other's locks.
        """
        loaded = 0
        with ThreadPoolExecutor(threads) as pool:
            for finished in _bounded(pool, self._load_one, self._missing(batches, done), threads + 1):
                done(finished.rows)
                loaded += finished.rows
        return loaded

    def _missing(self, batches: Iterable[Batch], done: Callable[[int], None]) -> Iterator[Batch]:
        for batch in batches:
            if self.is_loaded(batch.id):
                done(batch.rows)
            else:
                yield batch

    def _load_one(self, batch: Batch) -> Batch:
        entry = {
            "dataset": self._dataset,
            "batch": batch.id,
            "table": batch.table,
            "source": self._source,
            "rows": batch.rows,
        }
        self._graph.run_together([("importing/record_batch", entry), (batch.statement, batch.parameters)])
        return batch


def _bounded(
    pool: ThreadPoolExecutor, work: Callable[[Batch], Batch], items: Iterator[Batch], ahead: int
) -> Iterator[Batch]:
    """The results as they come, with at most `ahead` batches in memory."""
    running: set[Future[Batch]] = set()
    for item in items:
        running.add(pool.submit(work, item))
        if len(running) >= ahead:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in finished)
    yield from (future.result() for future in running)


def default_threads() -> int:
    """Enough to keep the server busy while the next batch is prepared."""
    return min(4, os.cpu_count() or 2)
