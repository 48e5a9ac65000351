"""Sources of behaviours that name campaigns, and the names in their columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from graph.importing.exports.fit import names_of
from graph.importing.inference.draft import Ask, Draft, DraftSource, plain
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.reading.cells import texts
from graph.importing.reading.numbered_columns import read_numbered_columns


@dataclass(frozen=True)
class Reference:
    """A source of behaviours that names campaigns.

    Attributes
    ----------
    source, field
        The source, and the field with the names: campaign or object.
    file
        The file, or the first of them.
    by_column
        The names in each column; of several columns, the first with a value names the campaign.
    known
        How many of them are ids of campaigns.
    ids
        A few of these ids.
    """

    source: DraftSource
    field: str
    file: InspectedFile
    by_column: dict[str, set[str]]
    known: int
    ids: tuple[str, ...]

    @property
    def names(self) -> set[str]:
        """All names."""
        return set().union(*self.by_column.values())

    @property
    def column(self) -> str:
        """The column with the most names."""
        return max(self.by_column, key=lambda column: len(self.by_column[column]))


def naming_sources(draft: Draft) -> list[tuple[DraftSource, str]]:
    """Return the sources of behaviours that name campaigns, and the field that does."""
    found = []
    for source in draft.sources:
        columns = source.settings["columns"]
        if source.table != "behaviours":
            continue
        if "campaign" in columns and not isinstance(columns["campaign"], Ask):
            found.append((source, "campaign"))
        elif any(
            source is other and columns.get("object") == column for other, column in draft.campaign_columns
        ):
            found.append((source, "object"))
    return found


def campaign_names(
    draft: Draft, source: DraftSource, field: str, by_name: dict[str, InspectedFile]
) -> dict[str, set[str]]:
    """Return the distinct names of campaigns in each column of a source that names them."""
    settings = source.settings
    missing = {"", *_missing(draft.settings), *_missing(settings)}
    columns = names_of(settings["columns"][field])
    names: dict[str, set[str]] = {column: set() for column in columns}
    for file_name in files_of(source):
        file, rows, own = by_name[file_name], settings.get("rows"), columns
        prefix = next((f"{other}:" for other in by_name if columns[0].startswith(f"{other}:")), None)
        if prefix:
            # The column of a joined file.
            file, rows = by_name[prefix[:-1]], None
            own = [column.removeprefix(prefix) for column in columns]
        header = plain(settings.get("header", file.source.header))
        settings_read = {"rows": rows, "header": header}
        absent = missing | set(file.missing)
        parts = (
            read_numbered_columns(
                part.as_found_file,
                part.source.model_copy(update=settings_read),
                own,
                file.joined,
                sorted(absent),
            )
            for part in (file, *file.further_files)
        )
        for _, block in chain.from_iterable(parts):
            values = [texts(block[column]).fill_null("").to_pylist() for column in own]
            for row in set(zip(*values, strict=True)):
                named = ((column, value.strip()) for column, value in zip(columns, row, strict=True))
                column, value = next((pair for pair in named if pair[1] not in absent), (columns[0], ""))
                names[column].add(value)
    return {column: found - {""} for column, found in names.items()}


def _missing(settings: dict[str, Any]) -> Iterable[str]:
    missing = plain(settings.get("missing", []))
    return [missing] if isinstance(missing, str) else [] if isinstance(missing, Ask) else missing


def files_of(source: DraftSource) -> list[str]:
    """Return the names of the files of a source."""
    files = source.settings["files"]
    return [files] if isinstance(files, str) else list(files)
