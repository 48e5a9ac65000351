"""The bulk engine fills an empty database of the managed server with Neo4j's own importer.

It validates rows as the stream engine does and writes the accepted ones, with the ledger's entries, as CSV
files for the importer. The resulting graph is the same for both engines.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.connection import Graph, Row
from graph.errors import ImportFailed
from graph.importing.contract import ENTITIES, LABELS
from graph.importing.engines.behaviours import VALUES
from graph.importing.engines.csv_files import CsvFiles, End, moments
from graph.importing.engines.engine import ImportEngine
from graph.importing.engines.resolve import ResolvedBlock, Resolver
from graph.importing.engines.units import is_whole
from graph.importing.reading.input_files import InputFiles
from graph.importing.runs.ledger import Segment, batch_id, ledger_entry
from graph.importing.runs.row_counts import RowCounts
from graph.importing.values.discounts import FIELDS as DISCOUNT_FIELDS
from graph.importing.values.masks import is_true
from graph.importing.values.rows import Rows
from graph.progress import Progress
from graph.server.bulk import build_store, replace_store
from graph.settings import Settings

Positions = dict[str, NDArray[np.int64]]
"""Position of each referenced id, by column."""
_LEASE_DURING_SWAP = timedelta(hours=1)


def bulk_obstacle(graph: Graph, settings: Settings) -> str | None:
    """Return why a bulk import is impossible, or None where it is possible."""
    if settings.neo4j_uri:
        return "NEO4J_URI names a server that Groundswell does not manage"
    if graph.single("importing/has_data")["has_data"]:
        return "the database is not empty"
    return None


@dataclass
class BulkEngine(ImportEngine):
    """Loads input files into an empty database."""

    settings: Settings
    _starts: list[int] = field(default_factory=list, init=False)
    """Start of each campaign, in milliseconds since the epoch."""
    _promoted: set[tuple[int, int]] = field(default_factory=set, init=False)
    """Campaign and product of each promotion."""
    _categories: dict[str, int] = field(default_factory=dict, init=False)
    """Position of each category."""

    def load(
        self, input_files: InputFiles, progress: Progress, on_counts: Callable[[str, RowCounts], None]
    ) -> None:
        """Build the database; call `on_counts` with table and outcomes of each block. It may raise to stop.

        Raises ImportFailed where another client loaded data in the meantime.
        """
        folder = self.settings.home.resolve() / "imports" / self.target.mapping.dataset / "bulk"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        resolver = Resolver(self.target.mapping, self.observer)
        with CsvFiles(folder, self.target.mapping.dataset, self.target.number) as files:
            for resolved in resolver.run(input_files, progress):
                self._write(files, resolver, resolved)
                self.tally.add_block(resolved.source.name, resolved.rows, resolved.rejected)
                on_counts(resolved.source.table, resolved.counts)
            dataset, number = self.target.mapping.dataset, self.target.number
            run = self.graph.single("importing/run", dataset=dataset, number=number)["properties"]
            files.write_run(run, self._lock())
        done = progress.stage("Building the database", 1)
        build_store(self.settings, files.arguments(), folder / "store", progress)
        done(1)
        if self.graph.single("importing/has_data")["has_data"]:
            raise ImportFailed(
                "Another client loaded data into the database while the new one was being built.",
                "Run the same command again: it will use the stream engine.",
            )
        replace_store(self.settings, folder / "store", progress)
        shutil.rmtree(folder, ignore_errors=True)

    def _lock(self) -> Row:
        """Return the lock of this import for the new database, so that the data set stays locked in it."""
        rows = self.graph.single("locks/properties", dataset=self.target.mapping.dataset)
        # Heartbeats extend the lease again as soon as the new database answers.
        expires = datetime.now(UTC) + _LEASE_DURING_SWAP
        return {**rows["properties"], "expires_at": expires.isoformat()}

    def _write(self, files: CsvFiles, resolver: Resolver, resolved: ResolvedBlock) -> None:
        table, rows = resolved.source.table, resolved.rows
        for name, ids in resolved.added.items():
            positions = resolver.ids[name].positions(pa.array(ids))
            files.nodes(LABELS[name], name, positions, {"id": pa.array(ids)})
        if len(rows):
            if table in ENTITIES:
                self._write_entities(files, resolver, resolved)
            elif table == "behaviours":
                self._write_behaviours(files, resolved)
            else:
                _LINKS[table](self, files, resolver, rows, resolved.positions)
        self._record_batch(files, resolved)

    def _write_entities(self, files: CsvFiles, resolver: Resolver, resolved: ResolvedBlock) -> None:
        table, columns = resolved.source.table, dict(resolved.rows.columns)
        positions = resolver.ids[table].positions(columns["id"])
        zone = self.target.mapping.zone
        if table == "campaigns":
            self._starts += columns["starts"].to_pylist()
            ends = {"starts_at": moments(columns["starts"], zone), "ends_at": moments(columns["ends"], zone)}
            name = pc.coalesce(columns["name"], columns["id"]) if "name" in columns else columns["id"]
            kind = {"kind": columns["kind"]} if "kind" in columns else {}
            columns = {
                "id": columns["id"],
                "name": name,
                **kind,
                **ends,
                "zone": pa.repeat(pa.scalar(zone), len(name)),
            }
        category = columns.get("category")
        files.nodes(LABELS[table], table, positions, columns)
        if table == "products" and category is not None:
            self._write_categories(files, positions, category)

    def _write_categories(self, files: CsvFiles, products: NDArray[np.int64], category: pa.Array) -> None:
        names = pc.unique(category).drop_null().to_pylist()
        new = [name for name in names if name not in self._categories]
        for name in new:
            self._categories[name] = len(self._categories)
        if new:
            files.nodes("Category", "categories", np.array([self._categories[name] for name in new]),
                        {"id": pa.array(new)})  # fmt: skip
        has_category = category.is_valid().to_numpy(zero_copy_only=False)
        ends = np.array([self._categories[name] for name in category.drop_null().to_pylist()], dtype=np.int64)
        files.links(
            "IN_CATEGORY", ("products", products[has_category]), ("categories", ends), {}, counted=False
        )

    def _write_coupons(self, files: CsvFiles, resolver: Resolver, rows: Rows, positions: Positions) -> None:
        ids = rows.columns["id"]
        coupons = resolver.ids["coupons"].positions(ids)
        first = files.is_first("coupons", coupons)
        files.nodes("Coupon", "coupons", coupons[first], {"id": ids.filter(pa.array(first))})
        files.links("OF", ("coupons", coupons), ("campaigns", positions["campaign"]), {})

    def _write_user_tags(
        self, files: CsvFiles, _resolver: Resolver, rows: Rows, positions: Positions
    ) -> None:
        source = {"source": pa.repeat(pa.scalar("stated"), len(rows)), "weight": _weight(rows)}
        at = {"at": moments(rows.columns["at"], self.target.mapping.zone)} if "at" in rows.columns else {}
        files.links("HAS_TAG", ("users", positions["user"]), ("tags", positions["tag"]), {**source, **at})

    def _write_targetings(
        self, files: CsvFiles, _resolver: Resolver, rows: Rows, positions: Positions
    ) -> None:
        starts = pa.array(np.array(self._starts, dtype=np.int64)[positions["campaign"]])
        own = rows.columns.get("at", pa.nulls(len(rows), pa.int64()))
        at = moments(pc.coalesce(own, starts), self.target.mapping.zone)
        stated = pc.if_else(own.is_valid(), True, pa.scalar(None, pa.bool_()))
        ends = ("users", positions["user"]), ("campaigns", positions["campaign"])
        files.links("TARGETED_BY", *ends, {"at": at, "stated": stated})

    def _write_promotions(
        self, files: CsvFiles, _resolver: Resolver, rows: Rows, positions: Positions
    ) -> None:
        campaign, product = positions["campaign"], positions["product"]
        coupon = positions.get("coupon", np.full(len(rows), -1))
        discounts = {name: rows.columns[name] for name in DISCOUNT_FIELDS if name in rows.columns}
        has = coupon >= 0
        by_coupon = {"campaign": rows.columns["campaign"], **discounts}
        ends = ("coupons", coupon[has]), ("products", product[has])
        files.links(
            "DISCOUNTS", *ends, {name: column.filter(pa.array(has)) for name, column in by_coupon.items()}
        )
        new = np.zeros(len(rows), dtype=bool)
        for i in np.argsort(~has, kind="stable"):
            pair = (int(campaign[i]), int(product[i]))
            new[i] = pair not in self._promoted
            self._promoted.add(pair)
        # With a coupon, the discount is a property of the coupon, not of the promotion.
        without_coupon = {
            name: pc.if_else(pa.array(has), None, column).filter(pa.array(new))
            for name, column in discounts.items()
        }
        files.links("PROMOTES", ("campaigns", campaign[new]), ("products", product[new]), without_coupon)

    def _write_ties(self, files: CsvFiles, _resolver: Resolver, rows: Rows, positions: Positions) -> None:
        ends = ("users", positions["source"]), ("users", positions["target"])
        files.links("KNOWS", *ends, {"weight": _weight(rows)})

    def _write_behaviours(self, files: CsvFiles, resolved: ResolvedBlock) -> None:
        rows, positions = resolved.rows, resolved.positions
        for name in pc.unique(rows.columns["kind"]).to_pylist():
            of_kind = pc.equal(rows.columns["kind"], name)
            keep = is_true(of_kind)
            kind = self.target.mapping.kinds[name]
            part = rows if keep.all() else rows.filter(keep)
            columns = {"at": moments(part.columns["at"], self.target.mapping.zone)}
            columns |= {
                value: part.columns[value] for value in (*VALUES, "id", "campaign") if value in part.columns
            }
            returned = self.target.mapping.returned_type(name)
            if returned:
                columns["returns"] = pa.repeat(pa.scalar(returned), len(part))
            if label := self.target.mapping.label_of(resolved.source.source):
                columns["source"] = pa.repeat(pa.scalar(label), len(part))
            ends = ("users", positions["user"][keep]), (kind.object_table, positions["object"][keep])
            for start, end, values in _by_type_of_quantity(*ends, columns):
                files.links(kind.type, start, end, values)

    def _record_batch(self, files: CsvFiles, resolved: ResolvedBlock) -> None:
        block = resolved.block
        segment = Segment(0, block.length, block.digest())
        entry = ledger_entry(self.target.number, resolved.source, block.index, segment)
        batch = batch_id(entry)
        self.rejects.write(batch, resolved.source.name, resolved.rejected)
        self.ledger.batches.append(batch)
        files.batch(
            batch,
            self.batch_properties(entry, resolved.counts, resolved.rows),
        )


_LINKS: dict[str, Callable[[BulkEngine, CsvFiles, Resolver, Rows, Positions], None]] = {
    "coupons": BulkEngine._write_coupons,
    "user_tags": BulkEngine._write_user_tags,
    "targetings": BulkEngine._write_targetings,
    "promotions": BulkEngine._write_promotions,
    "ties": BulkEngine._write_ties,
}


def _by_type_of_quantity(
    start: End, end: End, columns: dict[str, pa.Array]
) -> Iterator[tuple[End, End, dict[str, pa.Array]]]:
    """Yield the rows with whole quantities, as integers, and the others: a file has one type a column."""
    if "quantity" not in columns:
        yield start, end, columns
        return
    whole = is_whole(columns["quantity"])
    for mask, kind in ((whole, pa.int64()), (~whole, pa.float64())):
        if mask.any():
            chosen = {name: column.filter(pa.array(mask)) for name, column in columns.items()}
            chosen["quantity"] = chosen["quantity"].cast(kind)
            yield (start[0], start[1][mask]), (end[0], end[1][mask]), chosen


def _weight(rows: Rows) -> pa.Array:
    weight = rows.columns.get("weight", pa.nulls(len(rows), pa.float64()))
    return pc.fill_null(weight, 1.0)
