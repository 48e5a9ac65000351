"""The columns of input files that no table uses."""

from collections import defaultdict

from graph.importing.mapping.formats import parts_of
from graph.importing.reading.blocks import JSON, format_of, read_header
from graph.importing.reading.input_files import InputFile, InputFiles


def unused_columns(files: InputFiles) -> dict[str, list[str]]:
    """Return the columns of each file that no table uses; files of which all are used are left out.

    JSON files are left out, too: their columns are paths, known only after all records are read.
    """
    used = used_columns(files)
    found: dict[str, list[str]] = {}
    for file in files.inputs:
        if file.name in found or format_of(file.path, file.source) in JSON:
            continue
        names = [name for name in read_header(file.path, file.source) if not is_used(name, used[file.name])]
        found[file.name] = list(filter(None, names))
    return {name: columns for name, columns in found.items() if columns}


def used_columns(files: InputFiles) -> dict[str, set[str]]:
    """Return the columns of each file that any table uses, those of files that are joined included."""
    used: dict[str, set[str]] = defaultdict(set)
    for file in files.inputs:
        # Columns of statuses that the mapping does not name are read to warn of them alone.
        watched = {name for name, statuses in file.source.statuses.items() if not statuses}
        used[file.name] |= set(file.joins.own) - watched
        for name in file.joins.checksums:
            used[name] |= _looked_up(file)
    return used


def _looked_up(file: InputFile) -> set[str]:
    """Return the columns that joins of `file` use in the joined files, keys included."""
    keys = {key for join in file.source.join for key in join.on.values()}
    others = {part for name in file.source.mapped_columns for part in parts_of(name)}
    # `customers.csv:name` names a column of a joined file.
    return keys | others | {name.rpartition(":")[2] for name in others}


def is_used(name: str, used: set[str]) -> bool:
    """Return whether a column, or of a nested one any part, is used."""
    return name in used or any(other.startswith((f"{name}.", f"{name}[")) for other in used)
