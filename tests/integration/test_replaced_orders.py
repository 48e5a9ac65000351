"""A later export gives an order another status: its participation goes, and an undo restores it."""

from pathlib import Path

import pytest

from graph.connection import Graph
from graph.errors import InvalidRequest
from graph.importing.engines import replacement
from graph.importing.job import import_files
from graph.importing.mapping.model import Mapping
from graph.importing.report import ImportReport
from graph.importing.runs.records import find_import
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.settings import Settings
from tests.data import query
from tests.shop import shop_mapping, write_shop

HEADER = "order,status,user,product,at,amount\n"
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


def orders_mapping(dataset: str, **source: object) -> Mapping:
    tables = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]
    columns = {"user": "user", "object": "product", "at": "at", "value": "amount", "basket": "order"}
    purchases = {
        "files": "orders-*.csv", "columns": columns, "constants": {"kind": "order"}, "replaces": ["basket"],
        "where": {"status": {"is_not": "refunded"}},
    }  # fmt: skip
    tables["behaviours"] = [purchases | source]
    return shop_mapping(dataset, tables=tables)


class Shop:
    """A shop that imports its exports one by one, each in place of the one before."""

    def __init__(self, graph: Graph, settings: Settings, folder: Path, dataset: str) -> None:
        self.graph, self.settings, self.folder, self.dataset = graph, settings, folder, dataset
        write_shop(folder)
        (folder / "orders.csv").unlink()

    def load(self, name: str, rows: str, mapping: Mapping | None = None) -> ImportReport:
        for other in self.folder.glob("orders-*.csv"):
            other.unlink()
        (self.folder / f"orders-{name}.csv").write_text(HEADER + rows)
        rules = mapping or orders_mapping(self.dataset)
        return import_files(self.graph, self.settings, self.folder, rules, Silent(), engine="stream")

    def behaviours(self) -> list[tuple[object, ...]]:
        rows = query(
            self.graph,
            "MATCH (u:User {dataset: $d})-[b:ORDERED|REFUNDED]->(p) "
            "RETURN b.basket AS basket, type(b) AS type, p.id AS product, b.value AS value, "
            "b.import AS number, b.at IS NOT NULL AS has_time, "
            "keys(b) AS names ORDER BY basket, product",
            d=self.dataset,
        )
        assert all(row["has_time"] and "replaced_by" not in row["names"] for row in rows)  # type: ignore[operator]
        return [(row["basket"], row["type"], row["product"], row["value"], row["number"]) for row in rows]

    def participations(self) -> list[object]:
        rows = query(
            self.graph,
            "MATCH (u:User {dataset: $d})-[p:PARTICIPATED_IN]->() "
            "RETURN u.id + ' ' + toString(date(p.at)) AS part ORDER BY part",
            d=self.dataset,
        )
        return [row["part"] for row in rows]


@pytest.fixture
def shop(graph: Graph, settings: Settings, tmp_path: Path, dataset: str) -> Shop:
    return Shop(graph, settings, tmp_path, dataset)


BEFORE = [
    ("16", "ORDERED", "tea", 3.5, 1),
    ("17", "ORDERED", "mug", 2.0, 1),
    ("17", "ORDERED", "tea", 8.0, 1),
]


def test_order_that_is_refunded_later_does_not_count_any_more(shop: Shop) -> None:
    first = shop.load("june", JUNE)
    assert (first.participations, shop.behaviours()) == (2, BEFORE)
    second = shop.load("july", JULY)
    assert shop.behaviours() == [("16", "ORDERED", "tea", 3.5, 1), ("18", "ORDERED", "tea", 4.0, 2)]
    assert shop.participations() == ["a 2024-03-02", "a 2024-03-09"]
    assert (second.participations, second.removed) == (1, 1)
    assert [warning.count for warning in second.warnings if warning.code == "replaced_behaviours"] == [2]
    assert find_import(shop.graph, shop.dataset, 2).replaced == 2
    again = shop.load("july", JULY)
    assert (again.total.loaded, again.participations, again.removed) == (0, 0, 0)
    undo_import(shop.graph, shop.dataset, 2, Silent())
    assert shop.behaviours() == BEFORE
    assert shop.participations() == ["a 2024-03-02", "b 2024-03-03"]


def test_refunded_order_is_a_behaviour_of_its_kind(shop: Shop) -> None:
    mapping = orders_mapping(shop.dataset)
    purchases = mapping.tables["behaviours"][0].model_dump(exclude_unset=True, mode="json")
    refunds = purchases | {"constants": {"kind": "refund"}, "where": {"status": "refunded"}}
    tables = mapping.model_dump(exclude_unset=True, mode="json")["tables"]
    tables["behaviours"] = [refunds, purchases]
    kinds = {"order": {"type": "ORDERED", "counts": "promoted"}, "refund": {"type": "REFUNDED"}}
    both = shop_mapping(shop.dataset, tables=tables, kinds=kinds)
    shop.load("june", JUNE, both)
    shop.load("july", JULY, both)
    refunded = [("17", "REFUNDED", "mug", 2.0, 2), ("17", "REFUNDED", "tea", 8.0, 2)]
    rest = [("16", "ORDERED", "tea", 3.5, 1), ("18", "ORDERED", "tea", 4.0, 2)]
    assert shop.behaviours() == [rest[0], *refunded, rest[1]]
    # The orders of July again, in an export of all: nothing new but one.
    report = shop.load(
        "august", JUNE.splitlines()[0] + "\n" + JULY + "19,completed,b,tea,2024-03-12 10:00,4\n", both
    )
    assert report.tables["behaviours"].loaded == 1
    assert shop.behaviours()[-1] == ("19", "ORDERED", "tea", 4.0, 3)


def test_corrected_value_replaces_the_earlier_one_by_id(shop: Shop) -> None:
    columns = {"user": "user", "object": "product", "at": "at", "value": "amount", "id": "order"}
    mapping = orders_mapping(shop.dataset, columns=columns, replaces=None, where={})
    shop.load(
        "june", "a1,completed,a,tea,2024-03-02 10:00,3.5\na2,completed,a,tea,2024-03-02 10:00,3.5\n", mapping
    )
    assert [value for *_, value, _ in shop.behaviours()] == [3.5, 3.5]
    report = shop.load(
        "july", "a1,completed,a,tea,2024-03-05 10:00,9\na2,completed,a,tea,2024-03-02 10:00,3.5\n", mapping
    )
    assert sorted((value, number) for *_, value, number in shop.behaviours()) == [(3.5, 1), (9.0, 2)]
    assert (report.tables["behaviours"].loaded, report.tables["behaviours"].unchanged) == (1, 1)
    assert shop.participations() == ["a 2024-03-02", "a 2024-03-05"]


def test_import_whose_behaviours_were_replaced_is_undone_after_the_later_one(shop: Shop) -> None:
    shop.load("june", JUNE)
    shop.load("july", JULY)
    shop.load("august", "18,refunded,a,tea,2024-03-09 10:00,4\n")
    assert [basket for basket, *_ in shop.behaviours()] == ["16"]
    with pytest.raises(InvalidRequest, match="import/3"):
        undo_import(shop.graph, shop.dataset, 2, Silent())
    undo_import(shop.graph, shop.dataset, 3, Silent())
    undo_import(shop.graph, shop.dataset, 2, Silent())
    assert shop.behaviours() == BEFORE


def test_kill_between_batches_leaves_the_same_graph(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.load("june", JUNE)
    replace, calls = replacement.replace_earlier, []

    def killed(*arguments: object, **options: object) -> replacement.ReplacementResult:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return replace(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("graph.importing.engines.stream.replace_earlier", killed)
    with pytest.raises(KeyboardInterrupt):
        shop.load("july", JULY)
    monkeypatch.undo()
    shop.load("july", JULY)
    assert shop.behaviours() == [("16", "ORDERED", "tea", 3.5, 1), ("18", "ORDERED", "tea", 4.0, 2)]
    assert shop.participations() == ["a 2024-03-02", "a 2024-03-09"]
    undo_import(shop.graph, shop.dataset, 2, Silent())
    assert shop.behaviours() == BEFORE


def test_rows_that_are_read_again_for_a_rejected_one_replace_nothing(shop: Shop) -> None:
    shop.load("june", JUNE + "20,completed,z,tea,2024-03-02 10:00,1\n")
    shop.load("july", JULY)
    # z, whose row was rejected, is a user now.
    (shop.folder / "users.csv").write_text("id,city\na,Ulm\nb,Bonn\nc,Ulm\nz,Ulm\n")
    shop.load("june", JUNE + "20,completed,z,tea,2024-03-02 10:00,1\n")
    assert [basket for basket, *_ in shop.behaviours()] == ["16", "18", "20"]


@pytest.mark.parametrize("key", [["basket"], ["basket", "object"]])
def test_order_whose_lines_lie_in_two_blocks_keeps_them_all(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, key: list[str]
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    mapping = orders_mapping(shop.dataset, replaces=key)
    lines = "17,completed,b,tea,2024-03-03 11:00,8\n17,completed,b,tea,2024-03-03 11:00,2\n"
    first = "16,completed,a,tea,2024-03-02 10:00,3.5\n"
    shop.load("june", first + lines, mapping)
    shop.load("july", first + lines + "18,completed,a,tea,2024-03-09 10:00,4\n", mapping)
    assert sorted((basket, value) for basket, _, _, value, _ in shop.behaviours()) == [
        ("16", 3.5), ("17", 2.0), ("17", 8.0), ("18", 4.0),
    ]  # fmt: skip


def test_older_export_that_is_imported_late_is_warned_of(shop: Shop) -> None:
    completed = JUNE.replace("8", "7")
    shop.load("june", JUNE)
    assert not [w for w in shop.load("july", JULY).warnings if w.code == "older_export"]
    report = shop.load("old", completed)
    (warning,) = (warning for warning in report.warnings if warning.code == "older_export")
    assert "2 rows were loaded that it does not have" in warning.text
    assert f"`groundswell import undo 3 --dataset {shop.dataset}`" in warning.text
    undo_import(shop.graph, shop.dataset, 3, Silent())
    assert [basket for basket, *_ in shop.behaviours()] == ["16", "18"]


def test_lines_that_a_later_export_lacks_are_taken_out_and_an_older_one_that_has_them_is_warned_of(
    shop: Shop,
) -> None:
    fewer = "17,completed,b,tea,2024-03-03 11:00,8\n18,completed,a,tea,2024-03-09 10:00,4\n"
    shop.load("june", JUNE)
    shop.load("july", fewer)
    assert [(row[0], row[2]) for row in shop.behaviours()] == [("16", "tea"), ("17", "tea"), ("18", "tea")]
    undo_import(shop.graph, shop.dataset, 2, Silent())
    undo_import(shop.graph, shop.dataset, 1, Silent())
    shop.load("july", fewer)
    report = shop.load("old", JUNE)
    (warning,) = (warning for warning in report.warnings if warning.code == "older_export")
    assert "0 of its behaviours were replaced, and 1 rows were loaded that it does not have" in warning.text


def test_order_cut_between_two_files_keeps_its_lines_when_one_of_them_changes(shop: Shop) -> None:
    first = "16,completed,a,tea,2024-03-02 10:00,3.5\n17,completed,b,tea,2024-03-03 11:00,8\n"
    second = HEADER + "17,completed,b,mug,2024-03-03 11:00,2\n18,completed,a,tea,2024-03-09 10:00,4\n"
    lines = ["16 tea", "17 mug", "17 tea", "18 tea"]
    for rows in (first, first.replace("3.5", "9")):
        (shop.folder / "part-2.csv").write_text(second)
        shop.load("1", rows, orders_mapping(shop.dataset, files=["orders-*.csv", "part-*.csv"]))
        assert [f"{row[0]} {row[2]}" for row in shop.behaviours()] == lines


def test_orders_that_are_set_back_count_as_at_first(shop: Shop) -> None:
    shop.load("june", JUNE)
    corrected = JUNE.replace("3.5", "9").replace("17,completed", "17,refunded")
    shop.load("june", corrected)
    assert [(basket, value) for basket, _, _, value, _ in shop.behaviours()] == [("16", 9.0)]
    back = shop.load("june", JUNE)
    assert back.total.loaded == 3
    assert [row[:4] for row in shop.behaviours()] == [row[:4] for row in BEFORE]
    assert shop.participations() == ["a 2024-03-02", "b 2024-03-03"]
    assert shop.load("june", JUNE).total.loaded == 0
    undo_import(shop.graph, shop.dataset, 3, Silent())
    assert [(basket, value) for basket, _, _, value, _ in shop.behaviours()] == [("16", 9.0)]


@pytest.mark.parametrize("key", [["basket"], ["basket", "object"]])
def test_order_changes_within_a_file_that_was_loaded_before(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, key: list[str]
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    mapping = orders_mapping(shop.dataset, replaces=key)
    first = "16,completed,a,tea,2024-03-02 10:00,3.5\n17,completed,b,tea,2024-03-03 11:00,8\n"
    second = "17,completed,b,tea,2024-03-03 11:00,2\n18,completed,a,tea,2024-03-09 10:00,4\n"
    shop.load("june", first + second, mapping)
    # An order of the second block is refunded, and a line of order 17, which both have, stays.
    shop.load("june", first + second.replace("18,completed", "18,refunded"), mapping)
    assert sorted((basket, value) for basket, _, _, value, _ in shop.behaviours()) == [
        ("16", 3.5), ("17", 2.0), ("17", 8.0),
    ]  # fmt: skip
    # Lines are appended, also to an order.
    more = "19,completed,a,tea,2024-03-10 10:00,4\n17,completed,b,tea,2024-03-03 11:00,1\n"
    shop.load("june", first + second.replace("18,completed", "18,refunded") + more, mapping)
    assert sorted((basket, value) for basket, _, _, value, _ in shop.behaviours()) == [
        ("16", 3.5), ("17", 1.0), ("17", 2.0), ("17", 8.0), ("19", 4.0),
    ]  # fmt: skip
