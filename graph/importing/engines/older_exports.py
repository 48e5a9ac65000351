"""Notices an export that is loaded after a later one of its source, and replaces what that one has."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

import pandas as pd

from graph.importing.engines.loaders import Target
from graph.importing.engines.sources import relation_of
from graph.importing.mapping.source import Source
from graph.importing.values.plausible_times import latest_plausible
from graph.importing.warnings import DataWarning


@dataclass
class _Export:
    """What is known of one file: its source, its last moment, and the imports whose behaviours it changes."""

    source: Source
    end: float = 0
    replaced: Counter[int] = field(default_factory=Counter)
    """Number of replaced behaviours by their import."""
    restored: Counter[int] = field(default_factory=Counter)
    """Number of rows that an import lacks although it has their order or took it out, by that import."""


class OlderExports:
    """The files of an import that replace behaviours, added batch by batch."""

    def __init__(self) -> None:
        self._exports: dict[str, _Export] = {}
        self._lock = Lock()

    def add(
        self,
        file: str,
        source: Source,
        moments: "pd.Series[float]",
        replaced: Counter[int],
        restored: Counter[int],
    ) -> None:
        """Add a batch: the moments of its rows, and the imports whose behaviours or removals it replaces."""
        end = moments[moments < latest_plausible()].max()
        with self._lock:
            export = self._exports.setdefault(file, _Export(source))
            export.end = max(export.end, 0 if pd.isna(end) else float(end))
            export.replaced += replaced
            export.restored += restored

    def warnings(self, target: Target, ends: Mapping[int, Mapping[str, int]]) -> list[DataWarning]:
        """Return a warning for each file that ends before an import whose orders it changes.

        Parameters
        ----------
        target
            The import.
        ends
            The last moment of each file of behaviours of earlier imports, by number of the import.
        """
        found = []
        for file, export in self._exports.items():
            for number in sorted({*export.replaced, *export.restored}):
                end = _end_of(export.source, target, ends.get(number, {}))
                if export.end < end:
                    found.append(_warning(file, export, number, end, target))
        return found


def _warning(file: str, export: _Export, number: int, end: float, target: Target) -> DataWarning:
    zone, replaced, restored = target.mapping.zone, export.replaced[number], export.restored[number]
    own, other = (f"{pd.Timestamp(at, unit='ms', tz=zone):%Y-%m-%d %H:%M}" for at in (export.end, end))
    text = (
        f"{file} ends on {own}, before import/{number} ({other}). Still, {replaced:,} of its behaviours were "
        f"replaced, and {restored:,} rows were loaded that it does not have. If {file} is the older export, "
        f"undo this import: `groundswell import undo {target.number} --dataset {target.mapping.dataset}`."
    )
    return DataWarning("older_export", text, replaced + restored)


def _end_of(source: Source, target: Target, ends: Mapping[str, int]) -> int:
    """Return the last moment of those files of an import that are of `source`, or of all."""
    sources = target.mapping.tables["behaviours"]
    own = [end for file, end in ends.items() if relation_of(source, sources, None, [file]) == "same"]
    return max(own or ends.values(), default=0)
