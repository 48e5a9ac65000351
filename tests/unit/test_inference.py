"""Inferring a mapping: tables, columns and kinds by whole names, and questions."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.errors import InvalidRequest
from graph.importing.check import check_files
from graph.importing.inference.behaviours.kinds import draft_kinds
from graph.importing.inference.draft import Ask, Draft, DraftSource, Noted
from graph.importing.inference.files.tables import assign_columns, find_table
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import UnansweredQuestions, resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.vocabulary.names import simplify
from graph.progress import Silent


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("CustomerID", "customer_id"),
        ("userId", "user_id"),
        ("Campaign Id", "campaign_id"),
        ("Lineitem sku", "lineitem_sku"),
        ("用户ID", "用户id"),
        ("e-mail", "e_mail"),
    ],
)
def test_names_are_compared_in_one_form(name: str, plain: str) -> None:
    assert simplify(name) == plain


@pytest.mark.parametrize(
    ("file", "names", "table"),
    [
        ("orders.csv", ["order_id", "customer_id", "product_id", "order_date"], "behaviours"),
        ("export.csv", ["Datum", "KundenNr", "Artikel", "Menge"], "behaviours"),
        ("activities.csv", ["Campaign Id", "Email Address", "Action", "Timestamp"], "behaviours"),
        ("ccf_offline_stage1_train.csv", ["User_id", "Merchant_id", "Coupon_id", "Date"], "behaviours"),
        ("sent.csv", ["Campaign Id", "Email Address", "Status"], "targetings"),
        ("who.csv", ["customer", "campaign"], "targetings"),
        ("campaigns.csv", ["id", "name", "start", "end"], "campaigns"),
        ("plan.csv", ["name", "start_date", "end_date"], "campaigns"),
        ("campaign_products.csv", ["campaign", "sku"], "promotions"),
        ("audience_members.csv", ["Email Address", "First Name"], "users"),
        ("items.csv", ["id", "name", "category"], "products"),
        ("net.csv", ["source", "target"], "ties"),
        ("segments.csv", ["customer", "segment"], "user_tags"),
        ("活动.csv", ["活动", "名称", "开始", "结束"], "campaigns"),
        ("notes.csv", ["a", "b"], None),
        ("stage.csv", ["x", "y"], None),
    ],
)
def test_table_of_a_file_is_found(file: str, names: list[str], table: str | None) -> None:
    assert find_table(file, names) == table


def test_nested_names_are_found_by_their_last_part() -> None:
    names = ["userId", "timestamp", "event", "properties.product_id", "properties.quantity", "messageId"]
    assert assign_columns("behaviours", names) == {
        "user": "userId",
        "kind": "event",
        "object": "properties.product_id",
        "at": "timestamp",
        "quantity": "properties.quantity",
    }


def test_kinds_with_objects_in_different_columns_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(
        "user_id,product_id,coupon_id,event,at\n"
        "a,tea,,purchase,2024-03-01 10:00\n"
        "b,,SPRING,redeemed,2024-03-03 11:00\n"
    )
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "shop", "UTC")), "test")
    assert {name: kind.object for name, kind in mapping.kinds.items()} == {
        "purchase": "product",
        "redeemed": "coupon",
    }
    report = check_files(tmp_path, mapping, Silent())
    assert [row["object"] for row in report.preview["behaviours"]] == ["tea", "SPRING"]
    assert report.total.rejected == 0


@pytest.mark.parametrize(
    ("times", "asked", "answer", "first", "last"),
    [
        (
            ("0", "600"),
            "like hours since 2024-01-01 09:00 (row 3 is then 2024-01-26 09:00); also days, minutes or",
            "hours since 2018-01-01 06:00",
            "2018-01-01T06:00",
            "2018-01-26T06:00",
        ),
        (
            ("45123.5", "45124"),
            "serial dates of a spreadsheet? Then answer days since 1899-12-30 (row 3: 2023-07-17 00:00)",
            "days since 1899-12-30",
            "2023-07-16T12:00",
            "2023-07-17T00:00",
        ),
        (
            ("240301", "240328"),
            "Then answer %y%m%d (row 3: 2024-03-28) or %d%m%y (row 3: 2028-03-24). If they count",
            "%y%m%d",
            "2024-03-01T00:00",
            "2024-03-28T00:00",
        ),
        (
            ("01032024", "02042024"),
            "answer %d%m%Y (row 3: 2024-04-02) or %m%d%Y (row 3: 2024-02-04).",
            "%d%m%Y",
            "2024-03-01T00:00",
            "2024-04-02T00:00",
        ),
    ],
)
def test_times_that_are_numbers_are_asked_about(
    tmp_path: Path, times: tuple[str, str], asked: str, answer: str, first: str, last: str
) -> None:
    rows = [f"a,tea,{times[0]},1", f"b,milk,{times[1]},2"]
    (tmp_path / "orders.csv").write_text("\n".join(["customer,sku,time,quantity", *rows, ""]))
    text = infer_mapping(tmp_path, "shop", "UTC")
    with pytest.raises(UnansweredQuestions) as error:
        parse_mapping(load_yaml(text), "test")
    (question,) = error.value.questions
    assert question.path == "tables.behaviours.0.times"
    assert f"time from {times[0]} (row 2) to {times[1]} (row 3)" in question.ask
    assert asked in question.ask
    mapping = parse_mapping(load_yaml(write_answers(text, [answer])), "test")
    preview = check_files(tmp_path, mapping, Silent()).preview["behaviours"]
    moments = [datetime.fromtimestamp(row["at"] / 1000, UTC).isoformat()[:16] for row in preview]
    assert moments == [first, last]


def test_language_of_months_is_asked_about_where_no_row_decides(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer,sku,date\na,tea,5 listopad 2024\n")
    text = infer_mapping(tmp_path, "shop", "UTC")
    with pytest.raises(UnansweredQuestions, match="In which language are the months in date of orders.csv"):
        parse_mapping(load_yaml(text), "test")
    mapping = parse_mapping(load_yaml(write_answers(text, ["hr: %d %b %Y"])), "test")
    (row,) = check_files(tmp_path, mapping, Silent()).preview["behaviours"]
    assert datetime.fromtimestamp(row["at"] / 1000, UTC).month == 10


def test_one_question_covers_both_ends_of_campaigns(tmp_path: Path) -> None:
    (tmp_path / "campaigns.csv").write_text("id,start,end\nF,45123,45130\nG,45200,45210\n")
    text = infer_mapping(tmp_path, "shop", "UTC")
    mapping = parse_mapping(load_yaml(write_answers(text, ["days since 1899-12-30"])), "test")
    first = check_files(tmp_path, mapping, Silent()).preview["campaigns"][0]
    assert first["ends"] - first["starts"] == 8 * 86_400_000  # The end is the last day.


def test_kinds_have_distinct_types_in_any_language() -> None:
    kinds = draft_kinds(dict.fromkeys(["浏览", "购买", "加购", "奇怪"], "product"), "promoted")
    plain = {name: kind.value if isinstance(kind, Noted) else kind for name, kind in kinds.items()}
    assert {name: (kind["type"], kind["counts"]) for name, kind in plain.items()} == {
        "浏览": ("VIEWED", "never"),
        "购买": ("PURCHASED", "promoted"),
        "加购": ("CARTED", "never"),
        "奇怪": ("KIND", "never"),
    }
    assert isinstance(kinds["奇怪"], Noted)


def test_names_of_one_kind_share_its_type_and_others_do_not() -> None:
    kinds = draft_kinds(
        dict.fromkeys(["Product Viewed", "product viewed", "a b", "a-c", "1"], "product"), "any"
    )
    types = [(kind.value if isinstance(kind, Noted) else kind)["type"] for kind in kinds.values()]
    assert types == ["VIEWED", "VIEWED", "A_B", "A_C", "KIND_1"]


def test_returns_are_subtracted_from_the_purchases_and_never_count() -> None:
    kinds = draft_kinds({"purchase": "product", "return": "product"}, "any")
    assert kinds["return"] == {"type": "RETURNED", "object": "product", "returns": "purchase"}


def test_opens_and_clicks_count_if_nothing_is_sold() -> None:
    kinds = draft_kinds(dict.fromkeys(["open", "click", "sent"], "campaign"), "any")
    assert [kind["counts"] for kind in kinds.values()] == ["named", "named", "never"]


def test_questions_are_listed_and_replaced_by_their_answers() -> None:
    content = {"zone": {"ask": "Which?", "answer": None}, "tables": {"users": [
        {"times": {"ask": "Day first?", "choose": ["%d/%m/%Y", "%m/%d/%Y"], "answer": None}}]}}  # fmt: skip
    _, questions = resolve_questions(content)
    assert [question.path for question in questions] == ["zone", "tables.users.0.times"]
    content["zone"]["answer"] = "UTC"  # type: ignore[index]
    content["tables"]["users"][0]["times"]["answer"] = "%d/%m/%Y"  # type: ignore[index]
    answered, questions = resolve_questions(content)
    assert not questions
    assert answered == {"zone": "UTC", "tables": {"users": [{"times": "%d/%m/%Y"}]}}


def test_answer_must_be_one_of_the_choices() -> None:
    with pytest.raises(ValueError, match="zone: the answer 'x' is none of a, b"):
        resolve_questions({"zone": {"ask": "Which?", "choose": ["a", "b"], "answer": "x"}})


def test_kind_may_be_called_ask() -> None:
    content = {"kinds": {"ask": {"type": "ASKED"}}}
    assert resolve_questions(content) == (content, [])


def test_unanswered_mapping_is_refused_with_all_questions() -> None:
    draft = Draft("shop", "UTC", [DraftSource("behaviours", {
        "files": "orders.csv",
        "times": Ask("3 April or 4 March?", ("%d/%m/%Y", "%m/%d/%Y")),
        "columns": {"user": "customer", "object": Ask("Which holds the product?", ("a", "b")), "at": "date"},
        "constants": {"kind": "purchase"},
    })], kinds={"purchase": {"type": "PURCHASED"}})  # fmt: skip
    with pytest.raises(UnansweredQuestions, match="2 questions") as error:
        parse_mapping(load_yaml(draft.render()), "shop.yaml")
    assert isinstance(error.value, InvalidRequest)
    assert [question.choose for question in error.value.questions] == [("%d/%m/%Y", "%m/%d/%Y"), ("a", "b")]
    text = write_answers(draft.render(), ["%m/%d/%Y", "b"])
    mapping = parse_mapping(load_yaml(text), "shop.yaml")
    assert mapping.tables["behaviours"][0].times == ["%m/%d/%Y"]
