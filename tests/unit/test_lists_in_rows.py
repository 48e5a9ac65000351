"""Lists inside the rows of JSON: campaigns and refunds in them are read, the others are named."""

import json
from pathlib import Path
from typing import Any

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import NONE_OF_THEM, Question, resolve_questions
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading.json_paths import ABSENT, flatten, lookup, nested_lists
from graph.progress import Silent

PROMOTION = "appliedPromotions[].promotionId"
REFUND = "refunds[].amount.value"
CAMPAIGNS = [
    {"promotionId": name, "name": name, "startDate": "2024-03-01", "endDate": "2024-03-20"}
    for name in ("P1", "P2")
]


def line(number: int, promotions: tuple[str, ...] = (), **more: object) -> dict[str, object]:
    applied = [{"promotionId": name, "discountAmount": {"value": "1.00"}} for name in promotions]
    cost = {"value": f"{number}.50"}
    return {"sku": f"S{number}", "quantity": 1, "lineItemCost": cost, "appliedPromotions": applied} | more


def write(folder: Path, *lines: dict[str, object], campaigns: bool = False, **of_order: object) -> str:
    """Write an order for each two lines, and return the first mapping."""
    orders = [
        {
            "orderId": f"O{i}",
            "creationDate": f"2024-03-0{i + 1}T10:00:00+01:00",
            "buyer": {"username": f"u{i}"},
            **of_order,
            "lineItems": lines[i : i + 2],
        }
        for i in range(0, len(lines), 2)
    ]
    (folder / "orders.json").write_text(json.dumps({"orders": orders}))
    if campaigns:
        (folder / "promotions.json").write_text(json.dumps(CAMPAIGNS))
    return infer_mapping(folder, zone="Europe/Berlin")


def source_of(text: str) -> tuple[dict[str, Any], dict[str, Question]]:
    mapping, questions = resolve_questions(load_yaml(text))
    return mapping["tables"]["behaviours"][0], {question.path: question for question in questions}


LINES = (line(1, ("P1",)), line(2), line(3, ("P2",)), line(4))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("codes[]", "a, b"),
        ("numbers[]", 7),
        ("items[].sku", "tea, mug"),
        ("items[].price.value", 3.5),
        ("none[]", None),
        ("none[].sku", None),
        ("items[].missing", ABSENT),
        ("items[].price", [{"value": 3.5}]),
        ("missing[]", ABSENT),
        ("items[1].sku", "mug"),
    ],
)
def test_path_names_all_elements_of_a_list(path: str, value: object) -> None:
    items = [{"sku": "tea", "price": {"value": 3.5}}, {"sku": "mug", "price": None}]
    record = {"codes": ["a", None, "b"], "numbers": [7], "items": items, "none": []}
    assert lookup(record, path) == value


def test_lists_of_objects_are_no_columns_and_are_listed() -> None:
    record = {
        "codes": ["a", "b"],
        "params": [{"key": "page", "value": 1}],
        "cart": {"items": [{"sku": "tea"}, {"sku": "mug", "tags": ["x"]}]},
    }
    assert dict(flatten(record)) == {"codes[]": "a, b", "params[key=page].value": 1}
    ((path, names),) = nested_lists(record)
    assert path == "cart.items"
    assert list(dict.fromkeys(names)) == ["cart.items[].sku", "cart.items[].tags[]"]


def test_promotion_of_a_line_is_its_campaign(tmp_path: Path) -> None:
    text = write(tmp_path, *LINES, campaigns=True)
    source, questions = source_of(text)
    assert not questions
    assert source["columns"]["campaign"] == PROMOTION
    assert "not read" not in text
    assert "no file says which belong to a campaign" not in text
    check = check_files(tmp_path, parse_mapping(load_yaml(text), "test"), Silent())
    assert check.tally.lines() == [
        "purchase: 4 behaviours, 2 count; 2 inside one, but not naming the campaign."
    ]


@pytest.mark.parametrize("key", ["discountCodes", "coupons"])
@pytest.mark.parametrize("element", ["SPRING", {"code": "SPRING"}])
def test_codes_of_an_order_are_the_campaigns_of_its_lines(tmp_path: Path, key: str, element: object) -> None:
    text = write(tmp_path, *LINES[1::2], line(5), line(6), **{key: [element]})
    column = f"^.{key}[]" + (".code" if isinstance(element, dict) else "")
    assert source_of(text)[0]["columns"]["campaign"] == column
    (campaigns,) = load_yaml(text)["tables"]["campaigns"]  # type: ignore[index]
    assert campaigns["columns"]["id"] == column


def test_several_promotions_of_a_line_are_a_question_where_a_table_has_the_campaigns(tmp_path: Path) -> None:
    text = write(tmp_path, *LINES, line(5, ("P1", "P2")), campaigns=True)
    source, questions = source_of(text)
    question = questions["tables.behaviours.0.columns.campaign"]
    assert question.ask.startswith(f"1 row of orders.json has several {PROMOTION}, and a behaviour names one")
    assert list(question.choose) == ["appliedPromotions[0].promotionId", PROMOTION, NONE_OF_THEM]
    answered = load_yaml(
        text.replace("          answer:\n", f'          answer: "{list(question.choose)[0]}"\n')
    )
    check = check_files(tmp_path, parse_mapping(answered, "test"), Silent())
    assert check.tally.counts["purchase"].counting == 3


def with_shipping(campaign: str) -> list[dict[str, object]]:
    """Return lines with a list of promotions before that of the campaigns."""
    return [
        {"shippingPromotions": [{"promotionId": campaign}]} | line(number, ("P1",)) for number in range(4)
    ]


def test_list_with_the_ids_of_the_campaigns_is_read_not_the_first(tmp_path: Path) -> None:
    source, questions = source_of(write(tmp_path, *with_shipping("FREE"), campaigns=True))
    assert (source["columns"]["campaign"], questions) == (PROMOTION, {})


def test_a_list_of_any_name_with_codes_of_the_campaigns_names_them(tmp_path: Path) -> None:
    (tmp_path / "campaigns.csv").write_text(
        "campaign_id,code,start,end\n1,LUNCH5,2024-03-01,2024-03-20\n2,FREEDEL,2024-03-01,2024-03-20\n"
    )
    records = [
        line(number) | {"perks": [{"ref": code}]} for number, code in enumerate(["LUNCH5", "FREEDEL"] * 2)
    ]
    text = write(tmp_path, *records)
    mapping = load_yaml(text)
    assert "campaign" in mapping["tables"]["behaviours"][0]["columns"]  # type: ignore[index]
    check = check_files(tmp_path, parse_mapping(mapping, "test"), Silent())
    assert check.tally.counts["purchase"].counting == 4


def test_two_lists_with_ids_of_campaigns_are_a_question(tmp_path: Path) -> None:
    text = write(tmp_path, *with_shipping("P2"), campaigns=True)
    question = source_of(text)[1]["tables.behaviours.0.columns.campaign"]
    shipping = "shippingPromotions[].promotionId"
    assert question.ask.startswith(f"{shipping} and {PROMOTION} of orders.json have ids of the campaigns.")
    assert list(question.choose) == [shipping, PROMOTION, NONE_OF_THEM]
    assert "not read" not in text
    answered = load_yaml(text.replace("          answer:\n", f'          answer: "{PROMOTION}"\n'))
    check = check_files(tmp_path, parse_mapping(answered, "test"), Silent())
    assert check.tally.counts["purchase"].counting == 4


def test_several_promotions_of_a_line_are_a_campaign_without_a_table_of_campaigns(tmp_path: Path) -> None:
    text = write(tmp_path, *LINES, line(5, ("P1", "P2")))
    assert source_of(text)[0]["columns"]["campaign"] == PROMOTION
    assert f"1 row of orders.json has several {PROMOTION}: together, they are one campaign" in text
    check = check_files(tmp_path, parse_mapping(load_yaml(text), "test"), Silent())
    assert sorted(str(row["id"]) for row in check.preview["campaigns"]) == ["P1", "P1, P2", "P2"]


@pytest.mark.parametrize(
    ("promotions", "path", "names"),
    [
        # One of each unit of the line.
        (("P1", "P1", "P1"), "appliedPromotions[0].promotionId", ["P1", "P2"]),
        (("Spring, 10% off",), PROMOTION, ["P1", "P2", "Spring, 10% off"]),
        (("Spring, 10% off",) * 2, "appliedPromotions[0].promotionId", ["P1", "P2", "Spring, 10% off"]),
    ],
)
def test_one_promotion_that_is_repeated_or_has_a_comma_is_one_campaign(
    tmp_path: Path, promotions: tuple[str, ...], path: str, names: list[str]
) -> None:
    text = write(tmp_path, *LINES, line(5, promotions))
    assert source_of(text)[0]["columns"]["campaign"] == path
    assert "several" not in text and "not read" not in text
    check = check_files(tmp_path, parse_mapping(load_yaml(text), "test"), Silent())
    assert sorted(str(row["id"]) for row in check.preview["campaigns"]) == names


@pytest.mark.parametrize(("amount", "decided"), [("5.50", True), ("2.00", False)])
def test_refund_of_a_line_leaves_it_out_or_is_a_question(tmp_path: Path, amount: str, decided: bool) -> None:
    refunded = line(5, refunds=[{"amount": {"value": amount}, "refundDate": "2024-03-09"}])
    source, questions = source_of(write(tmp_path, *LINES, refunded))
    if decided:
        assert source["where"] == {REFUND: {"sign": "not_positive"}}
    else:
        assert f"tables.behaviours.0.where.{REFUND}.sign" in questions


@pytest.mark.parametrize(
    "refunds",
    [[{"amount": {"value": "1.00"}}, {"amount": {"value": "2.00"}}], [{"amount": {"value": "-5.50"}}]],
)
def test_refunds_that_cannot_be_compared_are_named(tmp_path: Path, refunds: list[object]) -> None:
    text = write(tmp_path, *LINES, line(5, refunds=refunds))
    assert "where" not in source_of(text)[0]
    assert "not read of orders.json: the lists refunds (amount.value)." in text
    assert "`rows: orders.lineItems.refunds` would make rows of the elements" in text


def test_lists_that_are_not_read_are_named_and_no_claim_is_made(tmp_path: Path) -> None:
    lines = [line(number, taxes=[{"amount": {"value": "1"}, "taxType": "VAT"}]) for number in (1, 2, 3, 4)]
    (tmp_path / "other.csv").write_text("id,start,end\nP1,2024-03-01,2024-03-20\n")
    text = write(tmp_path, *lines, fulfilments=[{"type": "SHIP"}])
    assert (
        "not read of orders.json: the lists taxes (amount.value, taxType) and ^.fulfilments (type)." in text
    )
    assert "no column says which belong to a campaign, but lists that are not read may" in text


def test_list_that_a_later_file_lacks_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, *LINES)
    (tmp_path / "orders.json").rename(tmp_path / "orders_1.json")
    write(tmp_path, line(1), line(2))
    (tmp_path / "orders.json").rename(tmp_path / "orders_2.json")
    source, _ = source_of(infer_mapping(tmp_path, zone="UTC"))
    assert source["files"] == "orders_*.json"
    assert "campaign" not in source["columns"]


def test_list_of_ids_is_split_into_pairs(tmp_path: Path) -> None:
    campaigns = [
        {"id": "C1", "start": "2024-03-01", "end": "2024-03-09", "products": ["S1", "S2"]},
        {"id": "C2", "start": "2024-03-01", "end": "2024-03-09", "products": ["S3"]},
    ]
    (tmp_path / "campaigns.json").write_text(json.dumps(campaigns))
    orders = "user,sku,date\n" + "".join(f"u{number},S{number},2024-03-02\n" for number in (1, 2, 3))
    (tmp_path / "orders.csv").write_text(orders)
    text = infer_mapping(tmp_path, zone="UTC")
    (promotions,) = load_yaml(text)["tables"]["promotions"]  # type: ignore[index]
    assert promotions["split"] == {"products[]": ","}
    check = check_files(tmp_path, parse_mapping(load_yaml(text), "test"), Silent())
    assert check.tables["promotions"].loaded == 3
