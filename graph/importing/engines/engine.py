"""What both engines share: the import that they load rows for, and what they record of each batch."""

from dataclasses import dataclass

import pyarrow.compute as pc

from graph.connection import Graph, Row
from graph.importing.engines.loaders import Target
from graph.importing.participation.tally import Tally
from graph.importing.runs.ledger import Ledger
from graph.importing.runs.rejects import Rejects
from graph.importing.runs.row_counts import RowCounts
from graph.importing.values.day_counts import DayCounts
from graph.importing.values.observer import Observer
from graph.importing.values.rows import Rows
from graph.importing.warnings import DataWarning


@dataclass
class ImportEngine:
    """The base of both engines.

    Attributes
    ----------
    graph
        The database.
    target
        The mapping and the number of the import.
    ledger
        What was loaded before; receives each batch.
    rejects
        Receives the rejected rows of each batch.
    observer
        Receives all rows, for warnings about their values.
    tally
        Receives the accepted behaviours, to count participation.
    """

    graph: Graph
    target: Target
    ledger: Ledger
    rejects: Rejects
    observer: Observer
    tally: Tally

    def warnings(self) -> list[DataWarning]:
        """Return the warnings about what was loaded before."""
        return []

    def batch_properties(self, entry: Row, counts: RowCounts, rows: Rows) -> Row:
        """Return all that the ledger stores of a batch.

        Parameters
        ----------
        entry
            What identifies the batch.
        counts
            Number of its rows by outcome.
        rows
            The rows whose times it covers.
        """
        return {**entry, **counts.outcomes(), **_time_span(rows, self.target.mapping.zone)}


def _time_span(rows: Rows, zone: str) -> Row:
    """Return first and last moment of behaviours, in milliseconds since the epoch, and their `DayCounts`."""
    if rows.table != "behaviours" or not len(rows):
        return {"first_at": None, "last_at": None, "days": ""}
    ends = pc.min_max(rows.columns["at"])
    days = DayCounts()
    days.add(rows.columns["at"], zone)
    return {"first_at": ends["min"].as_py(), "last_at": ends["max"].as_py(), "days": days.as_text()}
