"""Warns of earlier behaviours that stay although `where` leaves out rows of a later file that match them."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from graph.importing.warnings import DataWarning


@dataclass
class StaleOrders:
    """Counts these behaviours by file, batch by batch."""

    _rows: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def add(self, file: str, rows: int) -> None:
        """Add the number of a batch of `file`."""
        with self._lock:
            self._rows[file] += rows

    def warnings(self) -> list[DataWarning]:
        """Return a warning for each file that has any."""
        return [
            DataWarning(
                "stale_orders",
                f"{file}: {rows:,} rows that `where` leaves out have the user, object and time of behaviours "
                "of earlier imports, which stay. If they are the same orders with another status, state in "
                "the mapping what identifies an order: `replaces: [basket]`, with the column of its number, "
                "or `[object, at]` if each file has whole days.",
                rows,
            )
            for file, rows in self._rows.items()
            if rows
        ]
