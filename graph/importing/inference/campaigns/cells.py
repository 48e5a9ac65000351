"""Reads cells of columns: one id each, or a list of ids."""

from collections.abc import Iterable

from graph.importing.exports.fit import names_of
from graph.importing.inference.draft import DraftSource, question_of
from graph.importing.inference.files.inspected_file import InspectedFile

_SEPARATORS = (";", "|", ",", "/", " ")
_NEARLY_ALL = 0.9
"""Share of the elements that must be known ids."""
_FEW = 2
"""Different ids that a column must have for it not to be chance."""


def distinct_values(file: InspectedFile, column: str) -> set[str]:
    """Return the different values in the first rows of a column."""
    return {value for value in file.values.get(column, []) if value}


def unused_by(source: DraftSource, file: InspectedFile) -> list[str]:
    """Return the columns of a file that its source does not use, times excluded."""
    columns = source.settings["columns"].values()
    used = {name for column in columns if not question_of(column) for name in names_of(column)}
    return [name for name in file.names if name not in used and name not in file.times]


def without_unused(comment: str, column: str) -> str:
    """Return a comment that no longer has `column` among those not used."""
    lines = []
    for line in comment.splitlines():
        start, mark, names = line.partition(": ")
        if start.startswith("not used of "):
            others = [name for name in names.split(", ") if name != column]
            line = f"{start}{mark}{', '.join(others)}" if others else ""
        lines.append(line)
    return "\n".join(filter(None, lines))


def find_separator(cells: Iterable[str], known: set[str]) -> str | None:
    """Return what divides cells into known ids: empty where each is one, None where they are none."""
    cells = list(cells)
    for mark in ("", *_SEPARATORS):
        parts = [part.strip() for cell in cells for part in (cell.split(mark) if mark else [cell])]
        found = [part for part in parts if part in known]
        if len(set(found)) >= _FEW and len(found) >= _NEARLY_ALL * sum(map(bool, parts)):
            return mark
    return None
