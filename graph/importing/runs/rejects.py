"""Writes the file of rejected rows: file, row, column, value and reason of each.

Each batch writes its part before it commits, so that a kill at any point loses none; at the end of the job
the parts become one file.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from graph.importing.reading.lines import RowError
from graph.server.folders import make_writable

HEADER = ("file", "row", "column", "value", "reason")


class RejectReason(NamedTuple):
    """Why rows were rejected: file, column (empty for a whole line) and reason."""

    file: str
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.column} {self.reason}".replace("  ", " ")


class Rejects:
    """Collects the rejected rows of one job in its own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def file(self) -> Path:
        """The file of all rejected rows, complete when the job has ended."""
        return self._folder / "rejected.csv"

    def write(self, batch: str, file: str, rows: Iterable[RowError]) -> None:
        """Write the part of one batch atomically; replace the part of an earlier attempt."""
        rows = list(rows)
        if not rows:
            return
        parts = self._folder / "parts"
        if not parts.exists():
            make_writable(parts)
        path = self._part(batch)
        temporary = path.with_suffix(".new")
        with temporary.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows((file, *row) for row in rows)
        temporary.replace(path)

    def collect(self, batches: Iterable[str]) -> Counter[RejectReason]:
        """Merge the parts of `batches`, sorted by file and row; return the number of rows per reason."""
        rows_by_reason: Counter[RejectReason] = Counter()
        self.file.unlink(missing_ok=True)
        blocks: dict[tuple[str, str, str, int], list[Path]] = {}
        for batch in batches:
            source, block, _digest, _part = batch.rsplit("/", 3)
            path = self._part(batch)
            if path.exists():
                _number, mapping, table, file = source.split("/", 3)
                blocks.setdefault((file, table, mapping, int(block)), []).append(path)
        if not blocks:
            return rows_by_reason
        with self.file.open("w", encoding="utf-8", newline="") as merged:
            writer = csv.writer(merged)
            writer.writerow(HEADER)
            for block_key in sorted(blocks):
                rows = [row for path in blocks[block_key] for row in _read(path)]
                for row in sorted(rows, key=lambda row: int(row[1])):
                    writer.writerow(row)
                    rows_by_reason[_reason(row)] += 1
        return rows_by_reason

    def reasons(self, batches: Iterable[str]) -> Counter[RejectReason]:
        """Return the number of rejected rows of `batches` per reason."""
        paths = [path for path in map(self._part, batches) if path.exists()]
        return Counter(_reason(row) for path in paths for row in _read(path))

    def _part(self, batch: str) -> Path:
        return self._folder / "parts" / f"{hashlib.sha256(batch.encode()).hexdigest()[:24]}.csv"


def _reason(row: list[str]) -> RejectReason:
    file, _row, column, _value, reason = row
    return RejectReason(file, column, reason)


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as part:
        return list(csv.reader(part))
