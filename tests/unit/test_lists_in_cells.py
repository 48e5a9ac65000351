"""What a table of campaigns states beside its windows: lists of products or users, or part of the range."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import Question, resolve_questions
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.values.split_lists import split_lists
from graph.progress import Silent

ORDERS = """\
user_id,product_id,date,store
ann,tea,2024-03-02,Bonn
bob,milk,2024-03-02,Bonn
cem,cake,2024-03-12,Köln
dan,tea,2024-03-12,Köln
"""
CAMPAIGNS = "id,start,end,{}\nC1,2024-03-01,2024-03-05,{}\nC2,2024-03-10,2024-03-15,{}\n"


def inferred(folder: Path, **files: str) -> tuple[Mapping | None, list[Question]]:
    for name, text in {"orders": ORDERS, **files}.items():
        (folder / f"{name}.csv").write_text(text)
    content, questions = resolve_questions(load_yaml(infer_mapping(folder, "shop", "UTC")))
    return None if questions else parse_mapping(content, "test"), questions


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("product", "tea", "cake"),
        ("articles", "tea; bread", "cake;tea;"),
        ("in it", "tea|bread", "cake|tea"),
    ],
)
def test_products_of_campaigns_are_promoted(tmp_path: Path, column: str, first: str, second: str) -> None:
    orders = ORDERS + "eve,bread,2024-04-02,Bonn\n"
    mapping, _ = inferred(tmp_path, orders=orders, campaigns=CAMPAIGNS.format(column, first, second))
    assert mapping is not None
    assert mapping.kinds["purchase"].counts == "promoted"
    # Not milk, and tea in the second campaign only where that has it.
    check = check_files(tmp_path, mapping, Silent())
    assert check.tally.counting == (2 if column == "product" else 3)
    assert not check.total.rejected


def test_users_of_campaigns_are_targeted(tmp_path: Path) -> None:
    mapping, _ = inferred(tmp_path, campaigns=CAMPAIGNS.format("sent to", '"ann,bob"', '"ann,dan"'))
    assert mapping is not None
    assert mapping.participation.targeted
    assert check_files(tmp_path, mapping, Silent()).tally.counting == 3


@pytest.mark.parametrize("column", ["campaign_id", "campaigns"])
def test_campaigns_of_users_are_targetings(tmp_path: Path, column: str) -> None:
    campaigns = "id,start,end\nC1,2024-03-01,2024-03-05\nC2,2024-03-10,2024-03-15\n"
    audience = f"user_id,{column}\nann,C1/C2\nbob,C2\ndan,C2\n"
    mapping, _ = inferred(tmp_path, campaigns=campaigns, audience=audience)
    assert mapping is not None
    assert "users" not in mapping.tables
    check = check_files(tmp_path, mapping, Silent())
    assert check.tables["targetings"].loaded == 4
    assert check.tally.counting == 2


def test_recipients_are_users_of_orders_in_another_file_than_their_lines(tmp_path: Path) -> None:
    orders = "order_id,customer_id,order_date\n" + "".join(
        f"O{100 + n},{user},2024-03-{n + 1:02}\n" for n, user in enumerate(["ann", "bob", "dan", "ann"])
    )
    lines = "order_id,product_id,quantity\n" + "".join(f"O{100 + n},tea,1\n" for n in range(4))
    campaigns = CAMPAIGNS.format("recipients", "ann;bob", "bob;dan")
    mapping, _ = inferred(tmp_path, orders=orders, order_lines=lines, campaigns=campaigns)
    assert mapping is not None
    (targetings,) = mapping.tables["targetings"]
    assert targetings.split == {"recipients": ";"}


def test_categories_of_campaigns_are_asked_about(tmp_path: Path) -> None:
    products = "sku,category\ntea,Drinks\nmilk,Drinks\ncake,Food\n"
    campaigns = CAMPAIGNS.format("categories", "Food", "Food/Drinks")
    _, questions = inferred(tmp_path, products=products, campaigns=campaigns)
    assert [question.path for question in questions] == ["kinds.purchase.counts"]


def test_the_store_of_a_campaign_is_asked_about(tmp_path: Path) -> None:
    mapping, questions = inferred(tmp_path, campaigns=CAMPAIGNS.format("Store", "Bonn", "Köln"))
    assert mapping is None
    assert [(question.path, question.choose) for question in questions] == [
        ("kinds.purchase.counts", ("any", "never"))
    ]
    assert "campaigns.csv states the Store of each campaign (Bonn, Köln), as orders.csv" in questions[0].ask

    assert "map store of orders.csv as `object`" in questions[0].ask


def test_the_merchant_of_a_campaign_is_promoted_where_rows_have_no_product(tmp_path: Path) -> None:
    rows = ["ann,M10,4", "bob,M20,5", "cem,M20,6", "dan,M10,7", "eve,,8"]
    payments = "user_id,date,merchant_id,amount\n" + "".join(
        f"{row.replace(',', f',2024-03-{day:02},', 1)}\n"
        for day, row in zip((2, 2, 12, 12, 12), rows, strict=True)
    )
    mapping, _ = inferred(tmp_path, orders=payments, campaigns=CAMPAIGNS.format("merchant_id", "M10", "M20"))
    assert mapping is not None
    assert mapping.kinds["purchase"].counts == "promoted"
    check = check_files(tmp_path, mapping, Silent())
    # Ann at the first merchant, and cem at the second; eve's payment has no merchant.
    assert (check.tally.counting, check.total.left_out, check.total.rejected) == (2, 1, 0)
    assert (
        "merchant_id"
        not in infer_mapping(tmp_path).partition("not used of campaigns.csv")[2].partition("\n")[0]
    )


def test_a_number_that_is_an_id_by_chance_promotes_nothing(tmp_path: Path) -> None:
    orders = "user_id,product_id,date\nann,100,2024-03-02\nbob,200,2024-03-11\n"
    mapping, _ = inferred(tmp_path, orders=orders, campaigns=CAMPAIGNS.format("budget", "100", "200"))
    assert mapping is not None
    assert "promotions" not in mapping.tables


@pytest.mark.parametrize("end", ["end (exclusive)", "ends_before", "Ende (exkl.)", "until (not including)"])
def test_an_end_that_excludes_its_day_is_no_last_day(tmp_path: Path, end: str) -> None:
    mapping, _ = inferred(tmp_path, campaigns=f"id,start,{end}\nC1,2024-03-01,2024-03-05\n")
    assert mapping is not None
    assert not mapping.tables["campaigns"][0].end_is_last_day
    assert mapping.tables["campaigns"][0].columns["ends"] == end


def test_a_row_is_made_of_each_element() -> None:
    columns = {"a": pa.array(["x; y;", None, ";", "z"]), "b": pa.array([1, 2, 3, 4])}
    numbers, split = split_lists(np.array([2, 3, 4, 5]), columns, {"a": ";"})
    assert numbers.tolist() == [2, 2, 3, 4, 5]
    assert [text.strip() for text in split["a"].to_pylist()] == ["x", "y", "", "", "z"]
    assert split["b"].to_pylist() == [1, 1, 2, 3, 4]
