"""Warns of data files that no table reads, and says what to change where they continue others."""

import json
import re
from collections.abc import Collection
from fnmatch import fnmatchcase

from graph.importing.mapping.model import Mapping
from graph.importing.reading.data_files import file_pattern, series_pattern
from graph.importing.warnings import DataWarning

_MAX_LISTED = 20
_PLAIN = re.compile(r"[A-Za-z_][\w./*-]*")
"""A text that YAML takes as it is."""


def unread_warning(unread: list[str], read: Collection[str], mapping: Mapping) -> DataWarning:
    """Return the warning of `unread` files.

    Parameters
    ----------
    unread, read
        The files of the folder that nothing reads, and those that a source or a join reads.
    mapping
        The mapping.
    """
    one = len(unread) == 1
    found = unread[0] if one else f"{len(unread):,} files"
    text = f"{found} of the folder {'is' if one else 'are'} read by no table. "
    it = "it" if one else "one"
    if changes := _changes(unread, read, mapping):
        text += f"If {it} continues files that are read, write in the mapping: {'; '.join(changes)}."
    else:
        text += (
            f"If {it} belongs to a table, name it in the mapping: under `files` of a source with the same "
            "columns, or in a source of its own."
        )
    return DataWarning("unread_files", text, len(unread), [] if one else unread[:_MAX_LISTED])


def _changes(unread: list[str], read: Collection[str], mapping: Mapping) -> list[str]:
    """Return what to write in place of the names of files whose series goes on in `unread` ones."""
    changes: dict[str, None] = {}
    for table, sources in mapping.tables.items():
        for source in sources:
            changes |= dict.fromkeys(_change(f"under {table}", source.files, unread, read))
            for join in source.join:
                also = "" if join.repeats == "last" else " and `repeats: last`, as the later file counts,"
                changes |= dict.fromkeys(_change(f"in the join of {table}", join.files, unread, read, also))
    return list(changes)


def _change(
    place: str, files: list[str], unread: list[str], read: Collection[str], also: str = ""
) -> list[str]:
    """Return what to write in place of `files` of a source or join, if they all are of one unread series."""
    pattern = file_pattern(files[0])
    others = [name for name in read if fnmatchcase(name, pattern) and name not in files]
    is_series = len({series_pattern(name) for name in files}) == 1 and pattern not in files
    if others or not is_series or not any(fnmatchcase(name, pattern) for name in unread):
        return []
    quoted = pattern if _PLAIN.fullmatch(pattern) else json.dumps(pattern, ensure_ascii=False)
    return [f"`files: {quoted}`{also} in place of {', '.join(files)} {place}"]
