"""What only rows after the first 2,000 have decides the mapping, too: statuses, types and ids like NULL."""

from pathlib import Path
from typing import Any

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import resolve_questions
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

_EARLY, _LATE = 2_300, 400


def _source(folder: Path, header: str, rows: list[str]) -> dict[str, Any]:
    (folder / "orders.csv").write_text(f"order,customer,sku,date,amount{header}\n" + "\n".join(rows) + "\n")
    return _mapping(folder)["tables"]["behaviours"][0]


def _mapping(folder: Path) -> Any:
    return resolve_questions(load_yaml(infer_mapping(folder, zone="UTC")))[0]


def _row(number: int, customer: str = "", more: str = "") -> str:
    day = f"2024-{1 + number % 12:02}-{1 + number % 28:02}"
    return f"O{number},{customer or f'U{number % 97}'},P{number % 13},{day},{number % 89}.50{more}"


def test_late_status_is_left_out(tmp_path: Path) -> None:
    rows = [_row(n, more=f",{'cancelled' if n > _EARLY and n % 4 else 'ok'}") for n in range(_EARLY + _LATE)]
    assert _source(tmp_path, ",info", rows)["where"] == {"info": {"is_not": ["cancelled"]}}


def test_late_type_of_rows_is_their_kind(tmp_path: Path) -> None:
    rows = [_row(n, more=f",{'SALE' if n < _EARLY else 'RETURN'}") for n in range(_EARLY + _LATE)]
    assert _source(tmp_path, ",record_type", rows)["columns"]["kind"] == "record_type"


def test_late_state_of_unknown_meaning_is_asked(tmp_path: Path) -> None:
    rows = [_row(n, more=f",{'zurg' if n < _EARLY else 'blip'}") for n in range(_EARLY + _LATE)]
    (tmp_path / "orders.csv").write_text("order,customer,sku,date,amount,order_state\n" + "\n".join(rows))
    _, (question,) = resolve_questions(load_yaml(infer_mapping(tmp_path, zone="UTC")))
    assert "zurg 2,300, blip 400" in question.ask


def test_late_value_that_describes_customers_is_no_state(tmp_path: Path) -> None:
    rows = [
        _row(
            n,
            f"{'L' if n > _EARLY and n % 4 else 'U'}{n % 97}",
            f",{'B2B' if n > _EARLY and n % 4 else 'B2C'}",
        )
        for n in range(_EARLY + _LATE)
    ]
    (tmp_path / "orders.csv").write_text("order,customer,sku,date,amount,order_type\n" + "\n".join(rows))
    assert not resolve_questions(load_yaml(infer_mapping(tmp_path, zone="UTC")))[1]


@pytest.mark.parametrize("null", ["NULL", "nan", "N/A"])
def test_late_null_is_no_customer(tmp_path: Path, null: str) -> None:
    rows = [_row(n, null if n > _EARLY else "") for n in range(_EARLY + _LATE)]
    source = _source(tmp_path, "", rows)
    assert source["missing"] == ["", null]
    assert source["where"] == {"customer": {"empty": False}}


def test_null_id_that_a_mapping_loads_is_warned_of(tmp_path: Path) -> None:
    mapping = _mapping(tmp_path) if _source(tmp_path, "", [_row(n) for n in range(20)]) else None
    rows = [_row(1, "none"), _row(2, "NULL"), _row(3, "NULL"), _row(4)]
    (tmp_path / "orders.csv").write_text("order,customer,sku,date,amount\n" + "\n".join(rows))
    (warning,) = [
        warning
        for warning in check_files(tmp_path, parse_mapping(mapping, "test"), Silent()).warnings
        if warning.code == "null_ids"
    ]
    assert (warning.count, warning.examples) == (3, ["NULL", "none"])
    assert "orders.csv, column 'customer': 3 rows" in warning.text
    assert '`missing: ["", "NULL", none]`' in warning.text


def test_null_in_a_known_export_is_no_user(tmp_path: Path) -> None:
    header = (
        "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),"
        "Company (Billing),Address 1&2 (Billing),City (Billing),State Code (Billing),Postcode (Billing),"
        "Country Code (Billing),Email (Billing),Phone (Billing),First Name (Shipping),Last Name (Shipping),"
        "Address 1&2 (Shipping),City (Shipping),State Code (Shipping),Postcode (Shipping),"
        "Country Code (Shipping),Payment Method Title,Cart Discount Amount,Order Subtotal Amount,"
        "Shipping Method Title,Order Shipping Amount,Order Refund Amount,Order Total Amount,"
        "Order Total Tax Amount,SKU,Item #,Item Name,Quantity (- Refund),Item Cost,Coupon Code,"
        "Discount Amount,Discount Amount Tax"
    )
    row = (
        "{n},completed,2024-03-09 18:40,,Lena,Vogt,,Ringstr. 1,Köln,,50667,DE,{mail},,Lena,Vogt,Ringstr. 1,"
        "Köln,,50667,DE,Direct bank transfer,0,45,Flat rate,4.9,0,45.4,0,CAN,1,Candle,2,11.25,,,"
    )
    rows = [
        row.format(n=n, mail=f"u{n % 97}@example.com" if n < _EARLY else "NULL") for n in range(_EARLY + 9)
    ]
    (tmp_path / "orders-2024-03-10.csv").write_text("\n".join([header, *rows, ""]))
    mapping = _mapping(tmp_path)
    assert "a known export" in infer_mapping(tmp_path, zone="UTC")
    assert mapping["tables"]["behaviours"][0]["missing"] == ["", "NULL"]
    check = check_files(tmp_path, parse_mapping(mapping, "test"), Silent())
    assert not [warning for warning in check.warnings if warning.code == "null_ids"]


def test_late_letters_decide_the_encoding(tmp_path: Path) -> None:
    rows = [_row(n, "Zoë" if n > 9_990 else f"U{n % 97}-{'x' * 20}") for n in range(10_000)]
    text = "order,customer,sku,date,amount\n" + "\n".join(rows) + "\n"
    (tmp_path / "orders.csv").write_bytes(text.encode("cp1252"))
    assert len(text) > 300_000
    assert _mapping(tmp_path)["tables"]["behaviours"][0]["encoding"] == "cp1252"


def test_late_text_of_no_campaign_is_missing(tmp_path: Path) -> None:
    names = ("(direct)", "(not set)", "spring")
    rows = [_row(n, more=f",{'spring' if n < _EARLY else names[n % 3]}") for n in range(_EARLY + _LATE)]
    source = _source(tmp_path, ",utm_campaign", rows)
    assert source["missing"] == ["", "(direct)", "(not set)"]
    check = check_files(tmp_path, parse_mapping(_mapping(tmp_path), "test"), Silent())
    assert [row["id"] for row in check.preview["campaigns"]] == ["spring"]
