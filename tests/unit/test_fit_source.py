"""Sources of known exports without the columns that a delivery lacks."""

import pytest

from graph.importing.exports.fit import fit_source, named_columns

ORDERS = {
    "files": "orders",
    "columns": {
        "user": ["userId", "anonymousId"],
        "object": "sku",
        "at": {"column": "created", "times": "epoch_s"},
        "campaign": "coupon",
    },
    "where": {"cancelled": {"empty": True}, "sku": {"empty": False}},
    "kinds": [
        {"kind": "refunded", "where": {"refund": {"empty": False}}},
        {"kind": "sold", "where": {"status": {"is_not": ["open"]}}},
    ],
    "constants": {"kind": "purchase"},
}


def test_all_columns_are_named() -> None:
    assert named_columns(ORDERS | {"attributes": {"place": "city"}, "join": [{"on": {"key": "id"}}]}) == [
        "userId", "anonymousId", "sku", "created", "coupon", "city", "cancelled", "refund", "status", "key",
    ]  # fmt: skip


def test_source_whose_columns_are_present_is_kept() -> None:
    assert fit_source("behaviours", ORDERS, []) == ORDERS


def test_absent_columns_count_as_missing_values() -> None:
    fitted = fit_source("behaviours", ORDERS, ["userId", "coupon", "cancelled", "refund", "status"])
    assert fitted == {
        "files": "orders",
        "columns": {"user": "anonymousId", "object": "sku", "at": {"column": "created", "times": "epoch_s"}},
        "where": {"sku": {"empty": False}},
        "constants": {"kind": "sold"},
    }


@pytest.mark.parametrize("absent", [["sku"], ["created"], ["userId", "anonymousId"]])
def test_source_without_a_required_column_has_no_rows(absent: list[str]) -> None:
    assert fit_source("behaviours", ORDERS, absent) is None


def test_source_whose_rows_are_all_left_out_has_no_rows() -> None:
    source = {"files": "orders", "columns": {"id": "email"}, "where": {"type": "profile"}}
    assert fit_source("users", source, ["type"]) is None
    assert fit_source("users", source | {"where": {"type": {"not_starts_with": "x"}}}, ["type"]) == {
        "files": "orders", "columns": {"id": "email"}
    }  # fmt: skip
