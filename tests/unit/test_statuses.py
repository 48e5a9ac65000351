"""Orders that are no purchases by their status are left out, and unknown statuses are asked about."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from graph.errors import InvalidRequest
from graph.importing.check import Check, check_files
from graph.importing.inference.behaviours.kinds import draft_kinds
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping, read_mapping
from graph.importing.mapping.questions import NONE_OF_THEM, Question, resolve_questions, write_answers
from graph.importing.mapping.where import Rule
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.vocabulary.order_statuses import meaning_of
from graph.progress import Silent


def orders(folder: Path, statuses: list[str], column: str = "Status") -> tuple[Any, list[Question]]:
    """Write orders with these statuses, one a row, and return the mapping drafted and its questions."""
    rows = [f"{row},u{row},tea,2024-03-01,5.50,{status}\n" for row, status in enumerate(statuses)]
    (folder / "orders.csv").write_text(f"order_id,user_id,product,date,amount,{column}\n" + "".join(rows))
    return resolve_questions(load_yaml(infer_mapping(folder, zone="UTC")))


def checked(folder: Path, mapping: Any, answer: str | list[str] | tuple[str, ...]) -> Check:
    source = mapping["tables"]["behaviours"][0]
    source["where"]["Status"]["is_not"] = list(answer) if isinstance(answer, tuple) else answer
    mapping["unknown"] = {"users": "add", "products": "add"}
    mapping.pop("participation", None)
    return check_files(folder, parse_mapping(mapping, "test"), Silent())


@pytest.mark.parametrize(
    ("meaning", "statuses"),
    [
        (
            "excluded",
            "cancelled refunded returned failed pending on-hold Unpaid draft voided",
        ),
        (
            "excluded",
            "Storniert Retourniert Erstattet Zurückgegeben Fehlgeschlagen offen unbezahlt",
        ),
        ("excluded", "已取消 已退款 退货 交易关闭 支付失败 待付款 未付款"),
        ("excluded", "annulée remboursé retourné échouée refusé en_attente impayé"),
        ("excluded", "cancelado anulado reembolsado devuelto fallido pendiente"),
        ("excluded", "geannuleerd terugbetaald geretourneerd mislukt openstaand onbetaald"),
        ("excluded", "annullato rimborsato restituito fallito in_attesa non_pagato"),
        ("purchase", "paid Completed shipped bezahlt versandt 已完成 待发货 payée expédié pagado betaald"),
        ("unknown", "partially_refunded teil-storniert not-cancelled 未退款 open closed review 7 Klärfall"),
    ],
)
def test_statuses_are_known_in_seven_languages(meaning: str, statuses: str) -> None:
    assert {status: meaning_of(status) for status in statuses.split()} == dict.fromkeys(
        statuses.split(), meaning
    )


def test_known_statuses_of_no_purchase_are_left_out(tmp_path: Path) -> None:
    mapping, questions = orders(tmp_path, ["bezahlt", "Storniert", "Retourniert", "pending", "on hold"])
    assert not questions
    where = mapping["tables"]["behaviours"][0]["where"]
    assert sorted(where["Status"]["is_not"]) == ["Retourniert", "Storniert", "on hold", "pending"]
    assert "counts: bezahlt 1" in infer_mapping(tmp_path)


def test_status_of_unknown_meaning_is_asked_about_with_its_rows(tmp_path: Path) -> None:
    statuses = ["bezahlt", "bezahlt", "Storniert", "Klärfall", "Klärfall", "Muster"]
    mapping, (question,) = orders(tmp_path, statuses)
    assert question.path == "tables.behaviours.0.where.Status.is_not"
    assert "Klärfall 2, Muster 1" in question.ask
    assert (
        "Storniert 1 are no purchases, unless they came later, as the end of a subscription." in question.ask
    )
    assert "bezahlt 2 count as purchases" in question.ask
    assert question.choose == (
        "Storniert", ("Storniert", "Klärfall"), ("Storniert", "Muster"), ("Storniert", "Klärfall", "Muster"),
        NONE_OF_THEM,
    )  # fmt: skip
    assert checked(tmp_path, mapping, question.choose[0]).total.left_out == 1
    assert checked(tmp_path, mapping, question.choose[3]).total.left_out == 4


def test_statuses_that_are_all_unknown_may_all_count(tmp_path: Path) -> None:
    mapping, (question,) = orders(tmp_path, list("123451"))
    assert question.choose == (NONE_OF_THEM, *"12345", tuple("12345"))
    assert checked(tmp_path, mapping, ["1", "3"]).total.left_out == 3
    assert checked(tmp_path, mapping, NONE_OF_THEM).total.left_out == 0


def test_status_with_a_bar_is_one_status(tmp_path: Path) -> None:
    _, (question,) = orders(tmp_path, ["bezahlt", "Zurg | Blip", "Zurg", "Blip"])
    path = tmp_path / "groundswell.yaml"
    text = infer_mapping(tmp_path, zone="UTC")
    assert ("Zurg | Blip",) in question.choose
    for answer in ("Zurg | Blip", ["Zurg | Blip"]):
        path.write_text(write_answers(text, [answer]))
        rule = read_mapping(path).tables["behaviours"][0].where["Status"]
        assert rule.is_not == ["Zurg | Blip"]
    path.write_text(write_answers(text, [["Zurg", "Blip"]]))
    assert read_mapping(path).tables["behaviours"][0].where["Status"].is_not == ["Zurg", "Blip"]
    path.write_text(write_answers(text, ["Zurg | Blip | Zurg"]))
    with pytest.raises(InvalidRequest, match="write several values as a list"):
        read_mapping(path)


def test_text_that_may_be_several_statuses_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"write \[open, lost\], or \['open \| lost'\] for one"):
        Rule.model_validate({"is_not": "open | lost"})


def test_states_of_a_country_are_no_statuses(tmp_path: Path) -> None:
    mapping, questions = orders(tmp_path, ["CA", "NY", "TX"], column="state")
    assert not questions
    assert "where" not in mapping["tables"]["behaviours"][0]
    _, (question,) = orders(tmp_path, ["paid", "NY"], column="state")
    assert "NY 1" in question.ask


@pytest.mark.parametrize("name", ["credit_note", "Gutschrift", "refund", "Avoir", "nota de crédito"])
def test_credit_notes_are_returns_that_never_count(name: str) -> None:
    kinds = draft_kinds({"invoice": "product", name: "product"}, "any")
    assert kinds["invoice"]["counts"] == "any"
    assert kinds[name] == {"type": "RETURNED", "object": "product", "returns": "invoice"}
    assert draft_kinds({"entry": "product", name: "product"}, "any")[name]["counts"] == "never"


def test_statuses_of_rows_in_two_exports_are_counted_once(tmp_path: Path) -> None:
    def export(name: str, first: int, last: int, status: str) -> None:
        rows = [
            f"u{n % 9},tea,2024-01-{n:02},{status if n == 20 else ('Attended', 'No Show')[n % 2]}\n"
            for n in range(first, last)
        ]
        (tmp_path / name).write_text("user_id,product,date,Booking Status\n" + "".join(rows))

    export("bookings_1.csv", 1, 21, "Booked")
    export("bookings_2.csv", 11, 31, "No Show")
    _, questions = resolve_questions(load_yaml(infer_mapping(tmp_path, zone="UTC")))
    (asked,) = [question.ask for question in questions if "statuses" in question.ask]
    # Of 30 bookings, 15 are odd, and one is no show as the later export has it; it was booked before.
    assert "Unknown: No Show 16, Booked 0 (a later file has these rows with another one)" in asked
    assert "Attended 14 count" in asked


@pytest.mark.parametrize("mark", ["2024-04-01", "yes"])
def test_cancelled_subscriptions_can_be_kept(tmp_path: Path, mark: str) -> None:
    column = "canceled_at" if mark[0] == "2" else "is_canceled"
    statuses = ["active", "canceled", "past_due", "incomplete_expired"] * 3
    rows = [
        f"u{number},annual,2024-03-{number + 1:02},{status},"
        f"{mark if status == 'canceled' else '' if mark[0] == '2' else 'no'}\n"
        for number, status in enumerate(statuses)
    ]
    (tmp_path / "subscriptions.csv").write_text(
        f"user_id,product,created_at,status,{column}\n" + "".join(rows)
    )
    content, (question,) = resolve_questions(load_yaml(infer_mapping(tmp_path, zone="UTC")))
    mapping: Any = content
    assert {("canceled", "incomplete_expired"), "incomplete_expired", "canceled", NONE_OF_THEM} <= set(
        question.choose
    )
    source = mapping["tables"]["behaviours"][0]
    for answer, left_out in (
        (["canceled", "incomplete_expired"], 6),
        ("incomplete_expired", 3),
        (NONE_OF_THEM, 0),
    ):
        source["where"]["status"]["is_not"] = answer
        parsed = parse_mapping(mapping, "test")
        assert check_files(tmp_path, parsed, Silent()).total.left_out == left_out
