"""The files of a folder that a mapping names, by table."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import ImportFailed
from graph.importing.contract import TABLES
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.source import Source
from graph.importing.reading.blocks import digest_and_count
from graph.importing.reading.column_check import check_columns
from graph.importing.values.rows import mapped_columns
from graph.progress import Progress


@dataclass(frozen=True)
class InputFile:
    """One file as the source of one table.

    Attributes
    ----------
    table
        The table of the contract.
    name
        The path relative to the folder.
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
    """

    table: str
    name: str
    path: Path
    source: Source
    digest: str
    checksum: str
    rows: int


@dataclass
class InputFiles:
    """The input files of one import."""

    folder: Path
    mapping: Mapping
    inputs: list[InputFile] = field(default_factory=list)

    def tables(self) -> Iterator[tuple[str, list[InputFile]]]:
        """Yield each mapped table with its files, in loading order."""
        for name in TABLES:
            inputs = [file for file in self.inputs if file.table == name]
            if inputs:
                yield name, inputs

    @property
    def files(self) -> dict[str, str]:
        """The checksum of each file, by name."""
        return {file.name: file.checksum for file in self.inputs}


def open_input_files(folder: Path, mapping: Mapping, progress: Progress) -> InputFiles:
    """Find the files that the mapping names.

    Raises
    ------
    ImportFailed
        One is missing, unreadable, or lacks a column that the mapping names.
    """
    sources = [
        (table, source, path)
        for table, sources in mapping.tables.items()
        for source in sources
        for path in _matching(folder, table, source)
    ]
    files = InputFiles(folder, mapping)
    advance = progress.stage("Reading files", len(sources))
    for table, source, path in sources:
        checksum, rows = digest_and_count(path, source)
        check_columns(path, source, mapped_columns(source))
        name = path.relative_to(folder).as_posix()
        digest = mapping.digest_of(source)
        files.inputs.append(InputFile(table, name, path, source, digest, checksum, rows))
        advance(1)
    return files


def _matching(folder: Path, table: str, source: Source) -> list[Path]:
    paths = []
    for pattern in source.files:
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise ImportFailed(
                f"Mapping, table {table}: file {pattern!r} is outside {folder}.",
                "Give paths relative to the folder.",
            )
        matching = sorted(path for path in folder.glob(pattern) if path.is_file())
        if not matching:
            raise ImportFailed(
                f"Mapping, table {table}: no file matches {pattern!r} in {folder}.",
                "Correct `files` in the mapping.",
            )
        paths += [path for path in matching if path not in paths]
    return paths
