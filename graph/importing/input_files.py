"""A delivery: the files of a folder as a mapping sees them, table by table."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import ImportFailed
from graph.importing.blocks import survey
from graph.importing.contract import TABLES
from graph.importing.mapping import Mapping, Source
from graph.progress import Progress


@dataclass(frozen=True)
class Input:
    """One file as one table's source; `rows` is about how many it has."""

    table: str
    name: str
    path: Path
    source: Source
    digest: str
    checksum: str
    rows: int


@dataclass
class Delivery:
    """What there is to import."""

    folder: Path
    mapping: Mapping
    inputs: list[Input] = field(default_factory=list)

    def tables(self) -> Iterator[tuple[str, list[Input]]]:
        """Every mapped table with its files, in the order of loading."""
        for name in TABLES:
            inputs = [one for one in self.inputs if one.table == name]
            if inputs:
                yield name, inputs

    @property
    def files(self) -> dict[str, str]:
        """The checksum of each file."""
        return {one.name: one.checksum for one in self.inputs}


def open_delivery(folder: Path, mapping: Mapping, progress: Progress) -> Delivery:
    """Find and survey the files. Raises ImportFailed where one that the mapping names is not there."""
    found = [
        (table, source, path)
        for table, sources in mapping.tables.items()
        for source in sources
        for path in _matching(folder, table, source)
    ]
    delivery = Delivery(folder, mapping)
    advance = progress.stage("Reading files", len(found))
    for table, source, path in found:
        checksum, rows = survey(path, source)
        name = path.relative_to(folder).as_posix()
        delivery.inputs.append(Input(table, name, path, source, mapping.digest_of(source), checksum, rows))
        advance(1)
    return delivery


def _matching(folder: Path, table: str, source: Source) -> list[Path]:
    paths = []
    for pattern in source.files:
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise ImportFailed(
                f"{table}: {pattern} lies outside of {folder}.", "Name files relative to the folder."
            )
        matching = sorted(path for path in folder.glob(pattern) if path.is_file())
        if not matching:
            raise ImportFailed(
                f"{table}: there is no file {pattern} in {folder}.", "Correct `files` in the mapping."
            )
        paths += [path for path in matching if path not in paths]
    return paths
