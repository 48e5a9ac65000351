"""Discounts in percent are not read as money, and orders refunded in full are no purchases, silently."""

from pathlib import Path
from typing import Any

import pytest

from graph.importing.inference.files.tables import find_columns
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.questions import Question, resolve_questions
from graph.importing.mapping.yaml_text import load_yaml
from tests.orders import HEADER, check_orders, orders_mapping


def drafted(folder: Path, name: str, texts: list[str]) -> tuple[Any, list[Question]]:
    """Write orders of value 17 with this further column, and return the source drafted and its questions."""
    rows = "".join(f"{row},u{row},tea,2024-03-01,17.0,{text}\n" for row, text in enumerate(texts))
    (folder / "orders.csv").write_text(f"order_id,user_id,product,date,order_total,{name}\n" + rows)
    content, questions = resolve_questions(load_yaml(infer_mapping(folder, zone="UTC")))
    return content["tables"]["behaviours"][0], questions  # type: ignore[index]


def test_whole_discounts_up_to_100_are_asked_about(tmp_path: Path) -> None:
    _, (question,) = drafted(tmp_path, "discount", ["20.0", "20.0", "15.0", "0.0", "", "50.0"])
    assert question.path == "tables.behaviours.0.columns.discount.as"
    assert "like 20, percent" in question.ask
    assert question.choose == ("percent", "amount")


@pytest.mark.parametrize(
    ("name", "texts", "expected"),
    [
        ("Rabatt %", ["20", "7"], {"column": "Rabatt %", "as": "percent"}),
        ("discount_pct", ["20", "5"], {"column": "discount_pct", "as": "percent"}),
        ("discount_rate", ["20", "5"], {"column": "discount_rate", "as": "percent"}),
        ("discount_amount", ["20", "5"], "discount_amount"),
        ("Rabatt EUR", ["20", "5"], "Rabatt EUR"),
        ("discount", ["3.99", "5", "1.5"], "discount"),
        ("discount", ["20", "105"], "discount"),
        ("discount", ["0", "1", ""], "discount"),
    ],
)
def test_name_or_values_tell_percent_from_money(
    tmp_path: Path, name: str, texts: list[str], expected: object
) -> None:
    source, questions = drafted(tmp_path, name, texts)
    assert not questions
    assert source["columns"]["discount"] == expected


@pytest.mark.parametrize(
    ("texts", "count"), [(["20", "20", "5"], 2), (["1", "2", ""], None), (["20%"], None)]
)
def test_discounts_above_the_value_are_reported(tmp_path: Path, texts: list[str], count: int | None) -> None:
    lines = "".join(f"a,tea,2024-03-01,17,{text}\n" for text in texts)
    mapping = orders_mapping({"discount": {"column": "off", "as": "amount | percent"}})
    report = check_orders(tmp_path, HEADER.strip() + ",off\n" + lines, mapping)
    found = {warning.code: warning for warning in report.warnings}.get("discount_above_value")
    assert (found and found.count) == count
    if found:
        assert found.examples[0] == "row 2: discount 20, value 17"


@pytest.mark.parametrize("name", ["refunded_amount", "Total refunded", "Erstattungsbetrag"])
def test_orders_refunded_in_full_are_left_out(tmp_path: Path, name: str) -> None:
    source, questions = drafted(tmp_path, name, ["17.00", "0", "", "17"])
    assert not questions
    assert source["where"] == {name: {"sign": "not_positive"}}


def test_refunds_of_other_amounts_are_asked_about(tmp_path: Path) -> None:
    _, (question,) = drafted(tmp_path, "refunded_amount", ["17.00", "0", "5", "2.50"])
    assert question.path == "tables.behaviours.0.where.refunded_amount.sign"
    assert "above 0 in 3 rows: in 1 it is order_total in full, in 2 another" in question.ask
    assert question.choose == ("not_positive", "any")
    for answer, left_out in (("not_positive", 1), ("any", 0)):
        mapping = orders_mapping(where={"off": {"sign": answer}})
        lines = "a,tea,2024-03-01,1,2\na,tea,2024-03-01,1,\n"
        report = check_orders(tmp_path, HEADER.strip() + ",off\n" + lines, mapping)
        assert report.tables["behaviours"].left_out == left_out


def test_refunds_are_compared_with_price_times_units(tmp_path: Path) -> None:
    header = "order_id,user_id,product,date,quantity,unit_price,refunded_amount\n"
    lines = [(3, 2.35, "7.05"), (1, 4.00, ""), (2, 1.10, "2.20")]
    for refunds, is_asked in (([], False), ([(2, 5.00, "5.00")], True)):
        rows = "".join(
            f"{row},u{row},tea,2024-03-01,{units},{price:.2f},{refund}\n"
            for row, (units, price, refund) in enumerate([*lines, *refunds])
        )
        (tmp_path / "orders.csv").write_text(header + rows)
        content, questions = resolve_questions(load_yaml(infer_mapping(tmp_path, zone="UTC")))
        source = content["tables"]["behaviours"][0]  # type: ignore[index]
        assert [question.path.rpartition(".")[2] for question in questions] == ["sign"] * is_asked
        if is_asked:
            assert "in 2 it is unit_price x quantity in full, in 1 another amount" in questions[0].ask
        else:
            assert source["where"]["refunded_amount"] == {"sign": "not_positive"}


def test_refunds_of_nothing_need_no_rule(tmp_path: Path) -> None:
    source, questions = drafted(tmp_path, "refunded_amount", ["0.00", ""])
    assert not questions
    assert "where" not in source


@pytest.mark.parametrize(
    "name",
    ["order_total", "grand_total", "total_price", "Gesamtbetrag", "Montant TTC", "Importe", "合计金额"],
)
def test_totals_are_the_value(name: str) -> None:
    assert find_columns(["user", name])["value"] == name
