"""The bulk engine: an empty database of the managed server is built at once by Neo4j's own importer.

Every row goes through the same validation as in the stream engine; what comes out is written as CSV,
with the ledger's entries beside it, so that afterwards the graph cannot tell which engine loaded it.
"""

import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.connection import Graph
from graph.errors import ImportFailed
from graph.importing.behaviours import VALUES
from graph.importing.csv_files import CsvFiles, moments
from graph.importing.input_files import Delivery
from graph.importing.ledger import Ledger, Segment, Tally, batch_of, entry_of
from graph.importing.loaders import Target
from graph.importing.mapping import Mapping
from graph.importing.rejects import Rejects
from graph.importing.resolve import ENTITIES, Resolved, Resolver
from graph.importing.stream import span_of
from graph.progress import Progress
from graph.server.bulk import build_store, replace_store
from graph.settings import Settings

_LABELS = {
    "users": "User",
    "tags": "Tag",
    "products": "Product",
    "campaigns": "Campaign",
    "coupons": "Coupon",
}


def why_not(graph: Graph, settings: Settings, mapping: Mapping) -> str | None:
    """Why a delivery cannot be imported in bulk; None where it can."""
    if settings.neo4j_uri:
        return "NEO4J_URI names a server that is not managed here"
    if graph.single("importing/is_empty")["nodes"]:
        return "the database is not empty"
    behaviours = mapping.tables["behaviours"]
    if mapping.duplicates == "drop" or any("id" in one.columns for one in behaviours):
        return "repeated behaviours are to be found (duplicates: drop, or their ids)"
    return None


class BulkEngine:
    """Loads a delivery into an empty database."""

    def __init__(
        self, graph: Graph, settings: Settings, target: Target, ledger: Ledger, rejects: Rejects
    ) -> None:
        self._graph = graph
        self._settings = settings
        self._target = target
        self._ledger = ledger
        self._rejects = rejects
        self._starts: list[int] = []
        self._promoted: set[tuple[int, int]] = set()
        self._categories: dict[str, int] = {}

    def load(self, delivery: Delivery, progress: Progress, watch: Callable[[str, Tally], None]) -> None:
        """Build the database; `watch` is told of rows by outcome, and may raise before anything is built.

        Raises ImportFailed where somebody else has loaded something meanwhile.
        """
        folder = self._settings.home.resolve() / "imports" / self._target.mapping.dataset / "bulk"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        advance: list[Callable[[int], None]] = []

        def start(table: str, rows: int) -> None:
            advance[:] = [progress.stage(f"Checking {table.replace('_', ' ')}", rows)]

        resolver = Resolver(self._target.mapping)
        with CsvFiles(folder, self._target.mapping.dataset, self._target.number) as files:
            for one in resolver.run(delivery, start):
                watch(one.source.table, one.tally)
                self._write(files, resolver, one)
                advance[0](one.tally.read)
            files.write_run(self._graph.single("importing/run", dataset=self._target.mapping.dataset,
                                               number=self._target.number)["properties"])  # fmt: skip
        done = progress.stage("Building the database", 1)
        build_store(self._settings, files.arguments(), folder / "store", progress)
        done(1)
        if self._graph.single("importing/is_empty")["nodes"]:
            raise ImportFailed(
                "While the database was being built, something else was loaded into the one in use.",
                "Run the same command again: it will stream into what is there.",
            )
        replace_store(self._settings, folder / "store", progress)
        self._graph.forget_bookmarks()
        shutil.rmtree(folder, ignore_errors=True)

    def _write(self, files: CsvFiles, resolver: Resolver, one: Resolved) -> None:
        table, rows, places = one.source.table, one.rows, one.places
        for name, ids in one.added.items():
            positions = resolver.ids[name].positions(pa.array(ids))
            files.nodes(_LABELS[name], name, positions, {"id": pa.array(ids)})
        if len(rows):
            if table in ENTITIES:
                self._write_entities(files, resolver, one)
            elif table == "behaviours":
                self._write_behaviours(files, one)
            else:
                _LINKS[table](self, files, resolver, rows, places)
        self._enter(files, one)

    def _write_entities(self, files: CsvFiles, resolver: Resolver, one: Resolved) -> None:
        table, columns = one.source.table, dict(one.rows.columns)
        positions = resolver.ids[table].positions(columns["id"])
        zone = self._target.mapping.zone
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
        files.nodes(_LABELS[table], table, positions, columns)
        if table == "products" and category is not None:
            self._write_categories(files, positions, category)

    def _write_categories(self, files: CsvFiles, products: NDArray[np.int64], category: pa.Array) -> None:
        new = [
            one for one in pc.unique(category).to_pylist() if one is not None and one not in self._categories
        ]
        for one in new:
            self._categories[one] = len(self._categories)
        if new:
            files.nodes("Category", "categories", np.array([self._categories[one] for one in new]),
                        {"id": pa.array(new)})  # fmt: skip
        given = category.is_valid().to_numpy(zero_copy_only=False)
        ends = np.array(
            [self._categories[one] for one in category.to_pylist() if one is not None], dtype=np.int64
        )
        files.links("IN_CATEGORY", ("products", products[given]), ("categories", ends), {}, counted=False)

    def _write_coupons(self, files: CsvFiles, resolver: Resolver, rows: Any, places: Any) -> None:
        ids = rows.columns["id"]
        positions = resolver.ids["coupons"].positions(ids)
        first = files.first_seen("coupons", positions)
        files.nodes("Coupon", "coupons", positions[first], {"id": ids.filter(pa.array(first))})
        files.links("OF", ("coupons", positions), ("campaigns", places["campaign"]), {})

    def _write_user_tags(self, files: CsvFiles, _resolver: Resolver, rows: Any, places: Any) -> None:
        source = {"source": pa.repeat(pa.scalar("stated"), len(rows)), "weight": _weight(rows)}
        at = {"at": moments(rows.columns["at"], self._target.mapping.zone)} if "at" in rows.columns else {}
        files.links("HAS_TAG", ("users", places["user"]), ("tags", places["tag"]), {**source, **at})

    def _write_targetings(self, files: CsvFiles, _resolver: Resolver, rows: Any, places: Any) -> None:
        starts = pa.array(np.array(self._starts, dtype=np.int64)[places["campaign"]])
        at = pc.coalesce(rows.columns["at"], starts) if "at" in rows.columns else starts
        ends = ("users", places["user"]), ("campaigns", places["campaign"])
        files.links("TARGETED_BY", *ends, {"at": moments(at, self._target.mapping.zone)})

    def _write_promotions(self, files: CsvFiles, _resolver: Resolver, rows: Any, places: Any) -> None:
        campaign, product = places["campaign"], places["product"]
        coupon = places.get("coupon", np.full(len(rows), -1))
        discount = rows.columns.get("discount", pa.nulls(len(rows), pa.float64()))
        has = coupon >= 0
        named, money = (column.filter(pa.array(has)) for column in (rows.columns["campaign"], discount))
        ends = ("coupons", coupon[has]), ("products", product[has])
        files.links("DISCOUNTS", *ends, {"campaign": named, "discount": money})
        fresh = np.zeros(len(rows), dtype=bool)
        for place in np.argsort(~has, kind="stable"):
            pair = (int(campaign[place]), int(product[place]))
            fresh[place] = pair not in self._promoted
            self._promoted.add(pair)
        # A discount belongs to the coupon where there is one.
        own = pc.if_else(pa.array(has), None, discount)
        files.links("PROMOTES", ("campaigns", campaign[fresh]), ("products", product[fresh]),
                    {"discount": own.filter(pa.array(fresh))})  # fmt: skip

    def _write_ties(self, files: CsvFiles, _resolver: Resolver, rows: Any, places: Any) -> None:
        ends = ("users", places["source"]), ("users", places["target"])
        files.links("KNOWS", *ends, {"weight": _weight(rows)})

    def _write_behaviours(self, files: CsvFiles, one: Resolved) -> None:
        rows, places = one.rows, one.places
        for name in pc.unique(rows.columns["kind"]).to_pylist():
            mine = pc.equal(rows.columns["kind"], name)
            keep = np.asarray(mine.to_numpy(zero_copy_only=False), dtype=bool)
            kind = self._target.mapping.kinds[name]
            part = rows if keep.all() else rows.take(keep)
            columns = {"at": moments(part.columns["at"], self._target.mapping.zone)}
            columns |= {
                value: part.columns[value] for value in (*VALUES, "id", "campaign") if value in part.columns
            }
            ends = ("users", places["user"][keep]), (f"{kind.object}s", places["object"][keep])
            files.links(kind.type, *ends, columns)

    def _enter(self, files: CsvFiles, one: Resolved) -> None:
        block = one.block
        segment = Segment(0, block.length, block.digest())
        entry = entry_of(self._target.number, one.source, block.index, segment)
        batch = batch_of(entry)
        self._rejects.keep(batch, one.source.name, one.rejected)
        self._ledger.batches.append(batch)
        files.batch(batch, {**entry, **one.tally.outcomes(), **span_of(one.rows)})


_LINKS: dict[str, Callable[[BulkEngine, CsvFiles, Resolver, Any, Any], None]] = {
    "coupons": BulkEngine._write_coupons,
    "user_tags": BulkEngine._write_user_tags,
    "targetings": BulkEngine._write_targetings,
    "promotions": BulkEngine._write_promotions,
    "ties": BulkEngine._write_ties,
}


def _weight(rows: Any) -> pa.Array:
    given = rows.columns.get("weight", pa.nulls(len(rows), pa.float64()))
    return pc.fill_null(given, 1.0)
