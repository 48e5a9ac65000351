"""Two systems can have an order of the same number: a later export replaces those of its own system alone."""

from pathlib import Path

import pytest

from graph.connection import Graph
from graph.importing.job import ImportReport, import_files
from graph.importing.mapping.model import Mapping
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.settings import Settings
from tests.data import query
from tests.integration.test_replaced_orders import HEADER, orders_mapping
from tests.shop import shop_mapping, write_shop

JUNE = "17,completed,b,tea,2024-03-03 11:00,8\n"
TILL = "17,completed,b,tea,2024-03-20 16:00,2\n"
REFUNDED = "17,refunded,b,tea,2024-03-03 11:00,8\n"


class Shops:
    """A web shop and a till that number their orders by themselves."""

    def __init__(self, graph: Graph, settings: Settings, folder: Path, dataset: str) -> None:
        self.graph, self.settings, self.folder, self.dataset = graph, settings, folder, dataset
        write_shop(folder)
        (folder / "orders.csv").unlink()

    def mapping(self, *files: str, **source: object) -> Mapping:
        content = orders_mapping(self.dataset).model_dump(exclude_unset=True, mode="json")
        orders = content["tables"]["behaviours"][0]
        content["tables"]["behaviours"] = [orders | {"files": name} | source for name in files]
        return shop_mapping(self.dataset, tables=content["tables"])

    def load(self, mapping: Mapping, **files: str) -> ImportReport:
        for other in self.folder.glob("*_*.csv"):
            other.unlink()
        for name, rows in files.items():
            (self.folder / f"{name}.csv").write_text(HEADER + rows)
        return import_files(self.graph, self.settings, self.folder, mapping, Silent(), engine="stream")

    def values(self) -> list[object]:
        rows = query(
            self.graph,
            "MATCH (:User {dataset: $d})-[b:ORDERED]->() RETURN b.value AS value ORDER BY value",
            d=self.dataset,
        )
        return [row["value"] for row in rows]


@pytest.fixture
def shops(graph: Graph, settings: Settings, tmp_path: Path, dataset: str) -> Shops:
    return Shops(graph, settings, tmp_path, dataset)


def unknown_sources(report: ImportReport) -> dict[str, int]:
    return {w.code: w.count for w in report.warnings if w.code.endswith("of_unknown_source")}


@pytest.mark.parametrize("labelled", [True, False], ids=["labelled", "imported before labels"])
def test_refund_of_one_system_leaves_the_order_of_the_other(shops: Shops, labelled: bool) -> None:
    both = shops.mapping("web_*.csv", "till_*.csv")
    shops.load(both, web_1=JUNE, till_1=TILL)
    if not labelled:
        query(shops.graph, "MATCH (:User {dataset: $d})-[b:ORDERED]->() REMOVE b.source", d=shops.dataset)
    report = shops.load(both, web_2=REFUNDED, till_1=TILL)
    assert shops.values() == [2.0]
    assert unknown_sources(report) == (
        {} if labelled else {"replaced_of_unknown_source": 1, "kept_of_unknown_source": 1}
    )
    undo_import(shops.graph, shops.dataset, 2, Silent())
    assert shops.values() == [2.0, 8.0]


def test_each_system_may_have_its_own_mapping(shops: Shops) -> None:
    web, till = shops.mapping("web_*.csv"), shops.mapping("till_*.csv")
    shops.load(web, web_1=JUNE)
    report = shops.load(till, till_1=TILL)
    assert shops.values() == [2.0, 8.0]
    (warning,) = (warning for warning in report.warnings if warning.code == "kept_of_unknown_source")
    assert "till_1.csv: 1 behaviours of web_*.csv" in warning.text
    assert not unknown_sources(shops.load(web, web_2=REFUNDED))
    assert shops.values() == [2.0]


def test_order_of_a_renamed_export_is_replaced_and_named(shops: Shops) -> None:
    shops.load(shops.mapping("web_*.csv"), web_1=JUNE)
    report = shops.load(shops.mapping("shop_*.csv"), shop_1=REFUNDED)
    assert shops.values() == []
    assert unknown_sources(report) == {"replaced_of_unknown_source": 1}
    undo_import(shops.graph, shops.dataset, 2, Silent())
    moved = "17,completed,b,tea,2024-03-04 11:00,9\n"
    assert unknown_sources(shops.load(shops.mapping("shop_*.csv"), shop_1=moved)) == {
        "kept_of_unknown_source": 1
    }
    undo_import(shops.graph, shops.dataset, 3, Silent())
    # As the warning says.
    shops.load(shops.mapping("shop_*.csv", name="web_*.csv"), shop_1=moved)
    assert shops.values() == [9.0]


def test_equal_ids_of_two_systems_are_two_behaviours(shops: Shops) -> None:
    columns = {"user": "user", "object": "product", "at": "at", "value": "amount", "id": "order"}
    ids = {"columns": columns, "replaces": None, "where": {}}
    both = shops.mapping("web_*.csv", "till_*.csv", **ids)
    report = shops.load(both, web_1=JUNE, till_1=TILL)
    assert (report.tables["behaviours"].loaded, shops.values()) == (2, [2.0, 8.0])
    shops.load(both, web_1=JUNE, till_2="17,completed,b,tea,2024-03-20 16:00,3\n")
    assert shops.values() == [3.0, 8.0]
