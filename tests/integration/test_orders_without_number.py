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
