"""The files of a folder that a mapping names, by table."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graph.errors import ImportFailed
from graph.importing.contract import TABLES
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.source import LINE_SETTINGS, Join, Source
from graph.importing.reading.blocks import JSON, Block, digest_and_count, format_of, read_blocks, read_header
from graph.importing.reading.folders import Folder, FoundFile
from graph.importing.reading.joins import Joins, open_joins
from graph.importing.reading.lines import Parsed
from graph.importing.reading.unread_files import unread_warning
from graph.importing.vocabulary.order_statuses import is_status
from graph.importing.warnings import DataWarning
from graph.progress import Progress


@dataclass(frozen=True)
class InputFile:
    """One file as the source of one table.

    Attributes
    ----------
    table
        The table of the contract.
    name
        The path relative to the folder, and the sheet where the mapping names one.
    path
        The file.
    source
        How the mapping reads it.
    digest
        Digest of the settings that decide how its rows are read.
    checksum
        SHA-256 of the file.
    rows
        Number of rows: exact for Parquet, else the number of lines.
    container
        The file of the folder that holds it: a .zip archive, or the file itself.
    joins
        Its columns, and those of other files that are joined to it.
    is_first
        Whether no source before reads the same lines. Only the first rejects lines that cannot be read.
    readers
        Number of sources of behaviours that read the file; of other tables, where it is of another table.
    keep
        Returns which rows to read; None: all. The others are in a later file as well.
    cut_orders
        Hashes of the keys of orders that continue in another file of the source; None: there are none.
    """

    table: str
    name: str
    path: Path
    source: Source
    digest: str
    checksum: str
    rows: int
    container: Path
    joins: Joins
    is_first: bool = True
    readers: int = 1
    keep: Callable[[Parsed], NDArray[np.bool_]] | None = None
    cut_orders: NDArray[np.uint64] | None = field(default=None, compare=False)

    def blocks(self) -> Iterator[Block]:
        """Yield its blocks with all columns that the mapping names. Raises ImportFailed."""
        for block in self.joins.blocks(read_blocks(self.path, self.source, self.joins.own)):
            chosen = block if self.keep is None else replace(block, parse=partial(_kept, block, self.keep))
            yield chosen if self.is_first else replace(chosen, parse=partial(_without_whole_lines, chosen))

    def uncounted(self) -> "InputFile":
        """Return the file for a look at its rows before they are loaded: its joins count none of them."""
        tables = [replace(table, unmatched=0, rows=0, examples=[]) for table in self.joins.tables]
        return replace(self, joins=replace(self.joins, tables=tables))


def _kept(block: Block, keep: Callable[[Parsed], NDArray[np.bool_]]) -> Parsed:
    """Return the rows of a block for which `keep` is true."""
    parsed = block.parse()
    chosen = keep(parsed)
    columns = {name: column.filter(pa.array(chosen)) for name, column in parsed.columns.items()}
    return Parsed(parsed.numbers[chosen], columns, parsed.errors)


@dataclass
class InputFiles:
    """The input files of one import."""

    folder: Path
    mapping: Mapping
    inputs: list[InputFile] = field(default_factory=list)
    joined: list[Path] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Data files of the folder that no source reads."""
    file_warnings: list[DataWarning] = field(default_factory=list)
    """Warnings about the files as a whole."""

    def tables(self) -> Iterator[tuple[str, list[InputFile]]]:
        """Yield each mapped table with its files, in loading order."""
        for name in TABLES:
            inputs = [file for file in self.inputs if file.table == name]
            if inputs:
                yield name, inputs

    @property
    def may_repeat_rows(self) -> bool:
        """Whether several files have behaviours of one type, and equal rows of theirs are loaded each."""
        files_of: dict[str, set[str]] = defaultdict(set)
        for file in self.inputs:
            if file.table == "behaviours":
                for name in self.mapping.types_of(file.source):
                    files_of[name].add(file.name)
        return self.mapping.duplicates == "keep" and any(len(names) > 1 for names in files_of.values())

    @property
    def unkeyed_series(self) -> set[str]:
        """The labels of sources of orders that read several files, and have no key to compare these by."""
        names: dict[str, set[str]] = defaultdict(set)
        for file in self.inputs:
            has_orders = "basket" in file.source.columns or file.source.may_leave_out_orders
            if file.table == "behaviours" and has_orders and not file.source.key:
                names[file.source.label].add(file.name)
        return {label for label, found in names.items() if len(found) > 1}

    @property
    def order_sources(self) -> set[str]:
        """The labels of sources of orders with numbers that read other files than each other, if several."""
        names: dict[str, set[str]] = defaultdict(set)
        for file in self.inputs:
            if file.table == "behaviours" and "basket" in file.source.columns:
                names[file.source.label].add(file.name)
        every = set.union(*names.values()) if names else set()
        return {label for label, found in names.items() if found != every}

    @property
    def files(self) -> dict[str, str]:
        """The checksum of each file, joined ones included, by name."""
        own = {file.name: file.checksum for file in self.inputs}
        return own | {name: sha for file in self.inputs for name, sha in file.joins.checksums.items()}

    @property
    def containers(self) -> list[Path]:
        """The files of the folder that hold the input: archives in place of their members."""
        return sorted({file.container for file in self.inputs} | set(self.joined))

    def warnings(self) -> list[DataWarning]:
        """Return the numbers of rows that joins left without a partner, of the rows read so far."""
        found = [table.warning(file.name) for file in self.inputs for table in file.joins.tables]
        return [*self.file_warnings, *(warning for warning in found if warning)]

    def unread_warnings(self) -> list[DataWarning]:
        """Return the warning of data files that no table reads, if any."""
        return [unread_warning(self.unread, self.files, self.mapping)] if self.unread else []


def open_input_files(folder: Path, mapping: Mapping, progress: Progress) -> InputFiles:
    """Find the files that the mapping names in a folder or .zip archive.

    Of behaviours that count, statuses of orders are read to warn of orders that are taken back, also where
    the mapping does not name their column.

    Parameters
    ----------
    folder, mapping, progress
        The delivery, how it is read, and what receives the stage.

    Raises
    ------
    ImportFailed
        A file is missing, unreadable, lacks a column that the mapping names, or is read twice.
    """
    opened = Folder(folder)
    sources = [
        (table, source, file, [(join, _matching(opened, table, join.files)) for join in source.join])
        for table, sources in mapping.tables.items()
        for source in sources
        for file in _matching(opened, table, source.files)
    ]
    files = InputFiles(folder, mapping)
    advance = progress.stage("Reading files", len(sources))
    for table, settings, file, joined in sources:
        source = file.read_as(settings)
        if table == "behaviours" and mapping.counts(source):
            source = _with_statuses(file, source, mapping)
        checksum, rows = digest_and_count(file.path, source)
        missing = mapping.value_format(source).missing
        joins = open_joins(file, source, source.mapped_columns, joined, missing)
        digest = joins.digest(mapping.digest_of(source))
        files.inputs.append(
            InputFile(table, file.name, file.path, source, digest, checksum, rows, file.container, joins)
        )
        files.joined += [other.container for other in _joined_files(joined)]
        advance(1)
    _refuse_second_readings(files.inputs)
    files.inputs = _compare_sources(files.inputs)
    read = {(file.path, file.sheet or source.sheet) for _, source, file, _ in sources}
    for _, _, _, joined in sources:
        read |= {(file.path, file.sheet or join.sheet) for join, found in joined for file in found}
    files.unread = opened.unread(read)
    return files


def _with_statuses(file: FoundFile, source: Source, mapping: Mapping) -> Source:
    """Return `source` with the columns of statuses that no source of the mapping names."""
    if format_of(file.path, source) in (*JSON, "parquet"):
        return source  # Columns of JSON are known too late; digests of Parquet blocks depend on them.
    named = {name for other in mapping.tables["behaviours"] for name in other.mapped_columns}
    found = [name for name in read_header(file.path, source) if is_status(name) and name not in named]
    return source.model_copy(update={"statuses": source.statuses | dict.fromkeys(found, [])})


def _without_whole_lines(block: Block) -> Parsed:
    """Return the rows of a block without the errors of whole lines."""
    parsed = block.parse()
    return parsed._replace(errors=[error for error in parsed.errors if error.column])


def _refuse_second_readings(inputs: list[InputFile]) -> None:
    """Refuse a file that two sources of a table read in the same way: its rows would count twice."""
    first: dict[tuple[str, str, str], InputFile] = {}
    for file in inputs:
        other = first.setdefault((file.table, file.name, file.digest), file)
        if other is not file:
            patterns = " and ".join(", ".join(source.files) for source in (other.source, file.source))
            raise ImportFailed(
                f"Mapping, table {file.table}: two sources read {file.name} in the same way ({patterns}), "
                "so its rows would be loaded twice.",
                "Leave the file out of the `files` of one of them.",
            )


def _compare_sources(inputs: list[InputFile]) -> list[InputFile]:
    """Find out which source is loaded first of those that read the same lines, and how many there are."""
    seen: set[tuple[str, str]] = set()
    readers: Counter[tuple[str, bool]] = Counter()
    first: dict[int, bool] = {}
    for position in sorted(range(len(inputs)), key=lambda i: list(TABLES).index(inputs[i].table)):
        file = inputs[position]
        lines = (file.name, file.source.model_dump_json(include=set(LINE_SETTINGS)))
        first[position] = lines not in seen
        if file.source.window is None:  # Campaigns made of their uses reject and leave out no line.
            seen.add(lines)
            readers[file.name, file.table == "behaviours"] += 1
    return [
        replace(file, is_first=first[position], readers=readers[file.name, file.table == "behaviours"])
        for position, file in enumerate(inputs)
    ]


def _joined_files(joined: list[tuple[Join, list[FoundFile]]]) -> list[FoundFile]:
    return [file for _, files in joined for file in files]


def _matching(folder: Folder, table: str, patterns: list[str]) -> list[FoundFile]:
    found: list[FoundFile] = []
    for pattern in patterns:
        matching = folder.match(pattern)
        if not matching:
            raise ImportFailed(
                f"Mapping, table {table}: no file matches {pattern!r} in {folder.path}.",
                "Correct `files` in the mapping.",
            )
        found += [file for file in matching if file not in found]
    return found
