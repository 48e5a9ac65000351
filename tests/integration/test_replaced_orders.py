"""A later export gives an order another status: its participation goes, and an undo restores it."""

import csv
from pathlib import Path

import pytest

from graph.connection import Graph
from graph.errors import InvalidRequest
from graph.importing.engines import replacement
from graph.importing.inference.infer import infer_mapping
from graph.importing.job import import_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.runs.records import find_import
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.settings import Settings
from tests.data import query
from tests.known_exports import write_sample
from tests.order_exports import HEADER, OrderExports, orders_mapping
from tests.shop import shop_mapping

JUNE = (
    "16,completed,a,tea,2024-03-02 10:00,3.5\n"
    "17,completed,b,tea,2024-03-03 11:00,8\n"
    "17,completed,b,mug,2024-03-03 11:00,2\n"
)
JULY = (
    "17,refunded,b,tea,2024-03-03 11:00,8\n"
    "17,refunded,b,mug,2024-03-03 11:00,2\n"
    "18,completed,a,tea,2024-03-09 10:00,4\n"
)


BEFORE = [
    ("16", "ORDERED", "tea", 3.5, 1),
    ("17", "ORDERED", "mug", 2.0, 1),
    ("17", "ORDERED", "tea", 8.0, 1),
]


def test_order_that_is_refunded_later_does_not_count_any_more(exports: OrderExports) -> None:
    first = exports.load("june", JUNE)
    assert (first.participations, exports.behaviours()) == (2, BEFORE)
    second = exports.load("july", JULY)
    assert exports.behaviours() == [("16", "ORDERED", "tea", 3.5, 1), ("18", "ORDERED", "tea", 4.0, 2)]
    assert exports.participations() == ["a 2024-03-02", "a 2024-03-09"]
    assert (second.participations, second.removed) == (1, 1)
    assert [warning.count for warning in second.warnings if warning.code == "replaced_behaviours"] == [2]
    assert find_import(exports.graph, exports.dataset, 2).replaced == 2
    again = exports.load("july", JULY)
    assert (again.total.loaded, again.participations, again.removed) == (0, 0, 0)
    undo_import(exports.graph, exports.dataset, 2, Silent())
    assert exports.behaviours() == BEFORE
    assert exports.participations() == ["a 2024-03-02", "b 2024-03-03"]


def test_refunded_order_is_a_behaviour_of_its_kind(exports: OrderExports) -> None:
    mapping = orders_mapping(exports.dataset)
    purchases = mapping.tables["behaviours"][0].model_dump(exclude_unset=True, mode="json")
    refunds = purchases | {"constants": {"kind": "refund"}, "where": {"status": "refunded"}}
    tables = mapping.model_dump(exclude_unset=True, mode="json")["tables"]
    tables["behaviours"] = [refunds, purchases]
    kinds = {"order": {"type": "ORDERED", "counts": "promoted"}, "refund": {"type": "REFUNDED"}}
    both = shop_mapping(exports.dataset, tables=tables, kinds=kinds)
    exports.load("june", JUNE, both)
    exports.load("july", JULY, both)
    refunded = [("17", "REFUNDED", "mug", 2.0, 2), ("17", "REFUNDED", "tea", 8.0, 2)]
    rest = [("16", "ORDERED", "tea", 3.5, 1), ("18", "ORDERED", "tea", 4.0, 2)]
    assert exports.behaviours() == [rest[0], *refunded, rest[1]]
    # The orders of July again, in an export of all: nothing new but one.
    report = exports.load(
        "august", JUNE.splitlines()[0] + "\n" + JULY + "19,completed,b,tea,2024-03-12 10:00,4\n", both
    )
    assert report.tables["behaviours"].loaded == 1
    assert exports.behaviours()[-1] == ("19", "ORDERED", "tea", 4.0, 3)


def test_corrected_value_replaces_the_earlier_one_by_id(exports: OrderExports) -> None:
    columns = {"user": "user", "object": "product", "at": "at", "value": "amount", "id": "order"}
    mapping = orders_mapping(exports.dataset, columns=columns, replaces=None, where={})
    exports.load(
        "june", "a1,completed,a,tea,2024-03-02 10:00,3.5\na2,completed,a,tea,2024-03-02 10:00,3.5\n", mapping
    )
    assert [value for *_, value, _ in exports.behaviours()] == [3.5, 3.5]
    report = exports.load(
        "july", "a1,completed,a,tea,2024-03-05 10:00,9\na2,completed,a,tea,2024-03-02 10:00,3.5\n", mapping
    )
    assert sorted((value, number) for *_, value, number in exports.behaviours()) == [(3.5, 1), (9.0, 2)]
    assert (report.tables["behaviours"].loaded, report.tables["behaviours"].unchanged) == (1, 1)
    assert exports.participations() == ["a 2024-03-02", "a 2024-03-05"]


def test_import_whose_behaviours_were_replaced_is_undone_after_the_later_one(exports: OrderExports) -> None:
    exports.load("june", JUNE)
    exports.load("july", JULY)
    exports.load("august", "18,refunded,a,tea,2024-03-09 10:00,4\n")
    assert [basket for basket, *_ in exports.behaviours()] == ["16"]
    with pytest.raises(InvalidRequest, match="import/3"):
        undo_import(exports.graph, exports.dataset, 2, Silent())
    undo_import(exports.graph, exports.dataset, 3, Silent())
    undo_import(exports.graph, exports.dataset, 2, Silent())
    assert exports.behaviours() == BEFORE


def test_kill_between_batches_leaves_the_same_graph(
    exports: OrderExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports.load("june", JUNE)
    replace, calls = replacement.replace_earlier, []

    def killed(*arguments: object, **options: object) -> replacement.ReplacementResult:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return replace(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("graph.importing.engines.stream.replace_earlier", killed)
    with pytest.raises(KeyboardInterrupt):
        exports.load("july", JULY)
    monkeypatch.undo()
    exports.load("july", JULY)
    assert exports.behaviours() == [("16", "ORDERED", "tea", 3.5, 1), ("18", "ORDERED", "tea", 4.0, 2)]
    assert exports.participations() == ["a 2024-03-02", "a 2024-03-09"]
    undo_import(exports.graph, exports.dataset, 2, Silent())
    assert exports.behaviours() == BEFORE


def test_rows_that_are_read_again_for_a_rejected_one_replace_nothing(
    exports: OrderExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports.load("june", JUNE + "20,completed,z,tea,2024-03-02 10:00,1\n")
    exports.load("july", JULY)
    # z, whose row was rejected, is a user now.
    (exports.folder / "users.csv").write_text("id,city\na,Ulm\nb,Bonn\nc,Ulm\nz,Ulm\n")
    drop, calls = replacement.drop_loaded, []

    def killed(*arguments: object, **options: object) -> replacement.ReplacementResult:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return drop(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("graph.importing.engines.stream.drop_loaded", killed)
    with pytest.raises(KeyboardInterrupt):
        exports.load("june", JUNE + "20,completed,z,tea,2024-03-02 10:00,1\n")
    monkeypatch.undo()
    exports.load("june", JUNE + "20,completed,z,tea,2024-03-02 10:00,1\n")
    assert [basket for basket, *_ in exports.behaviours()] == ["16", "18", "20"]


@pytest.mark.parametrize("key", [["basket"], ["basket", "object"]])
def test_order_whose_lines_lie_in_two_blocks_keeps_them_all(
    exports: OrderExports, monkeypatch: pytest.MonkeyPatch, key: list[str]
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    mapping = orders_mapping(exports.dataset, replaces=key)
    lines = "17,completed,b,tea,2024-03-03 11:00,8\n17,completed,b,tea,2024-03-03 11:00,2\n"
    first = "16,completed,a,tea,2024-03-02 10:00,3.5\n"
    exports.load("june", first + lines, mapping)
    exports.load("july", first + lines + "18,completed,a,tea,2024-03-09 10:00,4\n", mapping)
    assert sorted((basket, value) for basket, _, _, value, _ in exports.behaviours()) == [
        ("16", 3.5), ("17", 2.0), ("17", 8.0), ("18", 4.0),
    ]  # fmt: skip


def test_older_export_that_is_imported_late_is_warned_of(exports: OrderExports) -> None:
    completed = JUNE.replace("8", "7")
    exports.load("june", JUNE)
    assert not [w for w in exports.load("july", JULY).warnings if w.code == "older_export"]
    report = exports.load("old", completed)
    (warning,) = (warning for warning in report.warnings if warning.code == "older_export")
    assert "2 rows were loaded that it does not have" in warning.text
    assert f"`groundswell import undo 3 --dataset {exports.dataset}`" in warning.text
    undo_import(exports.graph, exports.dataset, 3, Silent())
    assert [basket for basket, *_ in exports.behaviours()] == ["16", "18"]


def test_lines_that_a_later_export_lacks_are_taken_out_and_an_older_one_that_has_them_is_warned_of(
    exports: OrderExports,
) -> None:
    fewer = "17,completed,b,tea,2024-03-03 11:00,8\n18,completed,a,tea,2024-03-09 10:00,4\n"
    exports.load("june", JUNE)
    exports.load("july", fewer)
    assert [(row[0], row[2]) for row in exports.behaviours()] == [("16", "tea"), ("17", "tea"), ("18", "tea")]
    undo_import(exports.graph, exports.dataset, 2, Silent())
    undo_import(exports.graph, exports.dataset, 1, Silent())
    exports.load("july", fewer)
    report = exports.load("old", JUNE)
    (warning,) = (warning for warning in report.warnings if warning.code == "older_export")
    assert "0 of its behaviours were replaced, and 1 rows were loaded that it does not have" in warning.text


def test_order_cut_between_two_files_keeps_its_lines_when_one_of_them_changes(exports: OrderExports) -> None:
    first = "16,completed,a,tea,2024-03-02 10:00,3.5\n17,completed,b,tea,2024-03-03 11:00,8\n"
    second = HEADER + "17,completed,b,mug,2024-03-03 11:00,2\n18,completed,a,tea,2024-03-09 10:00,4\n"
    lines = ["16 tea", "17 mug", "17 tea", "18 tea"]
    for rows in (first, first.replace("3.5", "9")):
        (exports.folder / "part-2.csv").write_text(second)
        exports.load("1", rows, orders_mapping(exports.dataset, files=["orders-*.csv", "part-*.csv"]))
        assert [f"{row[0]} {row[2]}" for row in exports.behaviours()] == lines


def test_orders_that_are_set_back_count_as_at_first(exports: OrderExports) -> None:
    exports.load("june", JUNE)
    corrected = JUNE.replace("3.5", "9").replace("17,completed", "17,refunded")
    exports.load("june", corrected)
    assert [(basket, value) for basket, _, _, value, _ in exports.behaviours()] == [("16", 9.0)]
    back = exports.load("june", JUNE)
    assert back.total.loaded == 3
    assert [row[:4] for row in exports.behaviours()] == [row[:4] for row in BEFORE]
    assert exports.participations() == ["a 2024-03-02", "b 2024-03-03"]
    assert exports.load("june", JUNE).total.loaded == 0
    undo_import(exports.graph, exports.dataset, 3, Silent())
    assert [(basket, value) for basket, _, _, value, _ in exports.behaviours()] == [("16", 9.0)]


@pytest.mark.parametrize("key", [["basket"], ["basket", "object"]])
def test_order_changes_within_a_file_that_was_loaded_before(
    exports: OrderExports, monkeypatch: pytest.MonkeyPatch, key: list[str]
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    mapping = orders_mapping(exports.dataset, replaces=key)
    first = "16,completed,a,tea,2024-03-02 10:00,3.5\n17,completed,b,tea,2024-03-03 11:00,8\n"
    second = "17,completed,b,tea,2024-03-03 11:00,2\n18,completed,a,tea,2024-03-09 10:00,4\n"
    exports.load("june", first + second, mapping)
    # An order of the second block is refunded, and a line of order 17, which both have, stays.
    exports.load("june", first + second.replace("18,completed", "18,refunded"), mapping)
    assert sorted((basket, value) for basket, _, _, value, _ in exports.behaviours()) == [
        ("16", 3.5), ("17", 2.0), ("17", 8.0),
    ]  # fmt: skip
    # Lines are appended, also to an order.
    more = "19,completed,a,tea,2024-03-10 10:00,4\n17,completed,b,tea,2024-03-03 11:00,1\n"
    exports.load("june", first + second.replace("18,completed", "18,refunded") + more, mapping)
    assert sorted((basket, value) for basket, _, _, value, _ in exports.behaviours()) == [
        ("16", 3.5), ("17", 1.0), ("17", 2.0), ("17", 8.0), ("19", 4.0),
    ]  # fmt: skip


def test_two_sources_with_one_kind_keep_the_behaviours_of_each_other(exports: OrderExports) -> None:
    def source(kind: str, statuses: list[str]) -> dict[str, object]:
        return {**purchases, "constants": {"kind": kind}, "where": {"status": statuses}}

    tables = orders_mapping(exports.dataset).model_dump(exclude_unset=True, mode="json")["tables"]
    (purchases,) = tables["behaviours"]
    tables["behaviours"] = [
        source("order", ["completed"]), source("cancelled", ["cancelled"]), source("cancelled", ["voided"]),
    ]  # fmt: skip
    kinds = {"order": {"type": "ORDERED", "counts": "promoted"}, "cancelled": {"type": "CANCELLED"}}
    mapping = shop_mapping(exports.dataset, tables=tables, kinds=kinds)
    voided = JUNE.replace("17,completed", "17,voided").replace("16,completed", "16,cancelled")
    exports.load("june", voided, mapping)
    cancelled = [("16", "CANCELLED", "tea"), ("17", "CANCELLED", "mug"), ("17", "CANCELLED", "tea")]
    assert [row[:3] for row in exports.behaviours()] == cancelled
    # Exported again with another order, and then as cancelled instead of voided.
    more = "18,completed,a,tea,2024-03-09 10:00,4\n"
    for name, rows in (("july", voided + more), ("august", voided.replace("voided", "cancelled") + more)):
        report = exports.load(name, rows, mapping)
        assert [row[:3] for row in exports.behaviours()] == [*cancelled, ("18", "ORDERED", "tea")]
        assert report.total.replaced == 0


@pytest.mark.parametrize("second", [{}, {"replaces": ["basket", "object"]}, {"replaces": []}])
def test_equal_rows_of_two_sources_stay_two(exports: OrderExports, second: dict[str, object]) -> None:
    tables = orders_mapping(exports.dataset).model_dump(exclude_unset=True, mode="json")["tables"]
    (orders,) = tables["behaviours"]
    tables["behaviours"] = [orders | {"where": {"status": "completed"}}, orders | second]
    mapping = shop_mapping(exports.dataset, tables=tables)
    row, more = "17,completed,b,tea,2024-03-03 11:00,8\n", "18,completed,a,tea,2024-03-09 10:00,4\n"
    exports.load("june", row, mapping)
    assert exports.values() == [8.0, 8.0]
    for name in ("july", "august"):
        exports.load(name, row + more, mapping)
        assert exports.values() == [4.0, 4.0, 8.0, 8.0]
    assert exports.load("august", row + more, mapping).total.loaded == 0
    exports.load("august", row.replace("8\n", "9\n") + more, mapping)
    assert exports.values() == [4.0, 4.0, 9.0, 9.0]


def test_shopify_order_that_is_cancelled_and_refunded_is_cancelled_once(
    graph: Graph, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    (path,) = write_sample("Shopify: orders", tmp_path)
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, dataset, "UTC")), "test")
    header, *rows = csv.reader(path.read_text().splitlines())
    status, cancelled = header.index("Financial Status"), header.index("Cancelled at")
    order = next(row[0] for row in rows if row[status] == "paid" and not row[cancelled])

    def load(state: str, at: str) -> list[tuple[object, object]]:
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            for row in rows:
                if row[0] == order and row[status]:
                    row[status], row[cancelled] = state, at
                writer.writerow(row)
        import_files(graph, settings, tmp_path, mapping, Silent(), engine="stream")
        found = query(
            graph,
            "MATCH (:User {dataset: $d})-[b {basket: $order}]->(p:Product) WHERE b.at IS NOT NULL "
            "RETURN type(b) AS type, p.id AS product ORDER BY product",
            d=dataset,
            order=order,
        )
        return [(row["type"], row["product"]) for row in found]

    bought = load("paid", "")
    assert {kind for kind, _ in bought} == {"PURCHASED"}
    taken_back = {"REFUNDED": ("refunded", ""), "CANCELLED": ("refunded", "2024-04-01 10:00:00 +0100")}
    for kind, (state, at) in taken_back.items():
        assert load(state, at) == [(kind, product) for _, product in bought]
    # Exported again, also as voided: nothing changes.
    for state in ("refunded", "voided"):
        assert load(state, at) == [("CANCELLED", product) for _, product in bought]
    assert load("voided", "") == [("CANCELLED", product) for _, product in bought]
