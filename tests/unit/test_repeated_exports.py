"""Exports with rows twice, unlike events, keys of two columns, bounces: each is read as meant, or named."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.runs.limits import describe
from graph.importing.runs.rejects import RejectReason
from graph.importing.runs.row_counts import RowCounts
from graph.importing.vocabulary.names import simplify, words_of
from graph.progress import Silent


def check(folder: Path, text: str, *answers: str) -> Check:
    assert len(resolve_questions(load_yaml(text))[1]) == len(answers)
    return check_files(folder, parse_mapping(load_yaml(write_answers(text, list(answers))), "test"), Silent())


def event(number: int, *skus: str, kind: str = "checkout") -> str:
    record: dict[str, Any] = {
        "eventId": f"e{number}",
        "type": kind,
        "at": f"2025-01-0{number}T10:00:00Z",
        "actor": {"uid": f"u{number % 3}"},
    }
    if skus:
        record["cart"] = {"items": [{"sku": sku, "qty": 1, "unitPrice": 2.5} for sku in skus]}
    return json.dumps(record) + "\n"


def test_event_with_several_lines_that_is_sent_twice_counts_once(tmp_path: Path) -> None:
    twice = event(1, "tea", "mug")
    (tmp_path / "events.jsonl").write_text(twice + event(2, "tea") + twice + event(3, "mug", "tin"))
    text = infer_mapping(tmp_path, zone="UTC")
    assert 'id: "^.eventId"' in text
    assert "2 rows repeat an earlier ^.eventId" in text
    report = check(tmp_path, text)
    assert report.tally.counts["checkout"].read == 5


def test_id_of_events_is_no_id_of_rows_where_one_has_a_product_twice(tmp_path: Path) -> None:
    twice = event(1, "tea")
    (tmp_path / "events.jsonl").write_text(twice + event(2, "tea", "tea") + twice)
    text = infer_mapping(tmp_path, zone="UTC")
    assert "id: " not in text
    assert check(tmp_path, text).tally.counts["checkout"].read == 4


def test_events_without_the_list_of_rows_are_named(tmp_path: Path) -> None:
    other = event(4, kind="view") + event(5, kind="view") + event(6, kind="start")
    (tmp_path / "events.jsonl").write_text(event(1, "tea", "mug") + event(2, "tea") + other)
    text = infer_mapping(tmp_path, zone="UTC")
    assert "not read of events.jsonl: 3 records without cart.items (view 2, start 1)" in text


LINES = "order_id;sku;quantity;price\n"
ORDERS = "order_id;customer_id;order_date;status\n"


def test_lines_are_joined_where_a_later_export_has_orders_again(tmp_path: Path) -> None:
    def write(month: str, first: int, last: int, status: str) -> None:
        orders = [
            f"A-10{n};c{n % 7};{n:02}.03.2024;{status if n < 12 else 'paid'}\n" for n in range(first, last)
        ]
        lines = [f"A-10{n};{sku};1;2,50\n" for n in range(first, last) for sku in ("tea", "mug")]
        (tmp_path / f"orders_{month}.csv").write_text(ORDERS + "".join(orders))
        (tmp_path / f"lines_{month}.csv").write_text(LINES + "".join(lines))

    write("03", 10, 20, "paid")
    write("04", 10, 28, "refunded")
    text = infer_mapping(tmp_path, zone="UTC")
    assert "Some orders are in several of the files orders_*.csv" in text
    report = check(tmp_path, text, "last")
    assert report.tables["behaviours"].loaded == 2 * 16


def workbook(
    folder: Path, bills: list[list[Any]], lines: list[list[Any]], campaigns: list[list[Any]]
) -> None:
    book = Workbook()
    for sheet, rows in {"Belege": bills, "Positionen": lines, "Aktionen": campaigns}.items():
        table = book.create_sheet(sheet)
        for row in rows:
            table.append(row)
    del book["Sheet"]
    book.save(folder / "kasse.xlsx")


@pytest.mark.parametrize("product", ["PLU", "Ware"])
def test_bills_numbered_by_store_and_campaigns_that_list_products(tmp_path: Path, product: str) -> None:
    bills: list[list[Any]] = [["Filiale", "Bonnr", "Datum", "Zeit", "Kundenkarte"]]
    lines: list[list[Any]] = [["Filiale", "Bonnr", product, "Anzahl", "Preis"]]
    for number in range(1, 25):
        for store in ("01", "02"):
            bills.append([store, number, f"2024-09-{number:02}", "10:30:00", f"K{store}{number % 5}"])
            lines += [[store, number, f"P{store}{number % 3}", 1, 2.5], [store, number, "P99", 2, 1.5]]
    campaigns: list[list[Any]] = [
        ["Aktion", "von", "bis", f"{product}s"],
        ["A1", "2024-09-02", "2024-09-08", "P010, P011"],
        ["A2", "2024-09-10", "2024-09-20", "P020, P021, P99"],
    ]
    workbook(tmp_path, bills, lines, campaigns)
    text = infer_mapping(tmp_path, zone="UTC")
    assert '"on": {Bonnr: Bonnr, Filiale: Filiale}' in text
    assert f"object: {product}" in text
    report = check(tmp_path, text)
    counts = report.tally.counts["purchase"]
    # A1: 4 of 7 days in store 01. A2: 11 days of P99 in two stores, and 7 of P020 and P021 in store 02.
    assert (counts.read, counts.counting) == (96, 4 + 22 + 7)
    assert [row["user"] for row in report.preview["behaviours"][:4]] == ["K011", "K011", "K021", "K021"]


@pytest.mark.parametrize("kind", ["small store", "every day"])
def test_bills_that_are_numbered_anew_keep_their_lines(tmp_path: Path, kind: str) -> None:
    bills: list[list[Any]] = [["Filiale", "Bonnr", "Datum", "Zeit", "Kundenkarte"]]
    lines: list[list[Any]] = [["Filiale", "Bonnr", "Datum", "Artikelnr", "Anzahl", "Preis"]]
    if kind == "small store":
        lines[0].remove("Datum")
    for day in range(1, 26):
        for number in (1, 2):
            for store in ("01", "02"):
                bon = number if kind == "every day" else 2 * day + number
                if kind == "small store" and store == "02" and day > 1:
                    continue
                bills.append([store, bon, f"2024-09-{day:02}", "10:30:00", f"K{store}{day % 5}{number}"])
                key = [store, bon, f"2024-09-{day:02}"] if kind == "every day" else [store, bon]
                lines += [[*key, f"P{store}{day:02}{number}", 1, 2.5], [*key, "P99", 2, 1.5]]
    workbook(tmp_path, bills, lines, [["Aktion", "von", "bis"], ["A1", "2024-09-02", "2024-09-08"]])
    text = infer_mapping(tmp_path, zone="UTC")
    assert ("Datum: Datum" in text) == (kind == "every day")
    assert "Filiale: Filiale" in text
    report = check(tmp_path, text)
    assert report.tables["behaviours"].loaded == len(lines) - 1
    pairs = [(row["user"], row["object"]) for row in report.preview["behaviours"]]
    assert all(str(product)[1:3] == str(user)[1:3] for user, product in pairs if product != "P99")


def test_recipients_whom_a_mail_did_not_reach_are_not_targeted(tmp_path: Path) -> None:
    rows = "".join(
        f"N1,c{n}@x.org,{'bounced' if n % 4 == 0 else 'delivered'},2024-03-01T09:0{n}:00+01:00\n"
        for n in range(8)
    )
    (tmp_path / "recipients.csv").write_text("mailing_id,email,delivery_status,delivered_at\n" + rows)
    (tmp_path / "mailings.csv").write_text(
        "mailing_id,subject,send_date\nN1,News,2024-03-01T09:00:00+01:00\n"
    )
    opens = "".join(f"N1,c{n}@x.org,open,2024-03-02T09:0{n}:00+01:00\n" for n in (1, 2, 3))
    (tmp_path / "activity.csv").write_text("mailing_id,email,action,timestamp\n" + opens)
    text = infer_mapping(tmp_path, zone="Europe/Berlin")
    assert "leaves out 2 rows that reached nobody" in text
    # Without an end, the mailing's duration is a question.
    report = check(tmp_path, text, "7")
    assert (report.tables["targetings"].loaded, report.tally.counts["open"].counting) == (6, 3)


def test_plurals_of_capitals_are_words() -> None:
    assert [simplify(name) for name in ("PLUs", "ProductIDs", "HTTPServer")] == [
        "plus",
        "product_ids",
        "http_server",
    ]
    assert words_of("SKUs") == ["sku"]


def test_too_many_rows_without_a_user_say_how_to_leave_them_out() -> None:
    counts = RowCounts(read=100, rejected=30)
    reason = RejectReason("till.xlsx/Lines", "Karte: Nummer", "is missing")
    text = describe("behaviours", counts, 0.05, {reason: 30})
    assert "(30 rows) is: till.xlsx/Lines: Karte: Nummer is missing" in text
    assert '(to leave out rows without it: `where: {"Karte: Nummer": {empty: false}}`)' in text
