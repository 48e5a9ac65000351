"""Tables that describe what lines of orders name, like a calendar of events, are products, not behaviours."""

from pathlib import Path

import pytest

from graph.importing.check import Check, check_files
from graph.importing.inference.files.tables import find_columns
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import UnansweredQuestions, write_answers
from graph.importing.mapping.source import NO_BEHAVIOURS
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

EVENTS = "Event ID,Event name,Venue,Event date\n" + "".join(
    f"EV{n},Jazz Night {n},Hall {'ABC'[n % 3]},2024-07-{n + 1:02d} 20:00:00\n" for n in range(9)
)
ORDERS = "Order ID,Order date,Buyer email,Order total\n" + "".join(
    f"{3000 + n},2024-03-{n + 1:02d},guest{n % 5}@example.org,{(n % 2 + 1) * 25}\n" for n in range(20)
)
TICKETS = "Ticket no,Order ID,Event ID,Ticket type,Ticket price,Seat\n" + "".join(
    f"T{n}{seat},{3000 + n},EV{n % 9},Standard,25.00,Row {seat}\n"
    for n in range(20)
    for seat in "AB"[: n % 2 + 1]
)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)


def inferred(folder: Path) -> Mapping:
    return parse_mapping(load_yaml(infer_mapping(folder, "tickets", "UTC")), "test")


def check(folder: Path, mapping: Mapping) -> Check:
    return check_files(folder, mapping, Silent())


def test_events_that_tickets_name_are_products(tmp_path: Path) -> None:
    write(tmp_path, Events=EVENTS, Orders=ORDERS, Tickets=TICKETS)
    mapping = inferred(tmp_path)
    assert mapping.tables["products"][0].files == ["Events.csv"]
    assert mapping.tables["products"][0].columns == {"id": "Event ID", "name": "Event name"}
    report = check(tmp_path, mapping)
    assert list(report.tally.counts) == ["purchase"]
    row, *_ = report.preview["behaviours"]
    assert (row["user"], row["object"], row["value"]) == ("guest0@example.org", "EV0", 25.0)
    assert report.tables["behaviours"].read == report.tables["behaviours"].loaded == 30
    assert report.tables["products"].loaded == 9
    assert report.total.rejected == 0


def test_events_that_nobody_names_are_left_out_by_an_answer(tmp_path: Path) -> None:
    write(tmp_path, Events=EVENTS, Orders=ORDERS)
    text = infer_mapping(tmp_path, "tickets", "UTC")
    with pytest.raises(UnansweredQuestions) as error:
        parse_mapping(load_yaml(text), "test")
    answers = [
        NO_BEHAVIOURS if NO_BEHAVIOURS in each.choose else each.choose[0] for each in error.value.questions
    ]
    assert NO_BEHAVIOURS in answers
    mapping = parse_mapping(load_yaml(write_answers(text, answers)), "test")
    assert [source.files for source in mapping.tables["behaviours"]] == [["Orders.csv"]]
    assert check(tmp_path, mapping).total.rejected == 0


@pytest.mark.parametrize(
    ("column", "is_price"),
    [
        ("Ticket price", True),
        ("Ticketpreis", True),
        ("list price", False),
        ("shipping_price", False),
        ("Listenpreis", False),
    ],
)
def test_the_price_of_a_line_is_found_by_its_word(column: str, is_price: bool) -> None:
    assert (find_columns(["Order ID", "Event ID", column]).get("unit_price") == column) == is_price
    assert "unit_price" not in find_columns(["Event ID", column])
