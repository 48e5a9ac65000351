"""Exports of unknown systems: what their columns hold, by their values."""

import json
from pathlib import Path
from typing import Any

import pytest

from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.questions import Question, resolve_questions
from graph.importing.mapping.source import NO_BEHAVIOURS
from graph.importing.mapping.yaml_text import load_yaml


def inferred(folder: Path, file: str, text: str) -> tuple[Any, dict[str, Question]]:
    """Write one file, and return the source drafted for its behaviours, and the questions by their place."""
    (folder / file).write_text(text, encoding="utf-8")
    mapping, questions = resolve_questions(load_yaml(infer_mapping(folder, zone="Europe/Berlin")))
    return mapping["tables"]["behaviours"][0], {question.path: question for question in questions}


def test_people_are_known_by_what_identifies_them_rather_than_by_name(tmp_path: Path) -> None:
    text = "customer,email,product,date\nAnn Lee,a@x.org,tea,2024-03-01\nAnn Lee,b@x.org,tea,2024-03-02\n"
    source, _ = inferred(tmp_path, "orders.csv", text)
    assert source["columns"]["user"] == "email"


def test_the_day_of_an_order_comes_before_that_of_an_event(tmp_path: Path) -> None:
    text = "buyer_email,date,event_date,order_date,sku\na@x.org,2024-08-01,2024-08-01,2024-03-01,A\n"
    source, _ = inferred(tmp_path, "orders.csv", text)
    assert source["columns"]["at"] == "order_date"


def test_events_that_people_attend_are_no_kinds(tmp_path: Path) -> None:
    text = "Email,Event,Date,RSVP\na@x.org,Spring fair,2024-03-01,Yes\nb@x.org,Opening,2024-03-02,No\n"
    source, questions = inferred(tmp_path, "rsvps.csv", text)
    assert "kind" not in source["columns"]
    assert "Event" in questions["tables.behaviours.0.columns.object"].choose
    assert "No" in questions["tables.behaviours.0.where.RSVP.is_not"].choose


def test_kinds_of_unknown_meaning_are_asked_about(tmp_path: Path) -> None:
    text = "user_id,product_id,time,type\na,p,2024-03-01,DEBIT\nb,p,2024-03-02,CREDIT\n"
    _, questions = inferred(tmp_path, "log.csv", text)
    assert {path: question.choose for path, question in questions.items()} == {
        "kinds.DEBIT.counts": ("any", "never"),
        "kinds.CREDIT.counts": ("any", "never"),
    }


def test_kinds_of_documents_are_found_by_their_values(tmp_path: Path) -> None:
    text = "Kunde;Artikel;Datum;Belegart\na;p;2024-03-01;Rechnung\na;p;2024-03-02;Gutschrift\n"
    source, questions = inferred(tmp_path, "belege.csv", text)
    assert source["columns"]["kind"] == "Belegart"
    assert not questions


def test_states_of_an_order_are_no_kinds(tmp_path: Path) -> None:
    text = "user_id,sku,date,stage\na,p,2024-03-01,paid\na,p,2024-03-02,refunded\n"
    source, _ = inferred(tmp_path, "orders.csv", text)
    assert "kind" not in source["columns"]
    assert source["where"] == {"stage": {"is_not": ["refunded"]}}


def test_an_amount_may_name_its_currency(tmp_path: Path) -> None:
    source, _ = inferred(tmp_path, "orders.csv", "user_id,sku,date,Amount (EUR)\na,p,2024-03-01,5.5\n")
    assert source["columns"]["value"] == "Amount (EUR)"


def test_one_known_kind_answers_for_the_others(tmp_path: Path) -> None:
    text = "user_id,product_id,time,type\na,p,2024-03-01,purchase\nb,p,2024-03-02,bell\n"
    _, questions = inferred(tmp_path, "log.csv", text)
    assert not questions


def test_the_name_of_an_article_can_be_the_product(tmp_path: Path) -> None:
    text = "user_id,date,description\na,2024-03-01,Green tea\nb,2024-03-02,Milk\n"
    _, questions = inferred(tmp_path, "purchases.csv", text)
    assert "description" in questions["tables.behaviours.0.columns.object"].choose


def test_a_log_whose_times_have_no_name_is_no_table_of_users(tmp_path: Path) -> None:
    text = "user_id,product_id,stamp\na,p,1709290800\na,q,1709290900\nb,p,1709291000\nb,q,1709291100\n"
    _, questions = inferred(tmp_path, "data.csv", text)
    assert "stamp" in questions["tables.behaviours.0.columns.at"].choose


@pytest.mark.parametrize("unit", [1_000, 1_000_000])
def test_unix_times_are_found_by_their_values(tmp_path: Path, unit: int) -> None:
    records = [{"user_id": "a", "product_id": f"p{n}", "ts": (1709290800 + n) * unit} for n in range(4)]
    source, questions = inferred(tmp_path, "log.jsonl", "".join(f"{json.dumps(row)}\n" for row in records))
    assert source["columns"]["at"] == "ts"
    assert not questions


def test_unix_times_in_two_units_are_asked_about(tmp_path: Path) -> None:
    text = "user_id,product_id,time\na,p,1709290800\nb,p,1709290800000\n"
    _, questions = inferred(tmp_path, "log.csv", text)
    assert set(questions["tables.behaviours.0.times"].choose) == {"epoch_s", "epoch_ms"}


def test_nanoseconds_are_unix_times(tmp_path: Path) -> None:
    source, _ = inferred(tmp_path, "log.csv", "user_id,product_id,time\na,p,1709290800000000000\n")
    assert source["times"] == "epoch_ns"


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("Mar-05-24", "%b-%d-%y"),
        ("Mar-05-2024", "%b-%d-%Y"),
        ("05/Mar/2024", "%d/%b/%Y"),
        ("2024-Mar-05", "%Y-%b-%d"),
        ("2024-03-05 09.30", "%Y-%m-%d %H.%M"),
    ],
)
def test_days_with_a_short_month_are_read(tmp_path: Path, text: str, layout: str) -> None:
    source, questions = inferred(tmp_path, "log.csv", f"user_id,product_id,Sold\na,p,{text}\nb,p,{text}\n")
    assert (source["columns"]["at"], source["times"]) == ("Sold", layout)
    assert not questions


@pytest.mark.parametrize("holder", ["", "data"])
@pytest.mark.parametrize("lines", ["items", "positions", "cart.content"])
def test_lines_of_orders_are_found_in_records(tmp_path: Path, holder: str, lines: str) -> None:
    content: Any = [{"sku": "tea", "quantity": 2, "price": 3.5}, {"sku": "cup", "quantity": 1, "price": 9}]
    for key in reversed(lines.split(".")):
        content = {key: content}
    orders = [
        {"number": 1, "created": "2024-03-01T10:00:00Z", "total": 16, "customer": {"id": "a"}, **content}
    ]
    text = json.dumps({holder: orders} if holder else orders)
    source, _ = inferred(tmp_path, "orders.json", text)
    assert source["rows"] == ".".join(filter(None, (holder, lines)))
    assert source["columns"]["object"] == "sku"
    # The total is that of the order.
    assert "value" not in source["columns"]
    assert source["columns"]["unit_price"] == "price"


def test_several_currencies_are_asked_about(tmp_path: Path) -> None:
    text = (
        "user_id,product_id,date,amount,currency\n"
        + "a,p,2024-03-01,5,EUR\n" * 2
        + "b,p,2024-03-01,900,HUF\n"
    )
    _, questions = inferred(tmp_path, "orders.csv", text)
    question = questions["tables.behaviours.0.where.currency.is_not"]
    assert question.choose == ("HUF", "none of them")
    assert "EUR 2, HUF 1" in question.ask


@pytest.mark.parametrize("product", ["thing", "sku"])
def test_orders_with_a_campaign_are_behaviours(tmp_path: Path, product: str) -> None:
    orders = [
        {"buyer": {"id": f"u{i}"}, "completedAt": f"2024-03-0{i}T10:00:00Z", "marketing": {"campaign": name},
         "state": state, "items": [{product: "A", "qty": 1, "price": {"amount": 5}}]}
        for i, name, state in ((1, "spring", "complete"), (2, None, "complete"), (3, "spring", "canceled"))
    ]  # fmt: skip
    source, _ = inferred(tmp_path, "checkout.jsonl", "\n".join(map(json.dumps, orders)))
    assert source["columns"]["at"] == "^.completedAt"
    assert source["columns"]["campaign"] == "^.marketing.campaign"
    assert source["where"] == {"^.state": {"is_not": ["canceled"]}}


def test_columns_of_rules_and_possible_answers_are_not_called_unused(tmp_path: Path) -> None:
    text = "doc_no,acct,date,state,article,price\n1,7,2024-03-01,paid,A,2\n2,8,2024-03-02,refunded,A,2\n"
    (tmp_path / "orders.csv").write_text(text + "3,7,2024-03-03,paid,B,2\n", encoding="utf-8")
    written = infer_mapping(tmp_path, zone="UTC")
    mapping, questions = resolve_questions(load_yaml(written))
    assert "not used of" not in written
    assert [question.choose for question in questions] == [("acct", NO_BEHAVIOURS)]
    assert mapping["tables"]["behaviours"][0]["replaces"] == ["basket"]


def test_newsletters_are_campaigns(tmp_path: Path) -> None:
    text = "newsletter_id,email,action,occurred_at\nN1,a@x.org,open,2024-03-01\nN2,b@x.org,click,2024-03-02\n"
    source, questions = inferred(tmp_path, "activity.csv", text)
    assert source["columns"]["object"] == "newsletter_id"
    assert not questions


def test_campaigns_from_one_date_to_another_are_found(tmp_path: Path) -> None:
    (tmp_path / "actions.csv").write_text("action,from_date,to_date\nA,2024-03-01,2024-03-08\n")
    text = "user_id,sku,date\na,p,2024-03-01\nb,p,2024-03-02\n"
    inferred(tmp_path, "orders.csv", text)
    assert "starts: from_date" in infer_mapping(tmp_path, zone="UTC")
