"""Finds rows of a delivery that a later of its files has again, as exports with overlapping periods do.

Of the files of one source, the later one is that whose last behaviour is later; names of files tell nothing
(june follows july). Rows are compared by the hash of their user and key. An export in several files can cut
an order in two: its first lines end one file, and the others begin the next. Both parts count.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.errors import ImportFailed
from graph.importing.contract import TABLES
from graph.importing.mapping.model import Mapping
from graph.importing.reading.cells import texts
from graph.importing.reading.input_files import InputFile, InputFiles
from graph.importing.reading.lines import Parsed
from graph.importing.values.convert import convert
from graph.importing.values.hashes import Hashes, row_hashes
from graph.importing.values.keys import SEPARATOR, key_columns, key_hashes, raw_column
from graph.importing.values.plausible_times import latest_plausible
from graph.importing.warnings import DataWarning
from graph.progress import Progress

_AT = TABLES["behaviours"].field("at")


@dataclass(frozen=True)
class _FileKeys:
    """The rows of a file that have a key, as each of its sources reads them, and the moment of the last."""

    inputs: list[tuple[InputFile, Hashes]]
    end: int

    @property
    def file(self) -> InputFile:
        """The file, as its first source reads it."""
        return self.inputs[0][0]

    @property
    def keys(self) -> Hashes:
        """The keys of all its rows."""
        return np.concatenate([keys for _, keys in self.inputs])


def leave_out_superseded(files: InputFiles, progress: Progress) -> None:
    """Leave rows out that a later file of the same source has again, and warn of it.

    Raises
    ------
    ImportFailed
        Two files have the same rows with other values, and neither is later; or a file cannot be read.
    """
    groups: dict[tuple[str, tuple[str, ...]], dict[str, list[InputFile]]] = defaultdict(dict)
    for file in files.inputs:
        if file.table == "behaviours" and file.source.key:
            group = groups[file.source.label, file.source.key]
            group.setdefault(file.name, []).append(file)
    several = [list(group.values()) for group in groups.values() if len(group) > 1]
    if not several:
        return
    rows = sum(file.rows for group in several for inputs in group for file in inputs)
    advance = progress.stage("Comparing files", rows)
    counts: dict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
    for same in several:
        keyed = []
        for inputs in same:
            keyed.append(_read(inputs, files.mapping))
            advance(sum(file.rows for file in inputs))
        keyed.sort(key=lambda part: (part.end, part.file.name))
        cut = _cut_orders(keyed, files.mapping)
        for _, equal in groupby(keyed, key=lambda part: part.end):
            _refuse_contradictions(list(equal), cut, files.mapping)
        for name, later, rows in _leave_out(files, keyed, cut):
            # A file can be read by several sources.
            counts[name][later] = max(rows, counts[name].get(later, 0))
    files.file_warnings += [
        _warning(name, later, rows) for name, by_later in counts.items() for later, rows in by_later.items()
    ]


def _cut_orders(keyed: list[_FileKeys], mapping: Mapping) -> Hashes:
    """Return the keys of orders that end one file and begin another, without a product that both have."""
    beginning: dict[int, list[_FileKeys]] = defaultdict(list)
    for part in keyed:
        if len(part.inputs[0][1]):
            beginning[int(part.inputs[0][1][0])].append(part)
    cut = []
    for part in keyed:
        if not len(part.inputs[0][1]):
            continue
        last = int(part.inputs[0][1][-1])
        others = [other for other in beginning.get(last, []) if other is not part]
        if others and not any(_share_lines(part.file, other.file, last, mapping) for other in others):
            cut.append(last)
    return np.array(cut, dtype=np.uint64)


def _share_lines(first: InputFile, second: InputFile, order: int, mapping: Mapping) -> bool:
    """Return whether two files have a line of an order with the same object."""
    lines = _lines_of(first, order, mapping), _lines_of(second, order, mapping)
    return bool(np.isin(*lines).any())


def _lines_of(file: InputFile, order: int, mapping: Mapping) -> Hashes:
    by_object = file.source.model_copy(update={"replaces": [*file.source.key, "object"]})
    found = []
    for block in file.uncounted().blocks():
        parsed = block.parse()
        keys, has_key = key_hashes(parsed, file.source, mapping)
        found.append(key_hashes(parsed, by_object, mapping)[0][has_key & (keys == order)])
    return np.concatenate(found)


def _leave_out(
    files: InputFiles, keyed: list[_FileKeys], cut: Hashes
) -> list[tuple[str, tuple[str, ...], int]]:
    """Leave rows out of files of one source, which are in the order of time, except for orders `cut` in two.

    Returns
    -------
    list of tuple
        A file, the later files that have some of its rows, and how many these have.
    """
    superseded = []
    latest = _LatestFile.of(keyed, cut)
    for position, part in enumerate(keyed):
        for file, keys in part.inputs:
            index = next(i for i, other in enumerate(files.inputs) if other is file)
            if len(cut):
                files.inputs[index] = file = replace(file, cut_orders=cut)
            is_later = latest.is_later(keys, position)
            if not is_later.any():
                continue
            keep = _NotSuperseded(file, files.mapping, latest, position)
            files.inputs[index] = replace(file, keep=keep)
            others = np.unique(latest.position_of(keys[is_later]))
            names = tuple(keyed[int(other)].file.name for other in others)
            superseded.append((file.name, names, int(is_later.sum())))
    return superseded


def _warning(name: str, later: tuple[str, ...], rows: int) -> DataWarning:
    ends = "ends later and has" if len(later) == 1 else "end later and have"
    text = f"{name}: {rows:,} rows are left out: {', '.join(later)} {ends} the same orders or ids."
    return DataWarning("rows_in_later_file", text, rows)


@dataclass(frozen=True)
class _LatestFile:
    """The latest file of each key that several files have, except for cut orders, as its position."""

    keys: Hashes
    position: NDArray[np.int64]

    @classmethod
    def of(cls, files: list[_FileKeys], cut: Hashes) -> "_LatestFile":
        distinct = [np.setdiff1d(part.keys, cut) for part in files]
        positions = np.repeat(np.arange(len(files)), [len(keys) for keys in distinct])
        keys, inverse, number = np.unique(np.concatenate(distinct), return_inverse=True, return_counts=True)
        latest = np.zeros(len(keys), dtype=np.int64)
        np.maximum.at(latest, inverse, positions)
        return cls(keys[number > 1], latest[number > 1])

    def position_of(self, keys: Hashes) -> NDArray[np.int64]:
        """Return the position of the latest file with each key, -1 where only one has it."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int64)
        nearest = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[nearest] == keys, self.position[nearest], -1)

    def is_later(self, keys: Hashes, position: int) -> NDArray[np.bool_]:
        """Return which keys a file after the one at `position` has."""
        return np.asarray(self.position_of(keys) > position)


@dataclass(frozen=True)
class _NotSuperseded:
    """Returns the rows of a file that no later file has."""

    file: InputFile
    mapping: Mapping
    latest: _LatestFile = field(repr=False)
    position: int

    def __call__(self, parsed: Parsed) -> NDArray[np.bool_]:
        keys, has_key = key_hashes(parsed, self.file.source, self.mapping)
        return ~(has_key & self.latest.is_later(keys, self.position))


def _read(inputs: list[InputFile], mapping: Mapping) -> _FileKeys:
    """Read the keys of a file, as each of its sources reads it.

    Returns
    -------
    _FileKeys
        Keys as hashes, and the end in milliseconds; 0 where no row has a time.
    """
    parts, end = [], 0
    for file in inputs:
        keys = [np.empty(0, dtype=np.uint64)]
        for block in file.uncounted().blocks():
            parsed = block.parse()
            hashes, has_key = key_hashes(parsed, file.source, mapping)
            keys.append(hashes[has_key])
            column = raw_column(_AT, file.source, parsed.columns, len(parsed.numbers))
            if column is not None and len(column):
                at = convert(column, "time", mapping.value_format(file.source, "at")).values
                end = max(end, pc.max(at.filter(pc.less(at, latest_plausible()))).as_py() or 0)
        parts.append((file, np.concatenate(keys)))
    return _FileKeys(parts, end)


def _refuse_contradictions(files: list[_FileKeys], cut: Hashes, mapping: Mapping) -> None:
    """Refuse files of the same end that have rows of one key, not `cut`, with different values."""
    for position, part in enumerate(files):
        for other in files[position + 1 :]:
            shared = np.setdiff1d(np.intersect1d(part.keys, other.keys), cut)
            if not len(shared):
                continue
            first, second = (_contents(each.file, shared, mapping) for each in (part, other))
            differing = np.flatnonzero(first["content"].to_numpy() != second["content"].to_numpy())
            if len(differing):
                end = pd.Timestamp(part.end, unit="ms", tz=mapping.zone)
                example = first["example"].iloc[int(differing[0])]
                raise ImportFailed(
                    f"{part.file.name} and {other.file.name} have {len(differing):,} orders or ids with "
                    f"different values, for example {example}, and both end on {end:%Y-%m-%d %H:%M}, so it "
                    "is unknown which is the later export.",
                    "Remove the earlier of the two files from the folder.",
                )


def _contents(file: InputFile, keys: Hashes, mapping: Mapping) -> pd.DataFrame:
    """Return for each of `keys` a digest of its rows in any order, and an example of its key."""
    parts = []
    for block in file.uncounted().blocks():
        parsed = block.parse()
        hashes, has_key = key_hashes(parsed, file.source, mapping)
        chosen = pa.array(has_key & np.isin(hashes, keys))
        frame = pd.DataFrame(
            {name: texts(column.filter(chosen)).to_pandas() for name, column in parsed.columns.items()}
        )
        named = key_columns(parsed.columns, len(parsed.numbers), file.source, mapping)
        example = pc.binary_join_element_wise(*(named[name] for name in file.source.key), SEPARATOR)
        parts.append(
            pd.DataFrame(
                {
                    "key": hashes[chosen.to_numpy(zero_copy_only=False)],
                    "content": row_hashes(frame),
                    "example": pc.replace_substring(example.filter(chosen), SEPARATOR, ", ").to_pandas(),
                }
            )
        )
    return pd.concat(parts).groupby("key").agg({"content": "sum", "example": "first"}).sort_index()
