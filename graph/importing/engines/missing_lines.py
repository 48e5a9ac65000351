"""Finds lines of earlier imports that a later file lacks, although it has their order.

The order was changed, or an export cut it in two: its first lines end one file, the others begin the next.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.engines.loaders import Target
from graph.importing.values.keys import SEPARATOR
from graph.importing.warnings import DataWarning

_LINE = ["user", "key", "object"]
_EXAMPLES = 5
Order = tuple[str, str]
"""User and key."""
Edges = Callable[[int], set[int]]
"""Returns the first and last moments of the files of an import."""


def missing_lines(
    earlier: pd.DataFrame, lines: pd.DataFrame, at_edges: frozenset[Order], edges: Edges
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find behaviours whose order a file has, without a line of their object.

    Parameters
    ----------
    earlier
        Behaviours of earlier imports with orders of the file: `user`, `key`, `object`, `at` and `import`.
    lines
        The lines of the file with these orders, left-out ones included: `user`, `key` and `object`.
    at_edges
        The orders of the first and the last row of the file.
    edges
        The first and last moments of the files of an import.

    Returns
    -------
    tuple of numpy.ndarray
        Which behaviours are missing, and which of them are of an order that an export cut in two: it begins
        or ends the file, began or ended one of their import, and both have no object in common.
    """
    missing = ~pd.MultiIndex.from_frame(earlier[_LINE]).isin(pd.MultiIndex.from_frame(lines[_LINE]))
    if not missing.any():
        return missing, missing
    orders = pd.MultiIndex.from_frame(earlier[["user", "key"]])
    cut = missing & orders.isin(list(at_edges)) & ~orders.isin(orders[~missing])
    for place in np.flatnonzero(cut):
        at, number = earlier["at"].iloc[place], int(earlier["import"].iloc[place])
        cut[place] = at in edges(number)
    return missing, cut


@dataclass
class MissingLines:
    """Counts missing lines by file and order, batch by batch."""

    _removed: dict[str, Counter[str]] = field(default_factory=dict)
    _kept: dict[str, Counter[str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, file: str, removed: "Counter[str]", kept: "Counter[str]") -> None:
        """Add a batch: the numbers of lines that were taken out, and of those of cut orders, by key."""
        with self._lock:
            for counts, more in ((self._removed, removed), (self._kept, kept)):
                if more:
                    counts.setdefault(file, Counter()).update(more)

    def warnings(self, target: Target) -> list[DataWarning]:
        """Return a warning for each file and what became of the lines."""
        undo = f"`groundswell import undo {target.number} --dataset {target.mapping.dataset}`"
        found = []
        for file, orders in self._removed.items():
            lines = orders.total()
            text = (
                f"{file}: earlier imports had {lines:,} more lines of {len(orders):,} of its orders. They "
                "were taken out. If the file has only a part of these orders, undo this import "
                f"({undo}), and import all files of the export together."
            )
            found.append(DataWarning("removed_lines", text, lines, _examples(orders)))
        for file, orders in self._kept.items():
            lines = orders.total()
            text = (
                f"{file}: an earlier import had {lines:,} other lines of its first or last order. They "
                "stay, as of an order that an export cut in two. If the order was changed instead, import an "
                "export that has it between other orders."
            )
            found.append(DataWarning("cut_orders", text, lines, _examples(orders)))
        return found


def _examples(orders: "Counter[str]") -> list[str]:
    return [key.replace(SEPARATOR, ", ") for key in list(orders)[:_EXAMPLES]]
