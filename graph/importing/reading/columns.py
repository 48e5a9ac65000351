"""The columns of input files: what there is, and an error where the mapping names something else."""

import re
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

from graph.errors import ImportFailed

_MAX_LISTED = 40
_SIMILAR = 0.6


def require(path: Path, selected: Iterable[str], names: Iterable[str]) -> None:
    """Raise ImportFailed where a selected column is not among `names`; it lists similar names."""
    present = dict.fromkeys(names)
    missing = [name for name in dict.fromkeys(selected) if name not in present]
    if missing:
        raise missing_columns(path, missing, list(present))


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
    """Return the most similar of `names`, as a whole or by its last part, ignoring case; None if none is."""
    scores = {}
    for other in names:
        pairs = [
            (text, part) for text in (name.lower(), _last(name)) for part in (other.lower(), _last(other))
        ]
        scores[other] = max(SequenceMatcher(None, text, part).ratio() for text, part in pairs)
    best = max(scores, key=lambda other: scores[other], default=None)
    return best if best is not None and scores[best] >= _SIMILAR else None


def _last(name: str) -> str:
    """Return the last part of a path, or the column of `customers.csv:name`."""
    return re.split(r"[.:]", name.lower())[-1]


def unique_names(path: Path, names: list[str]) -> list[str]:
    """Return the names without surrounding space. Raises ImportFailed where one occurs twice."""
    names = [name.strip() for name in names]
    duplicates = {name for name, count in Counter(names).items() if count > 1 and name}
    if duplicates:
        raise ImportFailed(
            f"{path.name}: column name {', '.join(sorted(duplicates))} occurs twice.",
            "Rename one of the columns.",
        )
    return names
