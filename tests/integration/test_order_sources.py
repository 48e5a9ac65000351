"""Two systems can have an order of the same number: a later export replaces those of its own system alone."""

import pytest

from graph.importing.job import ImportReport
from graph.importing.undo import undo_import
from graph.progress import Silent
from tests.data import query
from tests.order_exports import OrderExports

JUNE = "17,completed,b,tea,2024-03-03 11:00,8\n"
TILL = "17,completed,b,tea,2024-03-20 16:00,2\n"
REFUNDED = "17,refunded,b,tea,2024-03-03 11:00,8\n"


def unknown_sources(report: ImportReport) -> dict[str, int]:
    return {w.code: w.count for w in report.warnings if w.code.endswith("of_unknown_source")}


@pytest.mark.parametrize("labelled", [True, False], ids=["labelled", "imported before labels"])
def test_refund_of_one_system_leaves_the_order_of_the_other(exports: OrderExports, labelled: bool) -> None:
    both = exports.mapping("web_*.csv", "till_*.csv")
    exports.load_files(both, web_1=JUNE, till_1=TILL)
    if not labelled:
        query(exports.graph, "MATCH (:User {dataset: $d})-[b:ORDERED]->() REMOVE b.source", d=exports.dataset)
    report = exports.load_files(both, web_2=REFUNDED, till_1=TILL)
    assert exports.values() == [2.0]
    assert unknown_sources(report) == (
        {} if labelled else {"replaced_of_unknown_source": 1, "kept_of_unknown_source": 1}
    )
    undo_import(exports.graph, exports.dataset, 2, Silent())
    assert exports.values() == [2.0, 8.0]


def test_each_system_may_have_its_own_mapping(exports: OrderExports) -> None:
    web, till = exports.mapping("web_*.csv"), exports.mapping("till_*.csv")
    exports.load_files(web, web_1=JUNE)
    report = exports.load_files(till, till_1=TILL)
    assert exports.values() == [2.0, 8.0]
    (warning,) = (warning for warning in report.warnings if warning.code == "kept_of_unknown_source")
    assert "till_1.csv: 1 behaviours of web_*.csv" in warning.text
    assert not unknown_sources(exports.load_files(web, web_2=REFUNDED))
    assert exports.values() == [2.0]


def test_order_of_a_renamed_export_is_replaced_and_named(exports: OrderExports) -> None:
    exports.load_files(exports.mapping("web_*.csv"), web_1=JUNE)
    report = exports.load_files(exports.mapping("shop_*.csv"), shop_1=REFUNDED)
    assert exports.values() == []
    assert unknown_sources(report) == {"replaced_of_unknown_source": 1}
    undo_import(exports.graph, exports.dataset, 2, Silent())
    moved = "17,completed,b,tea,2024-03-04 11:00,9\n"
    assert unknown_sources(exports.load_files(exports.mapping("shop_*.csv"), shop_1=moved)) == {
        "kept_of_unknown_source": 1
    }
    undo_import(exports.graph, exports.dataset, 3, Silent())
    # As the warning says.
    exports.load_files(exports.mapping("shop_*.csv", name="web_*.csv"), shop_1=moved)
    assert exports.values() == [9.0]


def test_equal_ids_of_two_systems_are_two_behaviours(exports: OrderExports) -> None:
    columns = {"user": "user", "object": "product", "at": "at", "value": "amount", "id": "order"}
    ids = {"columns": columns, "replaces": None, "where": {}}
    both = exports.mapping("web_*.csv", "till_*.csv", **ids)
    report = exports.load_files(both, web_1=JUNE, till_1=TILL)
    assert (report.tables["behaviours"].loaded, exports.values()) == (2, [2.0, 8.0])
    exports.load_files(both, web_1=JUNE, till_2="17,completed,b,tea,2024-03-20 16:00,3\n")
    assert exports.values() == [3.0, 8.0]
