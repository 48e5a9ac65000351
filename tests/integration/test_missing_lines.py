"""Lines of an order that a later import lacks: a cut order keeps them, a changed one loses them."""

import pytest

from graph.importing.report import ImportReport
from graph.importing.undo import undo_import
from graph.progress import Silent
from tests.order_exports import OrderExports, orders_mapping
from tests.shop import shop_mapping

FIRST = "16,completed,a,tea,2024-03-02 10:00,3.5\n17,completed,b,tea,2024-03-03 11:00,8\n"
SECOND = "17,completed,b,mug,2024-03-03 11:00,2\n18,completed,a,tea,2024-03-09 10:00,4\n"
WHOLE = ["16 tea", "17 mug", "17 tea", "18 tea"]


def lines(exports: OrderExports) -> list[str]:
    return [f"{row[0]} {row[2]}" for row in exports.behaviours()]


def warnings(report: ImportReport) -> dict[str, tuple[int, list[str]]]:
    codes = ("removed_lines", "cut_orders")
    return {w.code: (w.count, list(w.examples)) for w in report.warnings if w.code in codes}


@pytest.mark.parametrize("newest_first", [False, True])
def test_order_cut_between_two_imports_keeps_both_parts(exports: OrderExports, newest_first: bool) -> None:
    first, second = (
        "".join(reversed(rows.splitlines(keepends=True))) if newest_first else rows
        for rows in (FIRST, SECOND)
    )
    exports.load("1", first)
    report = exports.load("2", second)
    assert lines(exports) == WHOLE
    assert warnings(report) == {"cut_orders": (1, ["17"])}
    assert exports.participations() == ["a 2024-03-02", "a 2024-03-09", "b 2024-03-03"]
    undo_import(exports.graph, exports.dataset, 2, Silent())
    assert lines(exports) == ["16 tea", "17 tea"]


def test_cut_order_of_which_a_line_is_refunded_in_the_next_import_keeps_the_other(
    exports: OrderExports,
) -> None:
    exports.load("1", FIRST)
    exports.load("2", SECOND.replace("17,completed", "17,refunded"))
    assert lines(exports) == ["16 tea", "17 tea", "18 tea"]


@pytest.mark.parametrize(
    "rows",
    [
        # Between other orders: it was changed.
        "15,completed,a,mug,2024-03-01 10:00,1\n" + SECOND,
        # The last of its file, and with a product of the earlier one.
        "16,completed,a,tea,2024-03-02 10:00,3.5\n17,completed,b,mug,2024-03-03 11:00,2\n",
    ],
    ids=["between other orders", "with an equal line"],
)
def test_lines_of_a_changed_order_are_taken_out_with_a_warning(exports: OrderExports, rows: str) -> None:
    more = "17,completed,b,mug,2024-03-03 11:00,2\n" if "16" in rows else ""
    exports.load("june", FIRST + more)
    report = exports.load("july", rows)
    assert "17 tea" not in lines(exports)
    assert warnings(report) == {"removed_lines": (1, ["17"])}


def test_order_within_the_earlier_import_was_changed(exports: OrderExports) -> None:
    exports.load("1", FIRST + "18,completed,a,tea,2024-03-09 10:00,4\n")
    report = exports.load("2", SECOND)
    assert lines(exports) == ["16 tea", "17 mug", "18 tea"]
    assert warnings(report) == {"removed_lines": (1, ["17"])}


def test_refunded_line_is_not_missing(exports: OrderExports) -> None:
    exports.load("june", FIRST + "17,completed,b,mug,2024-03-03 11:00,2\n")
    assert warnings(exports.load("july", "17,refunded,b,tea,2024-03-03 11:00,8\n" + SECOND)) == {}
    assert lines(exports) == ["16 tea", "17 mug", "18 tea"]


def test_no_line_is_missing_where_the_key_has_the_product(exports: OrderExports) -> None:
    by_line = orders_mapping(exports.dataset, replaces=["basket", "object"])
    exports.load("1", FIRST, by_line)
    assert warnings(exports.load("2", SECOND, by_line)) == {}
    assert lines(exports) == WHOLE


def test_rejected_line_of_an_order_is_loaded_once_its_product_is_known(exports: OrderExports) -> None:
    def load(name: str, rows: str, *products: str) -> ImportReport:
        tables = orders_mapping(exports.dataset).model_dump(exclude_unset=True, mode="json")["tables"]
        tables["products"] = {"files": "products.csv", "columns": {"id": "id"}}
        (exports.folder / "products.csv").write_text("\n".join(["id", *products, ""]))
        return exports.load(name, rows, shop_mapping(exports.dataset, tables=tables))

    rows = FIRST + SECOND
    counts = load("1", rows, "tea").tables["behaviours"]
    assert (counts.loaded, counts.rejected, lines(exports)) == (3, 1, ["16 tea", "17 tea", "18 tea"])
    counts = load("1", rows, "tea", "mug").tables["behaviours"]
    assert (counts.loaded, counts.unchanged, lines(exports)) == (1, 3, WHOLE)
    undo_import(exports.graph, exports.dataset, 2, Silent())
    # A later export changed the order: the rejected line is no part of it any more.
    load(
        "2",
        "15,completed,a,tea,2024-03-01 10:00,1\n17,completed,b,tea,2024-03-03 11:00,9\n" + rows[-39:],
        "tea",
    )
    assert load("1", rows, "tea", "mug").tables["behaviours"].loaded == 0
    assert lines(exports) == ["15 tea", "16 tea", "17 tea", "18 tea"]
