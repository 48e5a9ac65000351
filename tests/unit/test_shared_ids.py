"""Columns whose names tell nothing are recognised by ids that files have in common, or asked about."""

from pathlib import Path
from typing import Any

import pytest

from graph.importing.inference.answers import Place
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.questions import resolve_questions
from graph.importing.mapping.yaml_text import load_yaml

_CAMPAIGNS = (
    "campaign_id,name,start_date,end_date\nMARCH,March,2024-03-05,2024-03-12\nMAY,May,2024-05-01,2024-05-08\n"
)
_USERS = [f"+4477009000{number:02}" for number in range(40)]


def _mapping(folder: Path, files: dict[str, str], answers: dict[Place, str] | None = None) -> dict[str, Any]:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    content, _ = resolve_questions(load_yaml(infer_mapping(folder, zone="UTC", answers=answers)))
    return dict(content)  # type: ignore[call-overload]


def _orders(user: str = "customer", code: str = "") -> str:
    extra = f",{code}" if code else ""
    rows = [
        f"{row},{_USERS[row % 40]},2024-03-{1 + row % 28:02},s{row % 5},5.{row:02}"
        + (f",{('', 'A1', 'A2')[row % 3]}" if code else "")
        for row in range(90)
    ]
    return "\n".join([f"order_id,{user},order_date,sku,amount{extra}", *rows, ""])


def _messages(campaign: str) -> str:
    rows = [
        f"SM{row:03},BRAND,{_USERS[row]},{'failed' if row % 9 == 0 else 'delivered'},"
        f"2024-03-05 10:{row:02}:00,{('MARCH', 'MAY')[row % 2]}"
        for row in range(40)
    ]
    return "\n".join([f"Sid,From,To,Status,sent_at,{campaign}", *rows, ""])


@pytest.mark.parametrize("campaign", ["campaign", "Tag"])
def test_messages_of_one_sender_are_targetings_and_no_ties(tmp_path: Path, campaign: str) -> None:
    files = {"orders.csv": _orders(), "campaigns.csv": _CAMPAIGNS, "sms.csv": _messages(campaign)}
    tables = _mapping(tmp_path, files)["tables"]
    assert "ties" not in tables
    (source,) = tables["targetings"]
    assert source["columns"] == {"user": "To", "campaign": campaign, "at": "sent_at"}
    assert source["where"] == {"Status": {"is_not": ["failed"]}}


def test_messages_between_users_are_ties(tmp_path: Path) -> None:
    rows = [f"{_USERS[row]},{_USERS[(row * 7 + 1) % 40]}" for row in range(40)]
    files = {"orders.csv": _orders(), "friends.csv": "\n".join(["From,To", *rows, ""])}
    assert _mapping(tmp_path, files)["tables"]["ties"][0]["columns"] == {"source": "From", "target": "To"}


def _appeals(user: str) -> str:
    rows = [f"{_USERS[row]},MARCH,2024-03-05,{'AB'[row % 2]}" for row in range(40)]
    return "\n".join([f"{user},campaign_id,Date Sent,Segment", *rows, ""])


def test_recipients_have_the_ids_of_users_whatever_their_column_is_called(tmp_path: Path) -> None:
    files = {"orders.csv": _orders(), "campaigns.csv": _CAMPAIGNS, "appeals.csv": _appeals("Constituent ID")}
    tables = _mapping(tmp_path, files)["tables"]
    assert "tags" not in tables
    assert tables["targetings"][0]["columns"]["user"] == "Constituent ID"


def test_the_users_chosen_in_one_file_are_those_of_others(tmp_path: Path) -> None:
    files = {
        "orders.csv": _orders("Constituent ID"),
        "campaigns.csv": _CAMPAIGNS,
        "appeals.csv": _appeals("Constituent ID"),
    }
    (asked,) = _mapping(tmp_path, files)["tables"]["targetings"]
    assert asked["columns"]["user"] is None  # A question while the users of the orders are one.
    answers = {Place('"orders.csv"', "behaviours", "user"): "Constituent ID"}
    tables = _mapping(tmp_path, files, answers)["tables"]
    assert tables["targetings"][0]["columns"]["user"] == "Constituent ID"
    assert tables["behaviours"][0]["columns"]["user"] == "Constituent ID"


@pytest.mark.parametrize(
    ("starts", "ends"), [("inicio", "fim"), ("Data od", "Data do"), ("Sell From", "Sell To"), ("a", "b")]
)
def test_table_of_a_key_and_two_ordered_times_states_campaigns(
    tmp_path: Path, starts: str, ends: str
) -> None:
    table = f"codigo,{starts},{ends}\nA1,2024-03-02,2024-03-06\nA2,2024-03-10,2024-03-15\n"
    files = {"orders.csv": _orders(code="promo_code"), "promo_list.csv": table}
    tables = _mapping(tmp_path, files)["tables"]
    (source,) = tables["campaigns"]
    assert source["columns"] == {"id": "codigo", "starts": starts, "ends": ends}
    assert tables["behaviours"][0]["columns"]["campaign"] == "promo_code"
    assert "promotions" not in tables


def test_orders_with_a_time_of_delivery_are_no_campaigns(tmp_path: Path) -> None:
    rows = [
        f"{row},{_USERS[row % 40]},2024-03-{1 + row % 20:02},2024-03-{3 + row % 20:02}" for row in range(60)
    ]
    lines = [f"{row % 60},s{row % 5},1" for row in range(120)]
    files = {
        "heads.csv": "\n".join(["order_id,customer,order_date,delivered", *rows, ""]),
        "lines.csv": "\n".join(["order_id,sku,quantity", *lines, ""]),
    }
    assert "campaigns" not in _mapping(tmp_path, files)["tables"]


def test_table_of_campaigns_and_products_is_promotions_by_its_ids(tmp_path: Path) -> None:
    files = {
        "orders.csv": _orders(),
        "Aktionen.csv": "Aktionsnr;Bezeichnung;Gültig ab;Gültig bis\nX1;Fr;2024-03-02;2024-03-06\n"
        "X2;So;2024-03-10;2024-03-15\n",
        "Aktionsartikel.csv": "Aktionsnr;Artikelnr\nX1;s1\nX1;s2\nX2;s1\n",
    }
    tables = _mapping(tmp_path, files)["tables"]
    assert tables["campaigns"][0]["columns"]["id"] == "Aktionsnr"
    assert tables["promotions"][0]["columns"] == {"campaign": "Aktionsnr", "product": "Artikelnr"}
    assert "products" not in tables


def test_file_with_another_time_than_that_of_sending_lists_no_recipients(tmp_path: Path) -> None:
    rows = [
        f"{row},{_USERS[row % 40]},2024-03-{5 + row % 7:02},{('MARCH', 'MAY')[row % 2]}" for row in range(80)
    ]
    gifts = "\n".join(["Gift ID,Constituent ID,Gift Date,campaign_id", *rows, ""])
    files = {"campaigns.csv": _CAMPAIGNS, "appeals.csv": _appeals("Constituent ID"), "gifts.csv": gifts}
    answers = {Place('"gifts.csv"', "behaviours", "user"): "Constituent ID"}
    tables = _mapping(tmp_path, files, answers)["tables"]
    assert [source["files"] for source in tables["targetings"]] == ["appeals.csv"]
    assert [source["files"] for source in tables["behaviours"]] == ["gifts.csv"]
    tables = _mapping(tmp_path, files | {"orders.csv": _orders()})["tables"]
    assert [source["files"] for source in tables["targetings"]] == ["appeals.csv"]
    assert {source["files"] for source in tables["behaviours"]} == {"gifts.csv", "orders.csv"}


@pytest.mark.parametrize(("times", "uses"), [(2, 8), (3, 30)])
def test_table_of_campaigns_with_few_uses_or_three_times_is_a_question(
    tmp_path: Path, times: int, uses: int
) -> None:
    # Neither its names nor its times tell its window: of three, the first is when it was announced.
    header = ["bekannt", "von da", "dann aus"][3 - times :]
    days = [["2024-03-01", "2024-03-05", "2024-03-12"], ["2024-03-10", "2024-03-15", "2024-03-25"]]
    lists = [
        f"{code},T{code},{','.join(row[3 - times :])}" for code, row in zip(("A1", "A2"), days, strict=True)
    ]
    rows = [
        f"{row},{_USERS[row % 40]},2024-03-{1 + row % 28:02},s{row % 5},"
        + (("A1", "A2")[row % 2] if row < uses else "")
        for row in range(90)
    ]
    files = {
        "liste.csv": "\n".join([f"Schluessel,Titel,{','.join(header)}", *lists, ""]),
        "orders.csv": "\n".join(["order_id,customer,order_date,sku,Wodurch", *rows, ""]),
    }
    assert _mapping(tmp_path, files)["tables"]["campaigns"][0]["columns"]["starts"] is None
    _, questions = resolve_questions(load_yaml(infer_mapping(tmp_path, zone="UTC")))
    (starts,) = (question for question in questions if question.path.endswith("starts"))
    assert starts.choose == (*header, "none of them: its rows are no campaigns")
    place = '"liste.csv"', "campaigns"
    answers = {Place(*place, "starts"): "von da", Place(*place, "ends"): "dann aus"}
    tables = _mapping(tmp_path, files, answers)["tables"]
    window = {"starts": "von da", "ends": "dann aus"}
    assert tables["campaigns"][0]["columns"] == {"id": "Schluessel", "name": "Titel", **window}
    assert tables["behaviours"][0]["columns"]["campaign"] == "Wodurch"
    refused = _mapping(tmp_path, files, {Place(*place, "starts"): "none of them: its rows are no campaigns"})
    assert "campaigns" not in refused["tables"]
