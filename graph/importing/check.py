"""Validates every row of an import without a database, and previews the first rows."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from graph.importing.contract import TABLES
from graph.importing.engines.resolve import Resolver
from graph.importing.ledger import RowCounts
from graph.importing.mapping.model import Mapping
from graph.importing.reading.input_files import open_input_files
from graph.importing.reading.lines import RowError
from graph.progress import Progress

_PREVIEW_ROWS = 5
_MAX_EXAMPLES = 20


@dataclass
class Check:
    """The outcome that an import into an empty database would have.

    Attributes
    ----------
    tables
        Number of rows by outcome, by table.
    preview
        The first rows of each table.
    reasons
        Number of rejected rows per reason.
    examples
        File and error of the first rejected rows.
    """

    tables: dict[str, RowCounts] = field(default_factory=dict)
    preview: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, RowError]] = field(default_factory=list)

    @property
    def total(self) -> RowCounts:
        """The sum over all tables."""
        return RowCounts.sum(self.tables.values())


def check_files(folder: Path, mapping: Mapping, progress: Progress) -> Check:
    """Read and validate all files. Raises ImportFailed where a file cannot be read."""
    files = open_input_files(folder, mapping, progress)
    check = Check()
    advance: list[Callable[[int], None]] = []

    def on_table(table: str, rows: int) -> None:
        advance[:] = [progress.stage(f"Checking {table.replace('_', ' ')}", rows)]
        check.tables.setdefault(table, RowCounts())

    for resolved in Resolver(mapping).run(files, on_table):
        file, rows = resolved.source, resolved.rows
        check.tables[file.table].add(resolved.counts)
        for error in resolved.rejected:
            check.reasons[f"{file.name}: {error.column} {error.reason}".replace("  ", " ")] += 1
            if len(check.examples) < _MAX_EXAMPLES:
                check.examples.append((file.name, error))
        preview = check.preview.setdefault(file.table, [])
        names = [name for name in rows.columns if name in TABLES[file.table].names]
        for i in range(min(_PREVIEW_ROWS - len(preview), len(rows))):
            preview.append({name: rows.columns[name][i].as_py() for name in names})
        advance[0](resolved.counts.read)
    return check
