"""Tells whether behaviours of earlier imports came from the source that a later file belongs to.

Behaviours carry the label of their source where the mapping replaces any. Of others, the ledger knows the
files of their import.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.mapping.source import DIVIDER, Source
from graph.importing.reading.data_files import series_pattern
from graph.importing.warnings import DataWarning

Relation = Literal["same", "other", "unknown"]
"""`unknown`: of no source of the mapping, as of one that was renamed, or of an import of several sources."""


def relation_of(
    source: Source, sources: Collection[Source], label: str | None, files: Collection[str]
) -> Relation:
    """Return how `source` is related to that of earlier behaviours.

    Parameters
    ----------
    source, sources
        A source of behaviours, and all of its mapping.
    label
        The label that the behaviours carry.
    files
        The files of their import, which count where there is no label.
    """
    if label is not None:
        return _relation(source, sources, label)
    found = {_relation(source, sources, file) for file in files}
    return found.pop() if len(found) == 1 else "unknown"


def _relation(source: Source, sources: Collection[Source], label: str) -> Relation:
    others = {other.label for other in sources} - {source.label}
    if label == source.label:
        return "same"
    if label in others:
        return "other"
    if _is_like(label, source.label):
        return "same"
    return "other" if any(_is_like(label, other) for other in others) else "unknown"


def _is_like(label: str, other: str) -> bool:
    """Return whether two labels may name one series of files."""
    return any(
        fnmatchcase(name, pattern)
        or fnmatchcase(pattern, name)
        or series_pattern(name) == series_pattern(pattern)
        for name in label.split(DIVIDER)
        for pattern in other.split(DIVIDER)
    )


def of_source(
    old: pd.DataFrame,
    again: pd.DataFrame,
    source: Source,
    sources: Collection[Source],
    files: Mapping[int, Collection[str]],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which behaviours may be replaced, and which stay although they may be of `source`.

    Those of unknown source may be replaced where an order of the same time has their key `again`. They stay
    without a word where an order of `source` has their key, too. `old` gets the column `relation`.
    """
    distinct = old[["source", "import"]].drop_duplicates()
    distinct["relation"] = [
        relation_of(source, sources, label or None, files.get(number, ()))
        for label, number in distinct.itertuples(index=False)
    ]
    old["relation"] = relation = old[["source", "import"]].merge(distinct, how="left")["relation"].to_numpy()
    unknown = relation == "unknown"
    of_time, of_key = (
        pd.MultiIndex.from_frame(old[names]) for names in (["user", "key", "at"], ["user", "key"])
    )
    same_time = of_time.isin(pd.MultiIndex.from_frame(again[["user", "key", "at"]]))
    same = (relation == "same") | (unknown & same_time)
    return same, unknown & ~same & ~of_key.isin(of_key[relation == "same"])


@dataclass
class UnknownSources:
    """Counts behaviours of unknown source whose user and key a later file has again."""

    _replaced: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Number of behaviours, by file and where they are from."""
    _kept: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def add(self, file: str, replaced: Counter[str], kept: Counter[str]) -> None:
        """Add those of one batch of `file`, by where they are from."""
        with self._lock:
            for counts, more in ((self._replaced, replaced), (self._kept, kept)):
                counts.update({(file, origin): number for origin, number in more.items()})

    def warnings(self) -> list[DataWarning]:
        """Return a warning for each file and what it has again."""
        found = []
        for (file, origin), rows in self._replaced.items():
            way = _way(origin, "import both sources by one mapping")
            text = (
                f"{file}: {rows:,} of the replaced behaviours are of {origin}, which is no source of the "
                "mapping now. Their user, time, and order or id are the same. If they are other orders, undo "
                f"this import, and {way}."
            )
            found.append(DataWarning("replaced_of_unknown_source", text, rows))
        for (file, origin), rows in self._kept.items():
            way = _way(origin, f"set `name: {json.dumps(origin)}` for {file}, and import it again")
            text = (
                f"{file}: {rows:,} behaviours of {origin}, which is no source of the mapping now, have the "
                "same user and order or id, but another time: both are kept. If they are the same orders, "
                f"undo this import, {way}."
            )
            found.append(DataWarning("kept_of_unknown_source", text, rows))
        return found


def _way(origin: str, with_label: str) -> str:
    """Return what to do where the source of behaviours was not recognised."""
    if origin.startswith("import/"):
        return f"undo {origin}, too, and import the files of both again: the sources are recorded now"
    return with_label


def origins(behaviours: pd.DataFrame) -> "Counter[str]":
    """Return the number of behaviours by the label of their source, or their import where they have none."""
    imports = "import/" + behaviours["import"].astype(str)
    return Counter(behaviours["source"].where(behaviours["source"].notna(), imports).tolist())
