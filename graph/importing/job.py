"""Runs an import: schema, tables, participations, and a check of every count at the end."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.connection import Graph
from graph.errors import ImportFailed
from graph.importing.ledger import Batch, Ledger, default_threads
from graph.importing.table import Source, Table
from graph.progress import Progress
from graph.schema import migrate

# A redemption says more about a campaign than a purchase that might have happened anyway.
PURCHASE_WEIGHT = 1.0
REDEMPTION_WEIGHT = 3.0


@dataclass(frozen=True)
class ImportReport:
    """What an import found and did."""

    dataset: str
    loaded_rows: int
    counts: dict[str, int]


def import_source(graph: Graph, source: Source, progress: Progress) -> ImportReport:
    """Bring `source` into the graph; a second run changes nothing.

    Raises ImportFailed where the graph's counts differ from the source's at the end.
    """
    migrate(graph)
    checksum = source.checksum()
    ledger = Ledger(graph, source.dataset, checksum)
    loaded = 0
    for table in source.tables():
        advance = progress.stage(f"Importing {table.statement.replace('_', ' ')}", len(table))
        # Only tables grouped by user can be loaded side by side without waiting on locks.
        threads = default_threads() if table.statement == "purchases" else 1
        loaded += ledger.load(_batches(table, source, checksum), advance, threads)
    loaded += _derive_participations(source, ledger, checksum, progress)
    counts = _check(graph, source)
    # An import that was cut off before this point has loaded everything and recorded nothing.
    if loaded or not graph.run("runs/dataset", dataset=source.dataset):
        _record(graph, source, checksum)
    return ImportReport(source.dataset, loaded, counts)


def _batches(table: Table, source: Source, checksum: str) -> Iterator[Batch]:
    zone = {"zone": source.zone} if table.zoned else {}
    for index, (size, rows) in enumerate(table.batches()):
        parameters = {"dataset": source.dataset, "rows": rows, **zone}
        yield Batch(
            f"{table.statement}/{checksum}/{index:06}",
            table.statement,
            size,
            f"importing/{table.statement}",
            parameters,
        )


def _derive_participations(source: Source, ledger: Ledger, checksum: str, progress: Progress) -> int:
    campaigns = source.campaign_ids()
    advance = progress.stage("Deriving participations", len(campaigns))
    batches = (
        Batch(
            f"participations/{checksum}/{campaign}",
            "participations",
            1,
            "importing/derive_participations",
            {
                "dataset": source.dataset,
                "campaign": campaign,
                "purchase_weight": PURCHASE_WEIGHT,
                "redemption_weight": REDEMPTION_WEIGHT,
            },
        )
        for campaign in campaigns
    )
    return ledger.load(batches, advance, threads=1)


def _check(graph: Graph, source: Source) -> dict[str, int]:
    found = {row["what"]: row["rows"] for row in graph.run("importing/counts", dataset=source.dataset)}
    expected = source.expected_counts()
    off = [f"{what}: {found.get(what, 0)} of {n}" for what, n in expected.items() if found.get(what, 0) != n]
    if off:
        raise ImportFailed(
            "The graph does not hold what the source has: " + "; ".join(off) + ".",
            "Import again under another --dataset; or start over with an empty database (the local one: "
            "`groundswell db reset`).",
        )
    return {what: found[what] for what in expected}


def _record(graph: Graph, source: Source, checksum: str) -> None:
    graph.run(
        "importing/record_run",
        dataset=source.dataset,
        id=f"import/{checksum}",
        source=type(source).__name__,
        zone=source.zone,
        purchase_weight=PURCHASE_WEIGHT,
        redemption_weight=REDEMPTION_WEIGHT,
    )
