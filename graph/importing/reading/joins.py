"""Joins columns of other files to the rows of a file, by key.

The joined columns are held in memory. Each row keeps its own columns: a name that its file lacks is looked up
in the joined files in their order, and `customers.csv:name` names a column of one of them in any case.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.errors import ImportFailed
from graph.importing.mapping.formats import DATE_AND_HOUR, DATE_AND_TIME, FIRST_OF, divider_of, parts_of
from graph.importing.mapping.source import Join, Source
from graph.importing.reading.block import Block
from graph.importing.reading.blocks import read_blocks
from graph.importing.reading.cells import concatenate, texts
from graph.importing.reading.column_check import absent_columns, check_columns
from graph.importing.reading.columns import missing_columns
from graph.importing.reading.combined_columns import date_and_hour, date_and_time, first_values
from graph.importing.reading.folders import FoundFile
from graph.importing.reading.ids import normalise
from graph.importing.reading.lines import Parsed
from graph.importing.reading.opening import checksum_of
from graph.importing.warnings import DataWarning

_SEPARATOR = "\x1f"

_COMPOSE = {DATE_AND_TIME: date_and_time, DATE_AND_HOUR: date_and_hour, FIRST_OF: first_values}
"""How a column is made of several, by what stands between their names."""


@dataclass
class JoinedTable:
    """The joined columns of one `join`, by key.

    Attributes
    ----------
    name
        The files, as the mapping names them.
    own_keys
        Columns of the row's own file that hold the key.
    keys
        The keys of the joined rows, each once.
    columns
        Joined columns, by the name that the mapping uses.
    rules
        Rules that make keys equal, which `keys` have gone through.
    unmatched, keyless, rows
        Numbers of rows without a partner, of those of them that have no key, and of all rows so far.
    """

    name: str
    own_keys: list[str]
    keys: pa.Array
    columns: dict[str, pa.Array]
    rules: Sequence[str] = ()
    unmatched: int = 0
    keyless: int = 0
    rows: int = 0
    examples: list[str] = field(default_factory=list)

    def look_up(self, parsed: Parsed) -> dict[str, pa.Array]:
        """Return the joined columns for rows; null for those without a partner, which are counted."""
        keys = _key([parsed.columns[name] for name in self.own_keys], self.rules)
        positions = pc.index_in(keys, value_set=self.keys)
        self.rows += len(keys)
        self.unmatched += positions.null_count
        self.keyless += keys.null_count
        unknown = np.asarray(pc.and_(keys.is_valid(), positions.is_null()))
        for position in np.flatnonzero(unknown)[: 3 - len(self.examples)]:
            text = keys[int(position)].as_py().replace(_SEPARATOR, ", ")
            self.examples.append(f"row {parsed.numbers[position]}: {text}")
        return {name: column.take(positions) for name, column in self.columns.items()}

    def warning(self, file: str) -> DataWarning | None:
        """Return the number of rows of `file` without a partner; None if all have one."""
        if not self.unmatched:
            return None
        own = " and ".join(self.own_keys)
        keyless = f"; in {self.keyless:,} of them, {own} is empty" if self.keyless else ""
        text = (
            f"{file}: {self.unmatched:,} of {self.rows:,} rows have no partner in {self.name}, and lack its "
            f"columns{keyless}."
        )
        return DataWarning("rows_without_partner", text, self.unmatched, self.examples)


@dataclass
class Joins:
    """The joins of one input file.

    Attributes
    ----------
    own
        Columns to read from the file itself.
    tables
        The joined tables.
    composed
        Columns that are made of several others: the first with a value, or a day and its time of day.
    missing
        Texts that stand for a missing value in these.
    checksums
        Checksum of each joined file, by name.
    readings
        Each joined file, and how it is read, by name.
    """

    own: list[str]
    tables: list[JoinedTable] = field(default_factory=list)
    composed: dict[str, list[str]] = field(default_factory=dict)
    missing: Sequence[str] = ()
    checksums: dict[str, str] = field(default_factory=dict)
    readings: dict[str, tuple[Path, Source]] = field(default_factory=dict)

    def blocks(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Yield blocks whose rows have the joined columns."""
        for block in blocks:
            yield replace(block, parse=partial(self._parse, block)) if self.tables or self.composed else block

    def _parse(self, block: Block) -> Parsed:
        parsed = block.parse()
        columns = dict(parsed.columns)
        for table in self.tables:
            columns |= table.look_up(parsed._replace(columns=columns))
        for name, parts in self.composed.items():
            compose = _COMPOSE[divider_of(name)]
            columns[name] = compose([columns[part] for part in parts], self.missing)
        return parsed._replace(columns=columns)

    def digest(self, of_source: str) -> str:
        """Return `of_source`, the digest of how rows are read, extended by the joined files' contents."""
        if not self.checksums:
            return of_source
        content = "\n".join([of_source, *(f"{name} {sha}" for name, sha in sorted(self.checksums.items()))])
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def open_joins(
    file: FoundFile,
    source: Source,
    selected: list[str],
    joined: list[tuple[Join, list[FoundFile]]],
    missing: Sequence[str] = (),
) -> Joins:
    """Find out which of the `selected` columns come from which file, and read those of joined files.

    A column may be made of several others; `missing` are texts that are no value of these.

    Raises
    ------
    ImportFailed
        No file has a column, or a key occurs twice in a joined file.
    """
    composed = {name: parts for name in selected if len(parts := parts_of(name)) > 1}
    selected = list(dict.fromkeys(part for name in selected for part in parts_of(name)))
    if not joined:
        check_columns(file.path, source, selected)
        return Joins(selected, composed=composed, missing=missing)
    names = [_prefixes(join, files) for join, files in joined]
    explicit = {
        column: (index, column[len(prefix) :])
        for column in selected
        for index, prefixes in enumerate(names)
        for prefix in prefixes
        if column.startswith(prefix)
    }
    plain = [column for column in selected if column not in explicit]
    keys = [key for join, _ in joined for key in join.on]
    absent, available = absent_columns(file.path, source, list(dict.fromkeys([*plain, *keys])))
    wanted: list[dict[str, str]] = [{} for _ in joined]
    for column, (index, name) in explicit.items():
        wanted[index][column] = name
    others = list(available)
    # A key may come from a file that is joined before.
    needed = {column: len(joined) for column in plain if column in absent}
    for index, (join, _) in enumerate(joined):
        needed |= {key: min(index, needed.get(key, index)) for key in join.on if key in absent}
    for column, before in needed.items():
        for index, (join, files) in enumerate(joined[:before]):
            lacks, has = absent_columns(files[0].path, _source(join, files[0]), [column])
            if not lacks:
                wanted[index][column] = column
                break
            others += [f"{join.files[0]}:{name}" for name in has]
        else:
            raise missing_columns(file.path, [column], others)
    own = [column for column in dict.fromkeys([*plain, *keys]) if column not in absent]
    joins = Joins(own, composed=composed, missing=missing)
    for (join, matching), columns in zip(joined, wanted, strict=True):
        # Of the exports of several months, each knows best what its own rows are.
        files = sorted(matching, key=lambda other: other.path != file.path)
        table, checksums = _read(join, files, columns)
        joins.tables.append(table)
        joins.checksums |= checksums
        joins.readings |= {other.name: (other.path, _source(join, other)) for other in files}
    return joins


def _prefixes(join: Join, files: list[FoundFile]) -> list[str]:
    return [f"{name}:" for name in [*join.files, *(file.name for file in files)]]


def _source(join: Join, file: FoundFile) -> Source:
    source = Source(
        files=join.files,
        format=join.format,
        rows=join.rows,
        encoding=join.encoding,
        delimiter=join.delimiter,
        sheet=join.sheet,
        skip_rows=join.skip_rows,
        multiline=join.multiline,
    )
    return file.read_as(source)


def _read(join: Join, files: list[FoundFile], columns: dict[str, str]) -> tuple[JoinedTable, dict[str, str]]:
    """Read the key and `columns` (by the name that the mapping uses) of the joined files.

    Returns
    -------
    tuple
        The table, and the checksum of each file by name; of a sheet, that of its columns, because the other
        sheets of its workbook do not matter.
    """
    names = list(dict.fromkeys([*join.on.values(), *columns.values()]))
    parts: list[Parsed] = []
    origins: list[str] = []
    checksums: dict[str, str] = {}
    for file in files:
        source = _source(join, file)
        check_columns(file.path, source, names)
        digests = [str(names)]
        for block in read_blocks(file.path, source, names):
            parts.append(block.parse())
            origins.append(file.name)
            if file.sheet is not None:
                digests.append(block.digest())
        of_sheet = hashlib.sha256(" ".join(digests).encode()).hexdigest()
        checksums[file.name] = checksum_of(file.path) if file.sheet is None else of_sheet
    read = {
        name: concatenate([part.columns[name] for part in parts]) if parts else pa.nulls(0, pa.string())
        for name in names
    }
    rules = [*join.ids, *(["lower_case"] if join.ignore_case else [])]
    keys = _key([read[name] for name in join.on.values()], rules)
    kept = _unique(
        join, keys, read, [(origin, part.numbers) for origin, part in zip(origins, parts, strict=True)]
    )
    table = JoinedTable(
        ", ".join(join.files),
        list(join.on),
        keys.take(kept),
        {column: read[name].take(kept) for column, name in columns.items()},
        rules,
    )
    return table, checksums


def _key(columns: list[pa.Array], rules: Sequence[str]) -> pa.Array:
    """Return one text per row: its key, null where a part is missing."""
    trimmed = [pc.utf8_trim_whitespace(texts(column)) for column in columns]
    trimmed = [normalise(column, rules) for column in trimmed]
    empty = [pc.if_else(pc.equal(column, ""), None, column) for column in trimmed]
    return empty[0] if len(empty) == 1 else pc.binary_join_element_wise(*empty, _SEPARATOR)


def _unique(
    join: Join, keys: pa.Array, columns: dict[str, pa.Array], origins: list[tuple[str, NDArray[np.int64]]]
) -> pa.Array:
    """Return the positions of the rows to keep, one for each key. Raises ImportFailed."""
    codes = keys.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    positions = np.flatnonzero(codes >= 0)
    chosen, first = np.unique(codes[positions], return_index=True)
    if len(chosen) == len(positions):
        return pa.array(positions)
    if join.repeats == "last":
        _, from_end = np.unique(codes[positions][::-1], return_index=True)
        return pa.array(np.sort(positions[len(positions) - 1 - from_end]))
    kept = positions[first]
    if join.repeats == "reject":
        first_of = dict(zip(chosen.tolist(), kept.tolist(), strict=True))
        for position in np.setdiff1d(positions, kept).tolist():
            earlier = first_of[int(codes[position])]
            values = [[column[row].as_py() for column in columns.values()] for row in (earlier, position)]
            if values[0] != values[1]:
                raise _repeated(keys[position].as_py(), earlier, position, origins)
    return pa.array(np.sort(kept))


def _repeated(
    key: str, earlier: int, later: int, origins: list[tuple[str, NDArray[np.int64]]]
) -> ImportFailed:
    places = []
    for position in (earlier, later):
        for name, numbers in origins:
            if position < len(numbers):
                places.append(f"{name} row {numbers[position]}")
                break
            position -= len(numbers)
    return ImportFailed(
        f"The key {key.replace(_SEPARATOR, ', ')} of a join occurs twice with different values: "
        f"{' and '.join(places)}.",
        "Correct the file, or set `repeats: first` or `repeats: last` in the join.",
    )
