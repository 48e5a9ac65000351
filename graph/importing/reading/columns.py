"""The columns of input files: what there is, and an error where the mapping names something else."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from graph.errors import ImportFailed

_MAX_LISTED = 40


def require(path: Path, selected: Iterable[str], names: Iterable[str]) -> None:
    """Raise ImportFailed where a selected column is not among `names`; it lists similar names."""
    names = list(names)
    missing = [name for name in dict.fromkeys(selected) if name not in names]
    if missing:
        raise missing_columns(path, missing, names)


def missing_columns(path: Path, missing: list[str], names: list[str]) -> ImportFailed:
    """Return the error of columns that a file does not have."""
    similar = [name for column in missing if (name := nearest(column, names))]
    hint = f" (did you mean {', '.join(similar)}?)" if similar else ""
    listed = ", ".join(names[:_MAX_LISTED]) + (", ..." if len(names) > _MAX_LISTED else "")
    return ImportFailed(
        f"{path.name} has no column {', '.join(missing)}{hint}; its columns are {listed or 'unnamed'}.",
        "Correct `columns` or `delimiter` in the mapping.",
    )


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the most similar of `names`, ignoring case; None where none is similar."""
    by_lower = {other.lower(): other for other in names}
    (*_, found) = (None, *get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6))
    if found is None:
        # The last part of a path often is right where the way to it is not.
        last = name.lower().rpartition(".")[2]
        found = next((other for other in by_lower if other.rpartition(".")[2] == last), None)
    return by_lower[found] if found is not None else None


def unique_names(path: Path, names: list[str]) -> list[str]:
    """Return the names without surrounding space. Raises ImportFailed where one occurs twice."""
    names = [name.strip() for name in names]
    duplicates = {name for name in names if names.count(name) > 1 and name}
    if duplicates:
        raise ImportFailed(
            f"{path.name}: column name {', '.join(sorted(duplicates))} occurs twice.",
            "Rename one of the columns.",
        )
    return names
