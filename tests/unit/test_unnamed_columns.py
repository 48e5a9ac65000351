"""Columns that no list of words knows: amounts, states and types are asked about, by their values."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import Question, resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

_ROWS = 120


def _orders(folder: Path, column: str, values: list[str]) -> str:
    draw = random.Random(1)
    lines = [
        f'c{draw.randrange(30)},2024-03-{1 + row % 28:02},S{draw.randrange(9)},"{value}"\n'
        for row, value in enumerate(values)
    ]
    (folder / "orders.csv").write_text(f"customer_id,order_date,sku,{column}\n" + "".join(lines), "utf-8")
    return infer_mapping(folder, zone="UTC")


def _questions(text: str) -> tuple[Any, list[Question]]:
    return resolve_questions(load_yaml(text))


def _amounts(form: str) -> list[str]:
    draw = random.Random(2)
    return [form.format(draw.randrange(500, 250_000) / 100) for _ in range(_ROWS)]


@pytest.mark.parametrize(
    ("column", "form", "is_divided"),
    [
        ("Gift Given", "${:,.2f}", False),
        ("Room Revenue", "{:.2f}", False),
        ("小計", "{:.0f}", False),
        ("fare_micros", "{:.0f}000000", True),
    ],
)
def test_column_that_may_be_the_amount_is_asked_about(
    tmp_path: Path, column: str, form: str, is_divided: bool
) -> None:
    values = _amounts(form)
    text = _orders(tmp_path, column, values)
    _, (question,) = _questions(text)
    assert question.choose == (column, "none of them")
    check = check_files(tmp_path, parse_mapping(load_yaml(write_answers(text, [column])), "test"), Silent())
    written = float(values[0].strip("$").replace(",", ""))
    assert check.preview["behaviours"][0]["value"] == written / (1_000_000 if is_divided else 1)
    none = parse_mapping(load_yaml(write_answers(text, ["none of them"])), "test")
    assert "value" not in none.tables["behaviours"][0].columns


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("priority", ["1", "2", "3"] * 40),
        ("till", [f"{1000 + row % 7}" for row in range(_ROWS)]),
        ("row", [f"{row + 90}" for row in range(_ROWS)]),
        ("remark", ["none", "gift wrapped", "call first"] * 40),
        ("delivery_fee", ["4.90", "0.00", "9.90"] * 40),
    ],
)
def test_counts_codes_and_charges_are_no_amounts(tmp_path: Path, column: str, values: list[str]) -> None:
    assert _questions(_orders(tmp_path, column, values))[1] == []


def test_what_belongs_to_a_user_is_no_amount(tmp_path: Path) -> None:
    lines = [
        f"c{row % 30},2024-03-{1 + row % 28:02},S{row % 7},{row % 30 * 1.25 + 90:.2f}\n"
        for row in range(_ROWS)
    ]
    (tmp_path / "orders.csv").write_text("customer_id,order_date,sku,height\n" + "".join(lines))
    assert _questions(infer_mapping(tmp_path, zone="UTC"))[1] == []


@pytest.mark.parametrize("column", ["purchaseState", "Order Type", "Orderart", "取引区分"])
def test_column_that_may_state_what_rows_are_is_asked_about(tmp_path: Path, column: str) -> None:
    codes = random.Random(3).choices(["7", "8", "9"], [8, 1, 1], k=_ROWS)
    text = _orders(tmp_path, column, codes)
    _, (question,) = _questions(text)
    assert f"7 {codes.count('7')}, " in question.ask
    answered = load_yaml(write_answers(text, [["8", "9"]]))
    check = check_files(tmp_path, parse_mapping(answered, "test"), Silent())
    assert check.total.loaded == codes.count("7")


def test_state_in_json_is_asked_about(tmp_path: Path) -> None:
    draw = random.Random(3)
    rows = [
        {"user_id": f"u{draw.randrange(20)}", "sku": f"S{draw.randrange(5)}", "at": "2024-03-01T10:00:00Z",
         "price": 5, "purchaseState": draw.choice([0, 0, 0, 1])}
        for _ in range(_ROWS)
    ]  # fmt: skip
    (tmp_path / "orders.ndjson").write_text("\n".join(map(json.dumps, rows)))
    _, (question,) = _questions(infer_mapping(tmp_path, zone="UTC"))
    assert question.path == "tables.behaviours.0.where.purchaseState.is_not"


def test_type_of_something_else_is_not_asked_about(tmp_path: Path) -> None:
    text = _orders(tmp_path, "Room Type", ["TWN", "SUITE", "KING"] * 40)
    assert _questions(text)[1] == []


def test_state_of_a_user_or_place_is_not_asked_about(tmp_path: Path) -> None:
    assert (
        _questions(_orders(tmp_path, "Billing State", random.Random(3).choices(["CA", "NY"], k=_ROWS)))[1]
        == []
    )
    lines = [
        f"c{row % 30},2024-03-{1 + row % 28:02},S{row % 7},{'old' if row % 3 else 'new'}\n"
        for row in range(_ROWS)
    ]
    (tmp_path / "orders.csv").write_text("customer_id,order_date,sku,member_status\n" + "".join(lines))
    assert _questions(infer_mapping(tmp_path, zone="UTC"))[1] == []


def test_codes_that_no_rule_uses_are_in_a_comment_with_their_rows(tmp_path: Path) -> None:
    codes = random.Random(3).choices(["DR", "CR"], [9, 1], k=_ROWS)
    text = _orders(tmp_path, "dr_cr", codes)
    assert _questions(text)[1] == []
    assert f"# dr_cr is used by no rule (DR {codes.count('DR')}, CR {codes.count('CR')})" in text


def test_amounts_and_groups_are_no_choices_for_users(tmp_path: Path) -> None:
    draw = random.Random(3)
    lines = [
        f"p{draw.randrange(60)},2024-03-{1 + row % 28:02},S{row % 7},{draw.random() * 90:.2f},USD,{row % 2}\n"
        for row in range(300)
    ]
    (tmp_path / "orders.csv").write_text("player,bought,sku,worth,unit,mark\n" + "".join(lines))
    _, questions = _questions(infer_mapping(tmp_path, zone="UTC"))
    (user,) = (question for question in questions if question.path.endswith("columns.user"))
    assert user.choose[:-1] == ("player",)
