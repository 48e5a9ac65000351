"""Files of one series, as the exports of several months, are drafted as one: by a pattern of their names.

So are the sheets of a workbook whose names differ in digits or months.
"""

from collections import defaultdict
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from graph.importing.inference.draft import Ask, Draft, DraftSource, Noted, plain
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.formats import as_list
from graph.importing.reading.data_files import divide_sheet, file_pattern, series_pattern
from graph.importing.values.hashes import row_hashes


def join_series(files: list[InspectedFile]) -> list[InspectedFile]:
    """Return `files` with one for those with the same columns and names that differ in digits or months."""
    groups: dict[str, list[InspectedFile]] = defaultdict(list)
    for file in files:
        groups[series_pattern(file.name)].append(file)
    joined: list[InspectedFile] = []
    for group in groups.values():
        pattern = file_pattern(group[0].name)
        if len(group) == 1 or not all(_alike(group[0], file) for file in group):
            joined += group
        elif [file for file in files if fnmatchcase(file.name, pattern)] == group:
            joined.append(_join(pattern, group, pattern))
        elif divide_sheet(pattern)[1] is not None:
            # Sheets like 2023 and 2024, whose pattern matches the others as well.
            joined.append(_join(pattern, group, [file.name for file in group]))
        else:
            joined += group
    return joined


def _alike(first: InspectedFile, other: InspectedFile) -> bool:
    unnamed: dict[str, Any] = {"files": [], "sheet": None}
    same = (first.names, first.typed, first.source.model_copy(update=unnamed))
    return (
        not (first.problem or other.problem)
        and same == (other.names, other.typed, other.source.model_copy(update=unnamed))
        and _settings(first) == _settings(other)
    )


def _settings(file: InspectedFile) -> dict[str, Any]:
    """Return what decides how a file is read, without comments; of questions, the choices."""
    values = {name: plain(value) for name, value in file.settings.items() if name not in ("files", "missing")}
    return {name: value.choose if isinstance(value, Ask) else value for name, value in values.items()}


def _join(name: str, files: list[InspectedFile], named: str | list[str]) -> InspectedFile:
    """Return `files` as one; the mapping names them by `named`."""
    first = files[0]
    missing = list(dict.fromkeys(text for file in files for text in file.missing))
    settings = first.settings | {"files": named} | ({"missing": missing} if missing != [""] else {})
    return replace(
        first,
        name=name,
        source=first.source.model_copy(update={"files": as_list(named)}),
        settings=settings,
        missing=missing,
        further_files=files[1:],
    )


def name_changed_series(draft: Draft) -> None:
    """Name sources of orders as one where a later export of the series has other columns or another encoding.

    Exports whose orders have their user, time and number (or product) in columns of the same name, in any
    letter case, are of one system: a later one replaces the orders that it has again.
    """
    groups: dict[tuple[str, ...], list[DraftSource]] = defaultdict(list)
    for source in draft.sources:
        files, columns = as_list(source.settings["files"]), source.settings["columns"]
        own = [columns.get(field) for field in ("user", "at", *source.replaces)]
        names = [" ".join(as_list(name)).casefold() for name in own if isinstance(name, str | list)]
        patterns = set(map(series_pattern, files))
        if source.replaces and len(patterns) == 1 and len(names) == len(own):
            groups[patterns.pop(), *names].append(source)
    for group, sources in groups.items():
        if len({str(source.settings["files"]) for source in sources}) > 1:
            note = "one system, whose later files have the last word on an order"
            for source in sources:
                settings = source.settings
                source.settings = {"files": settings["files"], "name": Noted(group[0], note), **settings}


def shared_rows(file: InspectedFile) -> int:
    """Return how many rows of a series are, whole, in an earlier file as well."""
    seen = np.empty(0, dtype=np.uint64)
    shared = 0
    for part in [file, *file.further_files]:
        own = replace(file, path=part.path, source=part.source, further_files=[])
        hashes = [row_hashes(frame) for frame in own.frames(file.names)]
        found = np.concatenate(hashes) if hashes else seen[:0]
        shared += int(np.isin(found, seen).sum())
        seen = np.union1d(seen, found)
    return shared
