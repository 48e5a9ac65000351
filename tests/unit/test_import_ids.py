"""Ids are equal by the mapping's rules, and may be missing where nothing is referenced."""

from pathlib import Path

import pyarrow as pa
import pytest

from graph.errors import InvalidRequest
from graph.importing.check import check_files
from graph.importing.mapping.formats import Numbers, ValueFormat
from graph.importing.mapping.model import parse_mapping
from graph.importing.reading.cells import texts
from graph.importing.reading.ids import normalise
from graph.importing.values.convert import convert
from graph.progress import Silent
from tests.orders import HEADER, check_orders, orders_mapping


def test_order_without_a_coupon_is_no_error(tmp_path: Path) -> None:
    document = orders_mapping({"campaign": "coupon"}).model_dump(mode="json", exclude_unset=True)
    columns = {"user": "user", "campaign": "coupon"}
    document["tables"]["targetings"] = {"files": "orders.csv", "columns": columns}
    orders = (
        "user,product,at,amount,coupon\na,tea,2024-03-01,1,null\na,tea,2024-03-02,1,F\na,tea,2024-03-03,1,\n"
    )
    report = check_orders(tmp_path, orders, parse_mapping(document, "test"))
    assert (report.total.rejected, report.tables["behaviours"].loaded) == (0, 3)
    targetings = report.tables["targetings"]
    assert (targetings.read, targetings.loaded, targetings.left_out) == (1, 1, 2)


def test_rules_make_ids_equal_in_their_table_and_in_references(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("id\nA@x\n17850\n")
    (tmp_path / "campaigns.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    (tmp_path / "orders.csv").write_text(
        HEADER + "a@X ,SKU 1,2024-03-01,1\n17850.0,sku1,2024-03-01,1\n017850,sku1,2024-03-01,1\n"
    )
    changes = {"unknown": {}, "ids": {"users": ["lower_case", "whole_numbers"], "products": ["no_spaces"]}}
    report = check_files(tmp_path, orders_mapping(**changes), Silent())
    assert [row["user"] for row in report.preview["behaviours"]] == ["a@x", "17850"]
    assert [row["object"] for row in report.preview["behaviours"]] == ["SKU1", "sku1"]
    assert report.reasons == {"orders.csv: user is not among the users": 1}
    before, after = orders_mapping(), orders_mapping(ids={"users": ["lower_case"]})
    digests = {each.digest_of(each.tables["behaviours"][0]) for each in (before, after)}
    assert len(digests) == 2


def test_whole_numbers_have_one_text_in_every_column_type() -> None:
    wide = 2**53 + 2
    floats = pa.array([17850.0, 2.5, float(wide), 1e20, None])
    value_format = ValueFormat(times=("iso",), zone="UTC", numbers=Numbers(), missing=("",))
    expected = ["17850", "2.5", str(wide), "1e+20", None]
    assert texts(floats).to_pylist() == expected
    for column in (floats, pa.chunked_array([floats]), floats.dictionary_encode()):
        assert convert(column, "id", value_format).values.to_pylist() == expected
    strings = pa.array(["17850"], pa.large_string())
    for column in (strings, strings.cast(pa.string_view()), pa.array([17850])):
        assert texts(column).to_pylist() == ["17850"]


def test_nfkc_makes_composed_decomposed_and_full_width_ids_equal() -> None:
    ids = pa.array(["Cafe\u0301", "Caf\u00e9", "\uff23\uff41\uff46\u00e9", None, "tea"])
    assert normalise(ids, ["nfkc"]).to_pylist() == ["Caf\u00e9", "Caf\u00e9", "Caf\u00e9", None, "tea"]
    assert normalise(pa.chunked_array([ids, ids]), ["nfkc"]).to_pylist()[5:7] == ["Caf\u00e9"] * 2


def test_phone_numbers_with_and_without_their_calling_code_are_reported(tmp_path: Path) -> None:
    numbers = [
        "+44 7700 900123",
        "07700900123",
        "0044-7700-900123",
        "+447700900456",
        "(07700) 900 456",
        "+4917612",
    ]
    orders = HEADER + "".join(f"{number},tea,2024-03-01,1\n" for number in numbers)
    report = check_orders(tmp_path, orders, orders_mapping())
    (warning,) = (found for found in report.warnings if found.code == "similar_ids")
    assert warning.text.startswith(
        "users: 5 ids differ from another one only in how a phone number is written"
    )
    assert warning.text.endswith("add `ids: {users: [phone +44]}` to the mapping.")
    assert warning.count == 3
    report = check_orders(tmp_path, orders, orders_mapping(ids={"users": ["phone +44"]}))
    assert not [found for found in report.warnings if found.code == "similar_ids"]
    assert {row["user"] for row in report.preview["behaviours"]} == {"+447700900123", "+447700900456"}


@pytest.mark.parametrize("bare", ["7700900123", "447700900123"])
def test_phone_numbers_without_plus_or_zero_are_reported(tmp_path: Path, bare: str) -> None:
    orders = HEADER + "".join(f"{number},tea,2024-03-01,1\n" for number in ("+44 7700 900123", bare, "77009"))
    report = check_orders(tmp_path, orders, orders_mapping())
    (warning,) = (found for found in report.warnings if found.code == "similar_ids")
    assert warning.text.endswith("add `ids: {users: [phone +44 digits]}` to the mapping.")
    report = check_orders(tmp_path, orders, orders_mapping(ids={"users": ["phone +44 digits"]}))
    assert not [found for found in report.warnings if found.code == "similar_ids"]
    assert {row["user"] for row in report.preview["behaviours"]} == {"+447700900123", "77009"}


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        ("phone +44", "+44 (0)20 7946 0018", "+442079460018"),
        ("phone +44", "+49 30 901820", "+4930901820"),
        ("phone +39", "06 6982 1234", "+390669821234"),
        ("phone +39", "+39 06 6982 1234", "+390669821234"),
        ("phone", "0044 7700 900123", "+447700900123"),
        ("phone", "07700 900123", "07700900123"),
        ("phone +44", "447700900123", "447700900123"),
        ("phone +44", "0017", "0017"),
        ("phone +44", "ann@example.com", "ann@example.com"),
        ("phone +44 digits", "7700900123", "+447700900123"),
        ("phone +44 digits", "447700900123", "+447700900123"),
        ("phone +44 digits", "07700 900123", "+447700900123"),
        ("phone +39 digits", "3901234567", "+393901234567"),
        ("phone +44 digits", "123456", "123456"),
        ("phone +44 digits", "ann@example.com", "ann@example.com"),
    ],
)
def test_phone_rule_changes_numbers_that_begin_with_plus_or_zero(
    rule: str, given: str, expected: str
) -> None:
    assert normalise(pa.array([given, None]), [rule]).to_pylist() == [expected, None]


def test_calling_code_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="ids"):
        orders_mapping(ids={"users": ["phone 44"]})


def test_ids_with_leading_zeros_are_no_phone_numbers(tmp_path: Path) -> None:
    orders = HEADER + "00017850,tea,2024-03-01,1\n017851,tea,2024-03-01,1\n"
    assert not check_orders(tmp_path, orders, orders_mapping()).warnings
