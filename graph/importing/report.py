"""The outcome of an import."""

from dataclasses import dataclass, field
from pathlib import Path

from graph.importing.runs.row_counts import RowCounts
from graph.importing.warnings import DataWarning


@dataclass
class ImportReport:
    """The outcome of an import.

    Attributes
    ----------
    dataset, run, engine
        Data set, id of the import, and engine.
    tables
        Number of rows by outcome, by table.
    counts
        What the graph contains of the data set afterwards.
    participations, removed
        Numbers of participations that the import added, and of those that count no longer.
    tally
        How many of the behaviours in the delivery count as participation, in a sentence per kind.
    reloaded_imports
        Ids of imports whose files this one loaded anew, because the mapping reads them in another way.
    rejects
        The file of rejected rows, if any.
    reasons
        Number of rejected rows per reason.
    left_out
        A sentence for the files of each series of which rows were left out.
    warnings
        What should be looked at although no row is wrong.
    """

    dataset: str
    run: str
    engine: str
    tables: dict[str, RowCounts] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    participations: int = 0
    removed: int = 0
    reloaded_imports: list[str] = field(default_factory=list)
    rejects: Path | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    tally: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    warnings: list[DataWarning] = field(default_factory=list)

    @property
    def total(self) -> RowCounts:
        """The sum over all tables."""
        return RowCounts.sum(self.tables.values())
