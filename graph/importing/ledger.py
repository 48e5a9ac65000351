"""What of each file has been loaded: the ledger decides which lines of a block are still to do.

Each batch and its entry share one transaction. A block is known by its place in its file and by its
content, so that a file that has grown is read on from where it ended, and a job that was killed goes on
with the batches that are missing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.connection import Graph, Row
from graph.importing.blocks import Block
from graph.importing.input_files import Input

_BATCH_ID = ("import", "mapping", "table", "file", "block", "digest", "part")
_Group = tuple[int, int, int, str, str]


@dataclass
class Tally:
    """Rows by what became of them; `left_out` are those the mapping's filter does not want."""

    read: int = 0
    loaded: int = 0
    rejected: int = 0
    unchanged: int = 0
    left_out: int = 0

    @classmethod
    def of(cls, tallies: Iterable["Tally"]) -> "Tally":
        """All of them together."""
        total = cls()
        for one in tallies:
            total.add(one)
        return total

    def add(self, other: "Tally") -> None:
        """Count what `other` counted as well."""
        self.read += other.read
        self.loaded += other.loaded
        self.rejected += other.rejected
        self.unchanged += other.unchanged
        self.left_out += other.left_out

    def outcomes(self) -> dict[str, int]:
        """As an entry of the ledger has them."""
        return {
            "loaded": self.loaded,
            "rejected": self.rejected,
            "unchanged": self.unchanged,
            "left_out": self.left_out,
        }

    def check(self) -> None:
        """Every row that was read has exactly one outcome."""
        if self.read != self.loaded + self.rejected + self.unchanged:
            raise AssertionError(f"rows are not accounted for: {self}")


@dataclass(frozen=True)
class Segment:
    """Lines of a block that are to be loaded: `length` counts from the block's beginning to its end.

    `done` are the parts that this job has loaded already.
    """

    start: int
    length: int
    digest: str
    done: frozenset[int] = frozenset()


def entry_of(number: int, one: Input, block: int, segment: Segment, part: int = 0, parts: int = 1) -> Row:
    """What a batch is known by: its job, and its place and content in its file."""
    return {
        "import": number,
        "table": one.table,
        "file": one.name,
        "block": block,
        "start": segment.start,
        "length": segment.length,
        "digest": segment.digest,
        "mapping": one.digest,
        "part": part,
        "parts": parts,
    }


def batch_of(entry: Row) -> str:
    """The id of an entry's batch."""
    return "/".join(str(entry[key]) for key in _BATCH_ID)


@dataclass
class Plan:
    """What is left to do of a block, and what was done before."""

    segments: list[Segment] = field(default_factory=list)
    known: Tally = field(default_factory=Tally)
    """Rows that need no loading."""


class Ledger:
    """The entries of a data set, as they were when the job began."""

    def __init__(self, graph: Graph, dataset: str, number: int) -> None:
        self._number = number
        self._blocks: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
        self._spans: list[tuple[int, int]] = []
        self.batches: list[str] = []
        """This job's own batches."""
        for entry in graph.run("importing/ledger", dataset=dataset):
            self._blocks[entry["table"], entry["file"], entry["block"]].append(entry)
            if entry["import"] == number:
                self.batches.append(entry["batch"])
            elif entry["first_at"] is not None:
                self._spans.append((entry["first_at"], entry["last_at"]))

    def may_be_there(self, first: int, last: int) -> bool:
        """Whether an earlier job loaded behaviours between these moments."""
        return any(start <= last and first <= end for start, end in self._spans)

    def plan(self, table: str, file: str, block: Block, mapping: str) -> Plan:
        """What of `block` is to be done."""
        plan, known = Plan(), 0
        groups: dict[_Group, list[Row]] = defaultdict(list)
        for entry in self._blocks.get((table, file, block.index), []):
            group = (entry["start"], entry["length"], entry["import"], entry["digest"], entry["mapping"])
            groups[group].append(entry)
        for (start, length, number, digest, said), entries in sorted(groups.items()):
            if start != known or length > block.length or said != mapping or block.digest(length) != digest:
                continue
            whole = len(entries) == entries[0]["parts"]
            mine = number == self._number
            if mine:
                plan.known.add(_counted(entries))
                if not whole:
                    done = frozenset(entry["part"] for entry in entries)
                    plan.segments.append(Segment(start, length, digest, done))
            elif whole and not any(entry["rejected"] for entry in entries):
                plan.known.add(_unchanged(entries))
            else:
                # Killed before its end; or with rows whose user may have arrived since.
                plan.segments.append(Segment(start, length, digest))
            known = length
        if known < block.length:
            plan.segments.append(Segment(known, block.length, block.digest()))
        return plan


def _counted(entries: list[Row]) -> Tally:
    tally = Tally()
    for one in entries:
        rows = one["loaded"] + one["rejected"] + one["unchanged"]
        tally.add(Tally(rows, one["loaded"], one["rejected"], one["unchanged"], one["left_out"]))
    return tally


def _unchanged(entries: list[Row]) -> Tally:
    counted = _counted(entries)
    return Tally(counted.read, 0, 0, counted.read, counted.left_out)
