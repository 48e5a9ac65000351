"""Orders without a number: user, product and moment say which one a later export has with another status."""

import pytest

from tests.order_exports import OrderExports, orders_mapping

JUNE = ",pending,a,tea,2024-03-02 10:00,3.5\n,pending,b,tea,2024-03-03 11:00,8\n"
JULY = JUNE.replace("pending,b", "cancelled,b") + ",pending,a,tea,2024-03-09 10:00,4\n"


@pytest.mark.parametrize("times", ["%Y-%m-%d %H:%M", "%Y-%m-%d"])
def test_order_that_is_cancelled_later_is_taken_out(exports: OrderExports, times: str) -> None:
    june, july = (
        rows if "%H" in times else rows.replace(" 10:00", "").replace(" 11:00", "") for rows in (JUNE, JULY)
    )
    columns = {"user": "user", "object": "product", "at": {"column": "at", "times": times}, "value": "amount"}
    where = {"status": {"is_not": "cancelled"}}
    mapping = orders_mapping(exports.dataset, columns=columns, where=where, replaces=["object", "at"])
    exports.load("june", june, mapping)
    report = exports.load("july", july, mapping)
    assert exports.values() == [3.5, 4.0]
    assert exports.participations() == ["a 2024-03-02", "a 2024-03-09"]
    assert [w.count for w in report.warnings if w.code == "replaced_behaviours"] == [1]


def test_orders_of_one_user_product_and_day_are_counted_but_stay(exports: OrderExports) -> None:
    rows = ",pending,a,tea,2024-03-02,3.5\n,pending,a,tea,2024-03-02,8\n,pending,b,tea,2024-03-03,8\n"
    columns = {"user": "user", "object": "product", "at": "at", "value": "amount"}
    statuses = {"where": {"status": {"is_not": "cancelled"}}, "statuses": {"status": ["pending"]}}
    mapping = orders_mapping(exports.dataset, columns=columns, replaces=[], **statuses)
    first = exports.load("june", rows + ",cancelled,c,tea,2024-03-03,8\n", mapping)
    later = rows.replace("pending,a,tea,2024-03-02,8", "cancelled,a,tea,2024-03-02,8")
    second = exports.load("july", later + ",cancelled,c,tea,2024-03-03,8\n", mapping)
    assert exports.values() == [3.5, 8.0, 8.0]
    counts = [[w.count for w in report.warnings if w.code == "stale_orders"] for report in (first, second)]
    assert counts == [[], [1]]
