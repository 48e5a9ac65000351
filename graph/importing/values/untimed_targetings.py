"""Counts targetings without a time beside others that have one: they count from the start of the campaign."""

from collections import Counter

from graph.importing.reading.input_files import InputFile
from graph.importing.values.rows import Rows
from graph.importing.warnings import DataWarning


class UntimedTargetings:
    """The targetings of each file with and without a time, added block by block."""

    def __init__(self) -> None:
        self._rows: Counter[tuple[str, str]] = Counter()
        self._without: Counter[tuple[str, str]] = Counter()

    def add(self, file: InputFile, rows: Rows) -> None:
        """Add the rows of one block of `file`."""
        if file.table == "targetings" and "at" in rows.columns:
            key = file.name, file.source.columns.get("at", "at")
            self._rows[key] += len(rows)
            self._without[key] += rows.columns["at"].null_count

    def warnings(self) -> list[DataWarning]:
        """Return a warning for each file of which some rows have a time and some have none."""
        return [
            DataWarning(
                "targetings_without_time",
                f"{file}: {without:,} of {rows:,} targetings have no {column}, so behaviours count from the "
                "start of their campaign, and for the others from that time on. If the campaign did not "
                f"reach these users, leave them out with `where: {{{column}: {{empty: false}}}}`. If "
                f"{column} states what users did then, take `at` out of `columns`.",
                without,
            )
            for (file, column), rows in self._rows.items()
            if 0 < (without := self._without[file, column]) < rows
        ]
