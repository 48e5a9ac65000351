"""Exports of a shop's orders, imported one after the other."""

from pathlib import Path

from graph.connection import Graph
from graph.importing.job import import_files
from graph.importing.mapping.model import Mapping
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.data import query
from tests.shop import shop_mapping, write_shop

HEADER = "order,status,user,product,at,amount\n"


def orders_mapping(dataset: str, **source: object) -> Mapping:
    """The mapping of the exports, with changes of the source of orders."""
    tables = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]
    columns = {"user": "user", "object": "product", "at": "at", "value": "amount", "basket": "order"}
    purchases = {
        "files": "orders-*.csv", "columns": columns, "constants": {"kind": "order"}, "replaces": ["basket"],
        "where": {"status": {"is_not": "refunded"}},
    }  # fmt: skip
    tables["behaviours"] = [purchases | source]
    return shop_mapping(dataset, tables=tables)


class OrderExports:
    """A shop that imports its exports one by one, each in place of the one before."""

    def __init__(self, graph: Graph, settings: Settings, folder: Path, dataset: str) -> None:
        self.graph, self.settings, self.folder, self.dataset = graph, settings, folder, dataset
        self._files: list[Path] = []
        write_shop(folder)
        (folder / "orders.csv").unlink()

    def load(self, name: str, rows: str, mapping: Mapping | None = None) -> ImportReport:
        """Import an export of one system."""
        return self.load_files(mapping or orders_mapping(self.dataset), **{f"orders-{name}": rows})

    def load_files(self, mapping: Mapping, **files: str) -> ImportReport:
        """Import several files at once."""
        for path in self._files:
            path.unlink()
        self._files = [self.folder / f"{name}.csv" for name in files]
        for path, rows in zip(self._files, files.values(), strict=True):
            path.write_text(HEADER + rows)
        return import_files(self.graph, self.settings, self.folder, mapping, Silent(), engine="stream")

    def mapping(self, *files: str, **source: object) -> Mapping:
        """The mapping of several systems, each with its files."""
        content = orders_mapping(self.dataset).model_dump(exclude_unset=True, mode="json")
        orders = content["tables"]["behaviours"][0]
        content["tables"]["behaviours"] = [orders | {"files": name} | source for name in files]
        return shop_mapping(self.dataset, tables=content["tables"])

    def behaviours(self) -> list[tuple[object, ...]]:
        """Return order, type, product, value and import of each behaviour."""
        rows = query(
            self.graph,
            "MATCH (u:User {dataset: $d})-[b:ORDERED|REFUNDED|CANCELLED]->(p) "
            "RETURN b.basket AS basket, type(b) AS type, p.id AS product, b.value AS value, "
            "b.import AS number, b.at IS NOT NULL AS has_time, "
            "keys(b) AS names ORDER BY basket, product",
            d=self.dataset,
        )
        assert all(row["has_time"] and "replaced_by" not in row["names"] for row in rows)  # type: ignore[operator]
        return [(row["basket"], row["type"], row["product"], row["value"], row["number"]) for row in rows]

    def values(self) -> list[object]:
        """Return the values of the orders."""
        return sorted(value for _, type_, _, value, _ in self.behaviours() if type_ == "ORDERED")  # type: ignore[type-var]

    def participations(self) -> list[object]:
        """Return user and day of each participation."""
        rows = query(
            self.graph,
            "MATCH (u:User {dataset: $d})-[p:PARTICIPATED_IN]->() "
            "RETURN u.id + ' ' + toString(date(p.at)) AS part ORDER BY part",
            d=self.dataset,
        )
        return [row["part"] for row in rows]
