"""Discounts are read as the mapping says: money, shares, percentages or thresholds."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent
from tests.orders import HEADER, check_orders, orders_mapping

RATES = ("0", "0.2", "20", "1", "-0.1", "")


@pytest.mark.parametrize(
    ("readings", "texts", "expected"),
    [
        ("amount", ["5", "null", ""], [(5, None, None), (None, None, None), (None, None, None)]),
        ("rate", ["0.05", "5%", "2"], [(None, 0.05, None), (None, 0.05, None), "rejected"]),
        ("percent", ["5", "5%", "101"], [(None, 0.05, None), (None, 0.05, None), "rejected"]),
        (
            ["threshold", "paid_rate"],
            ["300:30", "0.95", "95", "1.5"],
            [(30, None, 300), (None, 0.05, None), "rejected", "rejected"],
        ),
    ],
)
def test_discounts_are_read_as_the_mapping_says(
    tmp_path: Path, readings: object, texts: Sequence[str], expected: list[object]
) -> None:
    column = {"column": "off", "as": readings}
    lines = [f"a,tea,2024-03-01,1,{text}\n" for text in texts]
    report = check_orders(
        tmp_path, HEADER.strip() + ",off\n" + "".join(lines), orders_mapping({"discount": column})
    )
    rows = [
        (row["discount"], row["discount_rate"], row["minimum_spend"]) for row in report.preview["behaviours"]
    ]
    assert rows == [each for each in expected if each != "rejected"]
    assert report.total.rejected == expected.count("rejected")


@pytest.mark.parametrize("table", ["behaviours", "promotions"])
def test_discount_rate_beyond_its_share_is_rejected_with_the_remedy(tmp_path: Path, table: str) -> None:
    mapping = orders_mapping({"discount_rate": "off"} if table == "behaviours" else {})
    header, rows = HEADER.strip() + ",off\n", "".join(f"a,tea,2024-03-01,1,{rate}\n" for rate in RATES)
    if table == "promotions":
        (tmp_path / "promoted.csv").write_text(
            "campaign,product,off\n" + "".join(f"F,tea{rate},{rate}\n" for rate in RATES)
        )
        mapping = orders_mapping(
            tables=orders_mapping().model_dump(by_alias=True, exclude_unset=True)["tables"]
            | {
                "promotions": {
                    "files": "promoted.csv",
                    "columns": {"campaign": "campaign", "product": "product", "discount_rate": "off"},
                }
            },
            unknown={"users": "add", "products": "add"},
        )
    report = check_orders(tmp_path, header + rows, mapping)
    assert [error.value for _, error in report.examples] == ["20", "-0.1"]
    assert "`discount: {column: off, as: percent}`" in report.examples[0][1].reason
    assert [row["discount_rate"] for row in report.preview[table]] == [0, 0.2, 1, None]


def test_discounts_that_json_types_are_not_read_by_the_decimal_sign(tmp_path: Path) -> None:
    lines = [
        '{"user": "a", "product": "tea", "at": "2024-03-01", "amount": 1.5, "off": 0.95}\n',
        '{"user": "a", "product": "tea", "at": "2024-03-01", "amount": "1,5", "off": "0,9"}\n',
    ]
    (tmp_path / "users.csv").write_text("id\na\n")
    (tmp_path / "campaigns.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    (tmp_path / "orders.jsonl").write_text("".join(lines))
    mapping = orders_mapping(
        {"discount": {"column": "off", "as": ["threshold", "paid_rate"]}}, numbers={"decimal": ","}
    )
    mapping.tables["behaviours"][0].files = ["orders.jsonl"]
    rows = check_files(tmp_path, mapping, Silent()).preview["behaviours"]
    assert [(row["value"], row["discount_rate"]) for row in rows] == [(1.5, 0.05), (1.5, 0.1)]


def test_shares_with_a_decimal_comma_are_read(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer_id,product_id,order_date\na,tea,2024-03-01\n")
    (tmp_path / "campaigns.csv").write_text("campaign_id,start,end\nA,2024-03-01,2024-03-31\n")
    (tmp_path / "offers.csv").write_text("campaign_id;product_id;discount\nA;tea;0,50\nA;mug;0,25\n")
    text = infer_mapping(tmp_path, "shop", "UTC")
    (question,) = resolve_questions(load_yaml(text))[1]
    assert question.choose == ("rate", "paid_rate", "amount")
    report = check_files(
        tmp_path, parse_mapping(load_yaml(write_answers(text, ["amount"])), "test"), Silent()
    )
    assert [row["discount"] for row in report.preview["promotions"]] == [0.5, 0.25]
