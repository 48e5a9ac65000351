"""Finds rows of a delivery that a later of its files has again, as exports with overlapping periods do.

Of the files of one source, the later one is that whose last behaviour is later; names of files tell nothing
(june follows july). Rows are compared by the hash of their user and key.
"""

import time
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
from graph.importing.values.keys import SEPARATOR, Hashes, key_columns, key_hashes, raw_column
from graph.importing.warnings import DataWarning
from graph.progress import Progress

_DAY_MS = 86_400_000
(_AT,) = (spec for spec in TABLES["behaviours"].fields if spec.name == "at")


@dataclass(frozen=True)
class _Keyed:
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


def leave_out_replaced(files: InputFiles, progress: Progress) -> None:
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
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for same in several:
        keyed = []
        for inputs in same:
            keyed.append(_read(inputs, files.mapping))
            advance(sum(file.rows for file in inputs))
        keyed.sort(key=lambda part: (part.end, part.file.name))
        for _, equal in groupby(keyed, key=lambda part: part.end):
            _refuse_contradictions(list(equal), files.mapping)
        last = _LastFile.of(keyed)
        for place, part in enumerate(keyed):
            for file, keys in part.inputs:
                late = last.is_later(keys, place)
                if not late.any():
                    continue
                keep = _Keep(file, files.mapping, last, place)
                position = next(i for i, other in enumerate(files.inputs) if other is file)
                files.inputs[position] = replace(file, keep=keep)
                # A file can be read by several sources.
                by_file = counts[file.name]
                names = [keyed[int(other)].file.name for other in np.unique(last.place_of(keys[late]))]
                by_file[", ".join(names)] = max(int(late.sum()), by_file.get(", ".join(names), 0))
    for name, by_later in counts.items():
        for later, rows in by_later.items():
            text = (
                f"{name}: {rows:,} rows are left out, because {later}, which ends later, has the same "
                "orders or ids."
            )
            files.found.append(DataWarning("rows_in_later_file", text, rows))


@dataclass(frozen=True)
class _LastFile:
    """The last file of each key that several files have."""

    keys: Hashes
    place: NDArray[np.int64]

    @classmethod
    def of(cls, files: list[_Keyed]) -> "_LastFile":
        distinct = [np.unique(part.keys) for part in files]
        places = np.repeat(np.arange(len(files)), [len(keys) for keys in distinct])
        keys, inverse, number = np.unique(np.concatenate(distinct), return_inverse=True, return_counts=True)
        last = np.zeros(len(keys), dtype=np.int64)
        np.maximum.at(last, inverse, places)
        return cls(keys[number > 1], last[number > 1])

    def place_of(self, keys: Hashes) -> NDArray[np.int64]:
        """Return the place of the last file with each key, -1 where only one has it."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int64)
        found = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[found] == keys, self.place[found], -1)

    def is_later(self, keys: Hashes, place: int) -> NDArray[np.bool_]:
        """Return which keys a file after the one at `place` has."""
        return np.asarray(self.place_of(keys) > place)


@dataclass(frozen=True)
class _Keep:
    """Returns the rows of a file that no later file has."""

    file: InputFile
    mapping: Mapping
    last: _LastFile = field(repr=False)
    place: int = 0

    def __call__(self, parsed: Parsed) -> NDArray[np.bool_]:
        keys, has_key = key_hashes(parsed, self.file.source, self.mapping)
        return ~(has_key & self.last.is_later(keys, self.place))


def _read(inputs: list[InputFile], mapping: Mapping) -> _Keyed:
    # No order is of the future: such a stamp is an error.
    now = time.time() * 1000 + _DAY_MS
    parts, end = [], 0
    for file in inputs:
        keys = [np.empty(0, dtype=np.uint64)]
        for block in file.blocks():
            parsed = block.parse()
            found, has_key = key_hashes(parsed, file.source, mapping)
            keys.append(found[has_key])
            column = raw_column(_AT, file.source, parsed.columns, len(parsed.numbers))
            if column is not None and len(column):
                at = convert(column, "time", mapping.value_format(file.source, "at")).values
                end = max(end, pc.max(at.filter(pc.less(at, now))).as_py() or 0)
        parts.append((file, np.concatenate(keys)))
    return _Keyed(parts, end)


def _refuse_contradictions(files: list[_Keyed], mapping: Mapping) -> None:
    """Refuse files of the same end that have rows of one key with different values."""
    for place, part in enumerate(files):
        for other in files[place + 1 :]:
            shared = np.intersect1d(part.keys, other.keys)
            if not len(shared):
                continue
            first, second = (_contents(each.file, shared, mapping) for each in (part, other))
            differing = np.flatnonzero(first["content"].to_numpy() != second["content"].to_numpy())
            if len(differing):
                end = pd.Timestamp(part.end, unit="ms", tz=mapping.zone)
                example = first["example"].iloc[int(differing[0])]
                raise ImportFailed(
                    f"{part.file.name} and {other.file.name} have {len(differing):,} orders or ids with "
                    f"other values, like {example}, and both end on {end:%Y-%m-%d %H:%M}: nothing tells "
                    "which is later.",
                    "Keep the later one of them in the folder.",
                )


def _contents(file: InputFile, keys: Hashes, mapping: Mapping) -> pd.DataFrame:
    """Return for each of `keys` a digest of its rows in any order, and an example of its key."""
    parts = []
    for block in file.blocks():
        parsed = block.parse()
        found, has_key = key_hashes(parsed, file.source, mapping)
        chosen = pa.array(has_key & np.isin(found, keys))
        frame = pd.DataFrame(
            {name: texts(column.filter(chosen)).to_pandas() for name, column in parsed.columns.items()}
        )
        named = key_columns(parsed.columns, len(parsed.numbers), file.source, mapping)
        example = pc.binary_join_element_wise(*(named[name] for name in file.source.key), SEPARATOR)
        parts.append(
            pd.DataFrame(
                {
                    "key": found[chosen.to_numpy(zero_copy_only=False)],
                    "content": pd.util.hash_pandas_object(frame, index=False).to_numpy(),
                    "example": pc.replace_substring(example.filter(chosen), SEPARATOR, ", ").to_pandas(),
                }
            )
        )
    return pd.concat(parts).groupby("key").agg({"content": "sum", "example": "first"}).sort_index()
