"""Decides the time zone of a delivery, or asks where its times have a clock and no offset."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graph.errors import ImportFailed
from graph.importing.contract import TABLES
from graph.importing.exports.fit import names_of
from graph.importing.inference.draft import Ask, Draft, DraftSource, Noted, plain
from graph.importing.inference.files.inspected_file import InspectedFile, index_by_name
from graph.importing.inference.formats.zone_columns import stated_zone
from graph.importing.mapping.formats import parts_of
from graph.importing.reading.cells import texts
from graph.importing.reading.numbered_columns import read_numbered_columns
from graph.importing.values.masks import is_true

_HAS_CLOCK = (
    r"\d:\d\d|[T ]\d{4,6}\b|\d [0-2]?\d(?:h|[.h]\d\d)(?:\.\d\d)?(?: |$)"
    r"|^20\d{10}(\d\d)?$|\d ?[AaPp]\.? ?[Mm]\b|[上下]午|^\d{5}[.,]\d+$"
)
"""A time of day, also that of a serial day like 45123.5."""
_IS_MIDNIGHT = r"(^|[T ])0?0:00(:00([.,]0+)?)?$"
_UTC = {"Z", "z", "UTC", "GMT", "+00", "+00:00", "+0000", "-00:00"}
_HAS_OFFSET = r"(?:\d:\d\d(?::\d\d(?:[.,]\d+)?)?|T\d{4,6}) ?(?P<offset>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)$"


def decide_zone(draft: Draft, files: Sequence[InspectedFile]) -> Noted | Ask | None:
    """Return the time zone that a column states, or the question for it; None where all are dates or in UTC.

    Times that all have other offsets state moments, but not in which zone their days are counted.
    """
    by_name = index_by_name(files)
    if stated := stated_zone(draft, by_name):
        return stated
    offsets: dict[str, str] = {}
    for source in draft.sources:
        for column, file, found in _times(source, by_name):
            if (example := _local_time(found)) is not None:
                place = f"{' and '.join(parts_of(column))} of {file}"
                return Ask(
                    f"In which time zone are times like {example} ({place})? The zone also defines the days. "
                    "Answer with a name like Europe/Berlin, America/New_York or UTC"
                )
            offsets = {
                offset: f"{example} ({column} of {file})" for offset, example in _offsets(found)
            } | offsets
    return _ask_zone_of_days(offsets) if offsets and not _UTC & set(offsets) else None


def _ask_zone_of_days(offsets: dict[str, str]) -> Ask:
    """Return the question in which zone days are counted; each offset of the times has an example."""
    first = next(iter(offsets))
    fixed = f"{first} in all rows that were read" if len(offsets) == 1 else " and ".join(sorted(offsets))
    hours = re.fullmatch(r"([+-])0?(\d\d?):?00", first)
    # The signs of these zones are those of POSIX.
    named = f"Etc/GMT{'-' if hours[1] == '+' else '+'}{hours[2]}" if hours and len(offsets) == 1 else ""
    also = f", or {named} if the clocks there never change" if named else ""
    return Ask(
        f"In which time zone are days counted? Times like {offsets[first]} have the offset {fixed}, which is "
        f"not UTC. Answer like Europe/Berlin or America/New_York{also}"
    )


def _times(source: DraftSource, by_name: dict[str, InspectedFile]) -> Iterator[tuple[str, str, pa.Array]]:
    """Yield the columns of times, their file and their rows, block by block, unless their zone is stated."""
    settings = source.settings
    fields = [field.name for field in TABLES[source.table].fields if field.kind == "time"]
    for field in [*fields, "at"] if "window" in settings else fields:
        column = settings["columns"].get(field)
        if column is None or (isinstance(column, dict) and "zone" in column):
            continue
        names = settings["files"] if isinstance(settings["files"], list) else [settings["files"]]
        for file in (by_name[name] for name in names if name in by_name):
            columns = file.times if isinstance(column, Ask) else names_of(column)
            for name in columns:
                for found in _rows(name, file, settings, by_name):
                    yield name, file.origin(name)[0].name, found


def _rows(
    column: str, file: InspectedFile, settings: dict[str, Any], by_name: dict[str, InspectedFile]
) -> Iterator[pa.Array]:
    """Yield the rows of a column of `file` and its series, or of a file that is joined to it."""
    joined = [name for join in settings.get("join", ()) for name in names_of(join["files"])]
    header = plain(settings.get("header", file.source.header))
    own = file.source.model_copy(update={"rows": settings.get("rows"), "header": header})
    candidates = [(file, own, column)]
    for other in (by_name[name] for name in joined if name in by_name):
        candidates.append((other, other.source, column.removeprefix(f"{other.name}:")))
    for candidate, reading, name in candidates:
        found = False
        for part in [candidate, *candidate.further_files]:
            own = reading.model_copy(update={"sheet": part.source.sheet})
            blocks = read_numbered_columns(
                part.as_found_file, own, [name], candidate.joined, candidate.missing
            )
            try:
                for _, columns in blocks:
                    found = True
                    yield texts(columns[name])
            except ImportFailed:
                continue  # The column is one of another file.
        if found:
            return


def _offsets(column: pa.Array) -> list[tuple[str, str]]:
    """Return the offsets of times with a clock, each with an example."""
    text = pc.utf8_trim_whitespace(column)
    ends = pc.extract_regex(text, _HAS_OFFSET)
    if not is_true(ends.is_valid()).any():
        return []
    offsets = pc.struct_field(ends, "offset").dictionary_encode()
    found = offsets.dictionary.to_pylist()
    return [
        (str(name), str(text[pc.index(offsets.indices, number).as_py()])) for number, name in enumerate(found)
    ]


def _local_time(column: pa.Array) -> str | None:
    """Return the first time of day without an offset."""
    text = pc.utf8_trim_whitespace(column)
    is_local = is_true(pc.match_substring_regex(text, _HAS_CLOCK))
    is_local &= ~is_true(pc.match_substring_regex(text, _IS_MIDNIGHT))
    is_local &= ~is_true(pc.match_substring_regex(text, _HAS_OFFSET))
    return str(text[int(is_local.argmax())].as_py()) if is_local.any() else None
