"""Logs of messages state whom a campaign reached, whatever else they have: no purchases, tags or ties."""

from pathlib import Path
from typing import Any

import pytest

from graph.importing.inference.answers import Place
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.questions import find_questions
from graph.importing.mapping.yaml_text import load_yaml

_CAMPAIGNS = "campaign_id,start_date,end_date\nMARCH,2024-03-05,2024-03-12\nMAY,2024-05-01,2024-05-08\n"
_ORDERS = "order_id,customer,order_date,sku,amount\n" + "".join(
    f"{row},+4477009000{row % 40:02},2024-03-{1 + row % 28:02},s{row % 5},5.{row:02}\n" for row in range(90)
)
_STATUSES = ("delivered", "delivered", "failed", "sent")


def _messages(senders: tuple[str, ...], statuses: tuple[str, ...] = _STATUSES) -> str:
    rows = [
        f"SM{row:03},{senders[row % len(senders)]},+4477009000{row:02},{statuses[row % len(statuses)]},"
        f"2024-03-05 10:{row:02}:00,outbound,-0.04,{('MARCH', 'MAY')[row % 2]}"
        for row in range(40)
    ]
    answer = "SM900,+447700900001,+447700900999,received,2024-03-06 10:00:00,inbound,-0.01,MARCH"
    return "\n".join(["Sid,From,To,Status,SentDate,Direction,Price,Tag", *rows, answer, ""])


def _mapping(folder: Path, messages: str, answers: dict[Place, str] | None = None) -> Any:
    (folder / "orders.csv").write_text(_ORDERS)
    (folder / "sms-log.csv").write_text(messages)
    return load_yaml(infer_mapping(folder, zone="UTC", answers=answers))


@pytest.mark.parametrize("senders", [("BRAND",), ("BRAND", "+447700900999", "SHOP")])
def test_messages_with_a_price_are_targetings_without_failed_ones_and_answers(
    tmp_path: Path, senders: tuple[str, ...]
) -> None:
    (tmp_path / "campaigns.csv").write_text(_CAMPAIGNS)
    tables = _mapping(tmp_path, _messages(senders))["tables"]
    assert {table: len(sources) for table, sources in tables.items()} == {
        "campaigns": 1, "targetings": 1, "behaviours": 1,
    }  # fmt: skip
    (source,) = tables["targetings"]
    assert source["columns"] == {"user": "To", "campaign": "Tag", "at": "SentDate"}
    assert source["where"] == {"Status": {"is_not": ["failed"]}, "Direction": {"is_not": ["inbound"]}}


def test_campaign_of_messages_that_no_file_names_is_asked(tmp_path: Path) -> None:
    content = _mapping(tmp_path, _messages(("BRAND",)))
    (question,) = find_questions(content).values()
    assert question["ask"] == "Which column of sms-log.csv holds targetings: the campaign?"
    assert list(question["choose"]) == ["Tag", "none of them: its rows are no targetings"]
    place = Place('"sms-log.csv"', "targetings", "campaign")
    tables = _mapping(tmp_path, _messages(("BRAND",)), {place: "Tag"})["tables"]
    assert tables["targetings"][0]["columns"] == {"user": "To", "campaign": "Tag", "at": "SentDate"}
    assert tables["campaigns"][0]["duration_days"]["answer"] is None


def test_statuses_of_messages_that_no_list_has_are_asked(tmp_path: Path) -> None:
    (tmp_path / "campaigns.csv").write_text(_CAMPAIGNS)
    content = _mapping(tmp_path, _messages(("BRAND",), ("delivered", "failed", "zap")))
    (question,) = find_questions(content).values()
    assert question["ask"].startswith("Which statuses in Status of sms-log.csv are those of messages that")
    assert "Unknown: zap 13." in question["ask"]
    assert question["choose"] == ["failed", ["failed", "zap"]]


def test_flights_of_an_airline_are_no_messages(tmp_path: Path) -> None:
    rows = [f"{row},+4477009000{row % 40:02},LHR,A{row % 30:02},2024-03-01,99.5" for row in range(90)]
    (tmp_path / "bookings.csv").write_text(
        "\n".join(["booking_id,customer,From,To,booking_date,amount", *rows, ""])
    )
    tables = load_yaml(infer_mapping(tmp_path, zone="UTC"))["tables"]  # type: ignore[index,call-overload]
    assert list(tables) == ["behaviours"]
