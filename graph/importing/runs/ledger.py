"""The ledger records which lines of each file have been loaded, and decides which are still to be loaded.

Each batch is committed together with its entry. A block is identified by its position in its file and by its
content: a file that has grown is read from its old end, and a killed job continues with the missing batches.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from graph.connection import Graph, Row
from graph.importing.contract import ENTITIES
from graph.importing.reading.blocks import Block
from graph.importing.reading.input_files import InputFile
from graph.importing.runs.row_counts import RowCounts
from graph.importing.values.plausible_times import latest_plausible

_BATCH_ID = ("import", "mapping", "table", "file", "block", "digest", "part")
_Group = tuple[int, int, int, str, str]


@dataclass(frozen=True)
class Segment:
    """A range of lines of a block to load.

    Attributes
    ----------
    start, stop
        Lines from `start` to `stop` (exclusive), counted from 0 at the beginning of the block.
    digest
        Digest of the block's first `stop` lines.
    done
        Parts that this job has already loaded.
    loaded_before
        Whether an earlier job loaded all of them, except for rows that it rejected.
    """

    start: int
    stop: int
    digest: str
    done: frozenset[int] = frozenset()
    loaded_before: bool = False


def ledger_entry(
    number: int, file: InputFile, block: int, segment: Segment, part: int = 0, parts: int = 1
) -> Row:
    """Return the properties that identify a batch: its job, and its position and content in its file."""
    return {
        "import": number,
        "table": file.table,
        "file": file.name,
        "block": block,
        "start": segment.start,
        "length": segment.stop,
        "digest": segment.digest,
        "mapping": file.digest,
        "part": part,
        "parts": parts,
    }


def batch_id(entry: Row) -> str:
    """Return the id of the batch of a ledger entry."""
    return "/".join(str(entry[key]) for key in _BATCH_ID)


@dataclass
class LoadPlan:
    """The segments of a block to load, and the rows that need no loading."""

    segments: list[Segment] = field(default_factory=list)
    loaded_before: RowCounts = field(default_factory=RowCounts)


class Ledger:
    """The entries of a data set at the start of a job."""

    def __init__(self, graph: Graph, dataset: str, number: int) -> None:
        self._number = number
        self._blocks: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
        self._spans: list[tuple[int, int]] = []
        self.ends: dict[int, dict[str, int]] = defaultdict(dict)
        """The last moment of each file of behaviours of earlier jobs, by job; 0 where it is in the future."""
        self.starts: dict[int, dict[str, int]] = defaultdict(dict)
        """The first moment of each of them."""
        self.batches: list[str] = []
        """Ids of this job's batches."""
        self.changed: dict[str, set[int]] = defaultdict(set)
        """Imports that loaded lines which have changed since, by file."""
        for entry in graph.run("importing/ledger", dataset=dataset):
            self._blocks[entry["table"], entry["file"], entry["block"]].append(entry)
            if entry["import"] == number:
                self.batches.append(entry["batch"])
            elif entry["first_at"] is not None:
                self._spans.append((entry["first_at"], entry["last_at"]))
                ends, end = self.ends[entry["import"]], entry["last_at"]
                ends[entry["file"]] = max(ends.get(entry["file"], 0), end if end < latest_plausible() else 0)
                starts, start = self.starts[entry["import"]], entry["first_at"]
                starts[entry["file"]] = min(starts.get(entry["file"], start), start)

    def batches_of(self, table: str) -> list[str]:
        """Return the ids of this job's batches of `table`."""
        return [batch for batch in self.batches if batch.split("/", 3)[_BATCH_ID.index("table")] == table]

    @property
    def has_behaviours(self) -> bool:
        """Whether an earlier job loaded behaviours."""
        return bool(self._spans)

    def edges(self, number: int) -> set[int]:
        """Return the first and last moments of the files of behaviours of an earlier job."""
        return {*self.starts[number].values(), *self.ends[number].values()}

    def may_overlap(self, first: int, last: int) -> bool:
        """Whether an earlier job loaded behaviours between these times (milliseconds since the epoch)."""
        return any(start <= last and first <= end for start, end in self._spans)

    def plan(self, table: str, file: str, block: Block, mapping: str) -> LoadPlan:
        """Decide which lines of `block` to load; `mapping` is the digest of how its file is read."""
        plan, covered = LoadPlan(), 0
        groups: dict[_Group, list[Row]] = defaultdict(list)
        of_block = self._blocks.get((table, file, block.index), [])
        for entry in of_block:
            if entry["mapping"] is None:  # To be read again, because an import was undone.
                continue
            group = (entry["start"], entry["length"], entry["import"], entry["digest"], entry["mapping"])
            groups[group].append(entry)
        for group in sorted(groups, key=self._order):
            (start, stop, number, digest, read_as), entries = group, groups[group]
            matches = start == covered and stop <= block.length and read_as == mapping
            if not matches or block.digest(stop) != digest:
                continue
            if _is_replaced(start, stop, number, of_block, block):
                continue
            complete = _is_complete(entries)
            if number == self._number:
                plan.loaded_before.add(_count(entries))
                if not complete:
                    done = frozenset(entry["part"] for entry in entries)
                    retried = any(
                        _is_retried(group, other) and _is_complete(groups[other]) for other in groups
                    )
                    plan.segments.append(Segment(start, stop, digest, done, loaded_before=retried))
            elif complete and not any(entry["rejected"] for entry in entries):
                plan.loaded_before.add(_unchanged(entries))
            else:
                # An earlier job was killed here, or rejected rows whose user may have been loaded since.
                plan.segments.append(Segment(start, stop, digest, loaded_before=complete))
            covered = stop
        if covered < block.length:
            plan.segments.append(Segment(covered, block.length, block.digest()))
        self._note_changes(table, file, block, mapping, plan)
        return plan

    def _order(self, group: _Group) -> tuple[int, bool, _Group]:
        """Order groups by line; of one line, this job's first: they retry rejected rows of others."""
        start, _stop, number, _digest, _mapping = group
        return start, number != self._number, group

    def _note_changes(self, table: str, file: str, block: Block, mapping: str, plan: LoadPlan) -> None:
        """Remember whose lines the plan replaces by others; entities only get new values."""
        if table in ENTITIES:
            return
        entries = self._blocks.get((table, file, block.index), [])
        # Where this job is continued after a kill, its own batches have replaced lines as well.
        starts = [segment.start for segment in plan.segments]
        starts += [entry["start"] for entry in entries if entry["import"] == self._number]
        for entry in entries:
            replaced = any(start < entry["length"] for start in starts)
            if not (replaced and entry["loaded"] and entry["mapping"] == mapping):
                continue
            stays = entry["length"] <= block.length and block.digest(entry["length"]) == entry["digest"]
            if not stays:
                self.changed[file].add(entry["import"])


def _is_complete(entries: list[Row]) -> bool:
    return len(entries) == entries[0]["parts"]


def _is_retried(group: _Group, other: _Group) -> bool:
    """Whether `other` is of another job, with the same lines read in the same way."""
    (start, stop, number, *reading), (other_start, other_stop, other_number, *other_reading) = group, other
    return (start, stop, reading) == (other_start, other_stop, other_reading) and number != other_number


def _is_replaced(start: int, stop: int, number: int, entries: list[Row], block: Block) -> bool:
    """Whether an import after `number` loaded other content in place of these lines of `block`."""
    return any(
        entry["import"] > number
        and entry["start"] < stop
        and entry["length"] > start
        and (entry["loaded"] or entry["replaced"])
        and (entry["length"] > block.length or block.digest(entry["length"]) != entry["digest"])
        for entry in entries
    )


def _count(entries: list[Row]) -> RowCounts:
    counts = RowCounts()
    for entry in entries:
        loaded, rejected, unchanged = entry["loaded"], entry["rejected"], entry["unchanged"]
        rows = loaded + rejected + unchanged
        replaced = entry["replaced"] or 0
        counts.add(RowCounts(rows, loaded, rejected, unchanged, entry["left_out"], replaced))
    return counts


def _unchanged(entries: list[Row]) -> RowCounts:
    counts = _count(entries)
    return RowCounts(counts.read, 0, 0, counts.read, counts.left_out)
