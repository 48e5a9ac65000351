"""What an import would do, without a database: every row validated, and a look at the first ones."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from graph.importing.contract import TABLES
from graph.importing.input_files import open_delivery
from graph.importing.ledger import Tally
from graph.importing.lines import Damage
from graph.importing.mapping import Mapping
from graph.importing.resolve import Resolver
from graph.progress import Progress

_SHOWN = 5
_EXAMPLES = 20


@dataclass
class Check:
    """What would become of each table's rows in an empty database."""

    tables: dict[str, Tally] = field(default_factory=dict)
    preview: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, Damage]] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        """Over all tables."""
        return Tally.of(self.tables.values())


def check_files(folder: Path, mapping: Mapping, progress: Progress) -> Check:
    """Read and validate everything. Raises ImportFailed where a file cannot be read."""
    delivery = open_delivery(folder, mapping, progress)
    check = Check()
    advance: list[Callable[[int], None]] = []

    def start(table: str, rows: int) -> None:
        advance[:] = [progress.stage(f"Checking {table.replace('_', ' ')}", rows)]
        check.tables.setdefault(table, Tally())

    for one in Resolver(mapping).run(delivery, start):
        table = one.source.table
        check.tables[table].add(one.tally)
        for damage in one.rejected:
            check.reasons[f"{one.source.name}: {damage.column} {damage.reason}".replace("  ", " ")] += 1
            if len(check.examples) < _EXAMPLES:
                check.examples.append((one.source.name, damage))
        shown = check.preview.setdefault(table, [])
        names = [name for name in one.rows.columns if name in TABLES[table].names]
        for place in range(min(_SHOWN - len(shown), len(one.rows))):
            shown.append({name: one.rows.columns[name][place].as_py() for name in names})
        advance[0](one.tally.read)
    return check
