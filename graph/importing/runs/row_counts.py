"""Numbers of rows by outcome."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class RowCounts:
    """Numbers of rows by outcome.

    `left_out` are those that the mapping's filter excludes, each once for each source that leaves it out;
    `replaced` are the behaviours of earlier imports that rows replaced.
    """

    read: int = 0
    loaded: int = 0
    rejected: int = 0
    unchanged: int = 0
    left_out: int = 0
    replaced: int = 0

    @classmethod
    def sum(cls, parts: Iterable["RowCounts"]) -> "RowCounts":
        """Add up all `parts`."""
        total = cls()
        for part in parts:
            total.add(part)
        return total

    def add(self, other: "RowCounts") -> None:
        """Add the numbers of `other`."""
        self.read += other.read
        self.loaded += other.loaded
        self.rejected += other.rejected
        self.unchanged += other.unchanged
        self.left_out += other.left_out
        self.replaced += other.replaced

    def outcomes(self) -> dict[str, int]:
        """Return the properties of a ledger entry."""
        return {
            "loaded": self.loaded,
            "rejected": self.rejected,
            "unchanged": self.unchanged,
            "left_out": self.left_out,
            "replaced": self.replaced,
        }

    def check(self) -> None:
        """Check that every row has exactly one outcome. Raises AssertionError."""
        if self.read != self.loaded + self.rejected + self.unchanged:
            raise AssertionError(f"rows are not accounted for: {self}")
