"""Amounts beside quantities: the price of one unit, the amount of a line, or the total of an order."""

import json
from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.importing.inference.files.tables import find_columns
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

PRICES = {"tea": 2.5, "mug": 4.0}


def values(folder: Path, *answers: str) -> list[object]:
    """Return the first values that are loaded after the answers to all questions."""
    text = infer_mapping(folder, "shop", "UTC")
    assert len(resolve_questions(load_yaml(text))[1]) == len(answers)
    mapping = parse_mapping(load_yaml(write_answers(text, list(answers))), "test")
    return [row.get("value") for row in check_files(folder, mapping, Silent()).preview["behaviours"]]


def write_lines(folder: Path, amount: str, amounts: list[str]) -> None:
    rows = [
        f"o{number},c{number},2024-03-01,{'mug' if number % 2 else 'tea'},{number // 2 + 1},{text}\n"
        for number, text in enumerate(amounts)
    ]
    (folder / "orders.csv").write_text(f"order_id,customer,date,sku,qty,{amount}\n" + "".join(rows))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["sku", "qty", "price.amount"], {"unit_price": "price.amount"}),
        (["sku", "qty", "price_set.shop_money.amount"], {"unit_price": "price_set.shop_money.amount"}),
        (["sku", "total.amount", "price.amount"], {"value": "total.amount", "unit_price": "price.amount"}),
        (["sku", "payment.amount"], {"value": "payment.amount"}),
        (["sku", "tax.amount", "price.amount"], {"unit_price": "price.amount"}),
        (
            ["sku", "discount.amount", "line.total.value"],
            {"discount": "discount.amount", "value": "line.total.value"},
        ),
    ],
)
def test_parts_before_say_of_what_it_is_the_amount(names: list[str], expected: dict[str, str]) -> None:
    found = find_columns(names)
    assert {role: found[role] for role in ("value", "unit_price", "discount") if role in found} == expected


def test_price_of_items_in_json_is_multiplied_by_the_quantity(tmp_path: Path) -> None:
    items = [{"sku": "tea", "qty": 3, "price": {"amount": "2.50"}}]
    order = {"id": "o1", "customer": {"id": "c1"}, "created_at": "2024-03-01", "items": items}
    (tmp_path / "orders.jsonl").write_text(json.dumps(order) + "\n")
    assert values(tmp_path) == [7.5]


@pytest.mark.parametrize("amount", ["amount", "price", "Betrag"])
def test_values_tell_the_price_of_one_unit_from_the_amount_of_a_line(tmp_path: Path, amount: str) -> None:
    write_lines(tmp_path, amount, [f"{(2.5, 4)[number % 2]:.2f}" for number in range(8)])
    assert values(tmp_path) == [2.5, 4, 5, 8, 7.5]
    write_lines(tmp_path, amount, [f"{(2.5, 4)[number % 2] * (number // 2 + 1):.2f}" for number in range(8)])
    assert values(tmp_path) == [2.5, 4, 5, 8, 7.5]


def test_values_that_contradict_a_clear_name_are_asked_about(tmp_path: Path) -> None:
    write_lines(
        tmp_path, "line_total", [f"{(2.5, 4)[number % 2]:.2f}".replace(".", ",") for number in range(8)]
    )
    text = (tmp_path / "orders.csv").read_text().replace(",2,50", ',"2,50"').replace(",4,00", ',"4,00"')
    (tmp_path / "orders.csv").write_text(text)
    assert values(tmp_path, "line_total") == [2.5, 4, 2.5, 4, 2.5]
    assert values(tmp_path, "none of them") == [2.5, 4, 5, 8, 7.5]


def test_values_that_fit_either_are_asked_about(tmp_path: Path) -> None:
    prices = ["2.50", "4.00", "5.00", "4.00", "7.50", "4.00", "10.00", "4.00"]
    write_lines(tmp_path, "amount", prices)
    assert values(tmp_path, "none of them")[:4] == [2.5, 4, 10, 8]


def test_few_equal_amounts_of_an_order_are_asked_about(tmp_path: Path) -> None:
    header = "order_id,customer,date,sku,amount\n"
    rows = [
        f"o{order},c,2024-03-01,{sku},{order % 2 + 1}.50\n" for order in range(4) for sku in ("tea", "mug")
    ]
    (tmp_path / "orders.csv").write_text(header + "".join(rows))
    assert values(tmp_path, "amount") == [1.5, 1.5, 2.5, 2.5, 1.5]
    assert values(tmp_path, "none of them") == [None] * 5


def test_equal_amounts_of_many_orders_are_their_totals(tmp_path: Path) -> None:
    header = "order_id,customer,date,sku,amount\n"
    rows = [f"o{order},c,2024-03-01,{sku},{order}.50\n" for order in range(9) for sku in ("tea", "mug")]
    (tmp_path / "orders.csv").write_text(header + "".join(rows))
    assert values(tmp_path) == [None] * 5


def test_amounts_of_elements_come_before_those_of_the_order(tmp_path: Path) -> None:
    def line(sku: str, quantity: int, cost: float, total: float) -> dict[str, object]:
        return {"sku": sku, "quantity": quantity, "cost": {"value": cost}, "total": {"value": total}}

    order = {
        "orderId": "o1",
        "buyer": {"username": "c1"},
        "creationDate": "2024-03-01T10:00:00Z",
        "pricing": {"priceSubtotal": {"value": 12.5}, "total": {"value": 15}},
        "lineItems": [line("tea", 3, 7.5, 7), line("mug", 1, 6, 5.5)],
    }
    (tmp_path / "orders.jsonl").write_text(json.dumps(order) + "\n")
    assert values(tmp_path) == [7.0, 5.5]


def test_cost_of_a_line_item_is_its_amount() -> None:
    names = ["sku", "lineItemCost.value", "deliveryCost.value", "^.pricing.priceSubtotal.value"]
    assert find_columns(names)["value"] == "lineItemCost.value"
    assert "value" not in find_columns(["sku", "deliveryCost.value"])


def test_after_the_total_of_the_order_the_amount_of_the_line_is_taken(tmp_path: Path) -> None:
    rows = [
        f"o{n},c{n},2024-03-{n + 1:02d},{sku},{20 + n},{3 + k}\n"
        for n in range(9)
        for k, sku in enumerate(("tea", "mug", "cup"))
    ]
    (tmp_path / "orders.csv").write_text("order_id,customer,date,sku,total,line_amount\n" + "".join(rows))
    assert values(tmp_path)[:3] == [3.0, 4.0, 5.0]
    assert "total repeats the total of the order in each line, whose value is line_amount" in infer_mapping(
        tmp_path
    )
