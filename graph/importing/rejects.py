"""The file of rejected rows: which file, which row, which column, which value, and why.

Each batch leaves its part before it is committed, so that none is lost whatever is killed when; the
parts of all batches become one file when the job ends.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from graph.importing.lines import Damage
from graph.server.folders import make_writable

HEADER = ("file", "row", "column", "value", "reason")


class Rejects:
    """Collects the rejected rows of one job in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def file(self) -> Path:
        """Where all rejected rows are once the job has ended."""
        return self._folder / "rejected.csv"

    def keep(self, batch: str, file: str, rows: Iterable[Damage]) -> None:
        """Write the part of one batch, whole; an earlier try's part is replaced."""
        rows = list(rows)
        if not rows:
            return
        parts = self._folder / "parts"
        if not parts.exists():
            make_writable(parts)
        path = self._part(batch)
        draft = path.with_suffix(".new")
        with draft.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows((file, *row) for row in rows)
        draft.replace(path)

    def collect(self, batches: Iterable[str]) -> Counter[str]:
        """Put the parts of `batches` into one file, in the order of the rows; the count of each reason."""
        reasons: Counter[str] = Counter()
        self.file.unlink(missing_ok=True)
        blocks: dict[tuple[str, int], list[Path]] = {}
        for batch in batches:
            source, block, _digest, _part = batch.rsplit("/", 3)
            path = self._part(batch)
            if path.exists():
                blocks.setdefault((source, int(block)), []).append(path)
        if not blocks:
            return reasons
        with self.file.open("w", encoding="utf-8", newline="") as whole:
            writer = csv.writer(whole)
            writer.writerow(HEADER)
            for place in sorted(blocks):
                rows = [row for path in blocks[place] for row in _read(path)]
                for row in sorted(rows, key=lambda one: int(one[1])):
                    writer.writerow(row)
                    reasons[f"{row[0]}: {row[2]} {row[4]}".replace("  ", " ")] += 1
        return reasons

    def _part(self, batch: str) -> Path:
        return self._folder / "parts" / f"{hashlib.sha256(batch.encode()).hexdigest()[:24]}.csv"


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as part:
        return list(csv.reader(part))
