"""Orders and their lines in two files: the key is found by values, and lines are joined to their orders."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import UnansweredQuestions
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

ORDERS = """\
order_id,customer_id,order_date,status,coupon,total
A-1001,ann,2024-03-01,completed,SPRING,9.00
A-1002,bob,2024-03-02,cancelled,,4.00
A-1003,ann,2024-03-03,completed,SPRING,8.00
A-1004,cid,2024-03-04,completed,,4.00
"""
LINES = """\
order_id,line,sku,quantity,price
A-1001,1,tea,2,2.50
A-1001,2,mug,1,4.00
A-1002,1,mug,1,4.00
A-1003,1,mug,2,4.00
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)


def numbered(first: str, rows: int, line: Any) -> str:
    return "\n".join([first, *(line(number) for number in range(1, rows + 1))]) + "\n"


def inferred(folder: Path) -> Mapping:
    return parse_mapping(load_yaml(infer_mapping(folder, "shop", "UTC")), "test")


def check(folder: Path) -> Check:
    return check_files(folder, inferred(folder), Silent())


def behaviours(report: Check) -> list[tuple[object, ...]]:
    return [(row["user"], row["object"], row["value"]) for row in report.preview["behaviours"]]


def joins(mapping: Mapping) -> list[tuple[list[str], dict[str, str]]]:
    return [(join.files, join.on) for source in mapping.tables["behaviours"] for join in source.join]


def test_lines_are_joined_to_their_orders(tmp_path: Path) -> None:
    write(tmp_path, orders=ORDERS, order_lines=LINES)
    mapping = inferred(tmp_path)
    (source,) = mapping.tables["behaviours"]
    assert source.files == ["order_lines.csv"]
    assert joins(mapping) == [(["orders.csv"], {"order_id": "order_id"})]
    report = check(tmp_path)
    # The total of an order is no amount of its lines, and lines of a cancelled order are no purchases.
    assert behaviours(report) == [("ann", "tea", 5.0), ("ann", "mug", 4.0), ("ann", "mug", 8.0)]
    assert {row["basket"] for row in report.preview["behaviours"]} == {"A-1001", "A-1003"}
    assert [row["id"] for row in report.preview["campaigns"]] == ["SPRING"]
    assert (report.total.rejected, report.stopped) == (0, None)
    text = infer_mapping(tmp_path)
    assert "order_lines.csv has lines of the orders in orders.csv; 1 orders have no lines" in text
    assert "orders.csv:total" in text.partition("not used of order_lines.csv: ")[2].partition("\n")[0]


def test_key_with_another_name_is_found_by_its_values(tmp_path: Path) -> None:
    orders = ORDERS.replace("order_id", "Vorgang", 1)
    write(tmp_path, koepfe=orders, positionen=LINES.replace("order_id", "Bezug", 1))
    assert joins(inferred(tmp_path)) == [(["koepfe.csv"], {"Bezug": "Vorgang"})]
    assert behaviours(check(tmp_path))[0] == ("ann", "tea", 5.0)


def test_id_of_the_orders_is_the_order_of_the_lines(tmp_path: Path) -> None:
    # Both files have an id of their own, and small numbers of lines are ids of orders by chance.
    orders = numbered("id,customer_id,order_date", 30, lambda n: f"{n},u{n % 7},2024-03-{n % 28 + 1:02}")
    lines = numbered("id,order_id,sku,quantity", 30, lambda n: f"{n},{(n + 1) // 2},p{n % 5},{n % 3 + 1}")
    write(tmp_path, orders=orders, lines=lines)
    assert joins(inferred(tmp_path)) == [(["orders.csv"], {"order_id": "id"})]
    report = check(tmp_path)
    assert report.tables["behaviours"].loaded == 30
    assert report.preview["behaviours"][2]["user"] == "u2"


def test_small_numbers_are_no_key(tmp_path: Path) -> None:
    orders = numbered("Vorgang,customer_id,order_date", 40, lambda n: f"{n},u{n % 7},2024-03-{n % 28 + 1:02}")
    lines = numbered("rang,sku,quantity", 60, lambda n: f"{n % 5 + 1},p{n % 5},{n % 3 + 1}")
    write(tmp_path, orders=orders, lines=lines)
    assert "join:" not in infer_mapping(tmp_path)


def test_small_numbers_of_all_orders_are_a_question(tmp_path: Path) -> None:
    orders = numbered("Vorgang,customer_id,order_date", 40, lambda n: f"{n},u{n % 7},2024-03-{n % 28 + 1:02}")
    lines = numbered("bezug,sku,quantity", 80, lambda n: f"{(n + 1) // 2},p{n % 5},{n % 3 + 1}")
    write(tmp_path, orders=orders, lines=lines)
    with pytest.raises(UnansweredQuestions, match="Which column of orders.csv has the orders that bezug of"):
        inferred(tmp_path)
    text = infer_mapping(tmp_path, "shop", "UTC").replace("answer:", "answer: Vorgang")
    mapping = parse_mapping(load_yaml(text), "test")
    assert joins(mapping) == [(["orders.csv"], {"bezug": "Vorgang"})]
    assert check_files(tmp_path, mapping, Silent()).tables["behaviours"].loaded == 80


def test_two_columns_of_the_orders_that_fit_are_a_question(tmp_path: Path) -> None:
    header = "Vorgang,Beleg,customer_id,order_date"
    orders = numbered(header, 9, lambda n: f"X{1000 + n},X{1010 - n},u{n % 4},2024-03-{n:02}")
    lines = numbered("bezug,sku,quantity", 18, lambda n: f"X{1000 + (n + 1) // 2},p{n % 5},1")
    write(tmp_path, orders=orders, lines=lines)
    with pytest.raises(UnansweredQuestions, match="it may be (Vorgang or Beleg|Beleg or Vorgang)"):
        inferred(tmp_path)


def test_two_files_of_orders_that_fit_are_named(tmp_path: Path) -> None:
    write(tmp_path, orders=ORDERS, invoices=ORDERS.replace("status,", "state,"), order_lines=LINES)
    assert joins(inferred(tmp_path)) == []
    text = infer_mapping(tmp_path)
    assert "its rows are lines of orders in invoices.csv or orders.csv, and nothing tells in which" in text


def test_second_file_of_lines_is_named_and_not_taken_for_purchases(tmp_path: Path) -> None:
    returns = "order_id,sku,quantity,reason\nA-1001,tea,1,broken\n"
    write(tmp_path, orders=ORDERS, order_lines=LINES, returned_lines=returns)
    assert [source.files for source in inferred(tmp_path).tables["behaviours"]] == [["order_lines.csv"]]
    assert "# Not used: returned_lines.csv: its rows may be lines of orders.csv by order_id" in infer_mapping(
        tmp_path
    )


def test_order_in_several_rows_is_a_question(tmp_path: Path) -> None:
    orders = numbered(
        "order_id,customer_id,order_date", 60, lambda n: f"A{n},u{n % 7},2024-03-{n % 28 + 1:02}"
    )
    lines = numbered("order_id,sku,quantity", 60, lambda n: f"A{n},p{n % 5},1")
    write(tmp_path, orders=orders + "A60,u3,2024-03-29\n", order_lines=lines)
    with pytest.raises(UnansweredQuestions, match="Some orders are in several rows of orders.csv"):
        inferred(tmp_path)


def test_registration_of_users_is_no_time_of_an_order(tmp_path: Path) -> None:
    users = "customer_id,registered\nann,2020-01-01\nbob,2021-01-01\n"
    lines = "order_id,customer_id,sku,quantity\n1,ann,tea,1\n2,bob,tea,2\n3,ann,mug,1\n"
    write(tmp_path, customers=users, order_items=lines)
    assert "join:" not in infer_mapping(tmp_path)


def test_opening_of_shops_is_no_time_of_an_order(tmp_path: Path) -> None:
    shops = "shop_id,contact,opened\nS10001,ann,2020-01-01\nS10002,bob,2021-01-01\n"
    lines = numbered("ref,shop_id,sku,quantity", 150, lambda n: f"{n},S1000{n % 2 + 1},p{n % 5},1")
    log = "customer_id,sku,order_date\nann,tea,2024-03-01\n"
    write(tmp_path, shops=shops, lines=lines, log=log)
    assert joins(inferred(tmp_path)) == []


def test_refunds_of_orders_are_compared_with_orders(tmp_path: Path) -> None:
    orders = ORDERS.replace("total", "total,refunded_amount", 1)
    for line, refund in (("9.00\n", "9.00"), ("8.00\n", "0"), ("4.00\n", "0")):
        orders = orders.replace(line, f"{line.strip()},{refund}\n")
    write(tmp_path, orders=orders, order_lines=LINES)
    # A-1001 was refunded in full, although each of its lines costs less than the refund.
    assert behaviours(check(tmp_path)) == [("ann", "mug", 8.0)]


def test_status_of_the_order_counts_beside_that_of_the_line(tmp_path: Path) -> None:
    lines = "\n".join(
        f"{line},{'status' if number == 0 else 'shipped'}" for number, line in enumerate(LINES.splitlines())
    )
    write(tmp_path, orders=ORDERS, order_lines=lines)
    assert {row[0] for row in behaviours(check(tmp_path))} == {"ann"}


def test_orders_of_several_months_and_ambiguous_dates(tmp_path: Path) -> None:
    rows = ORDERS.splitlines()
    days = [row.replace("2024-03-0", "0").replace(",", ";") for row in rows]
    dated = [row.replace(f";0{n};", f";0{n}/03/2024;") for n, row in enumerate(days)]
    late = "A-1005;cid;25/03/2024;completed;;4.00"
    (tmp_path / "orders_1.csv").write_text("\n".join(dated[:3]))
    (tmp_path / "orders_2.csv").write_text("\n".join([dated[0], *dated[3:], late]))
    write(tmp_path, order_lines=LINES)
    # The day of an order without lines decides the order of day and month.
    mapping = inferred(tmp_path)
    assert joins(mapping) == [(["orders_*.csv"], {"order_id": "order_id"})]
    assert mapping.tables["behaviours"][0].times == ["%d/%m/%Y"]
    assert behaviours(check(tmp_path)) == [("ann", "tea", 5.0), ("ann", "mug", 4.0), ("ann", "mug", 8.0)]


def test_sheets_of_orders_and_lines(tmp_path: Path) -> None:
    book = Workbook()
    orders, lines = book.worksheets[0], book.create_sheet("Lines")
    orders.title = "Orders"
    for row in (
        ["order_id", "customer_id", "date", "time"],
        ["A-1001", "ann", datetime(2024, 3, 1), "09:05"],
    ):
        orders.append(row)
    for row in (["order_id", "sku", "quantity"], ["A-1001", "tea", 2], ["A-1001", "mug", 1]):
        lines.append(row)
    book.save(tmp_path / "shop.xlsx")
    mapping = inferred(tmp_path)
    assert joins(mapping) == [(["shop.xlsx/Orders"], {"order_id": "order_id"})]
    (first, _) = check(tmp_path).preview["behaviours"]
    at = datetime(2024, 3, 1, 9, 5).timestamp() - datetime(1970, 1, 1).timestamp()
    assert (first["user"], first["object"], first["at"]) == ("ann", "tea", int(at * 1000))


def test_question_about_a_column_of_the_orders_names_their_file(tmp_path: Path) -> None:
    orders = "order_id,customer_id,order_date\nA-1001,ann,01/02/2024\nA-1002,bob,03/02/2024\n"
    write(tmp_path, orders=orders, order_lines="order_id,sku,price\nA-1002,tea,1.234\n")
    with pytest.raises(UnansweredQuestions) as raised:
        inferred(tmp_path)
    asked = str(raised.value)
    assert "day and month in order_date of orders.csv, like row 2: '01/02/2024'" in asked
    assert "in price of order_lines.csv" in asked


@pytest.mark.parametrize(
    ("of_orders", "rules"),
    [
        ("000{}", ["whole_numbers", "no_leading_zeros"]),
        ("{}.0", ["whole_numbers", "no_leading_zeros"]),
        ("#{}", ["no_leading_signs"]),
        ("a-{}", ["lower_case"]),
        ("a - {}", ["lower_case", "no_spaces", "no_leading_zeros", "whole_numbers", "nfkc"]),
    ],
)
def test_keys_that_are_written_in_two_ways_are_joined(
    tmp_path: Path, of_orders: str, rules: list[str]
) -> None:
    own = "A-{}" if "a" in of_orders else "{}"
    orders = numbered("order_id,customer_id,date", 30, lambda n: f"{of_orders.format(n)},c{n},2024-03-{n:02}")
    lines = numbered("order_id,sku,quantity,price", 30, lambda n: f"{own.format(n)},tea,2,2.50")
    write(tmp_path, orders=orders, lines=lines)
    (join,) = inferred(tmp_path).tables["behaviours"][0].join
    assert join.ids == rules
    assert f"the same order as {own.format(1)} and {of_orders.format(1)}" in infer_mapping(tmp_path)
    report = check(tmp_path)
    assert behaviours(report)[:2] == [("c1", "tea", 5.0), ("c2", "tea", 5.0)]
    assert (report.total.loaded, report.total.rejected) == (30, 0)


@pytest.mark.parametrize(("of_orders", "known"), [("{}", 14), ("#{}", 0)])
def test_lines_of_which_too_few_have_an_order_are_counted(tmp_path: Path, of_orders: str, known: int) -> None:
    orders = numbered("order_id,customer_id,date", 14, lambda n: f"{of_orders.format(n)},c{n},2024-03-{n:02}")
    lines = numbered("order_id,sku,quantity,price", 30, lambda n: f"{n},tea,2,2.50")
    write(tmp_path, orders=orders, lines=lines)
    text = infer_mapping(tmp_path, "shop", "UTC")
    assert f"# Not used: lines.csv: only {known} of its 30 rows have an order of orders.csv" in text


TILL = "Datum;Kundenkarte;Zahlart"
ITEMS = "Pos;Artikelnummer;Menge;Betrag"


def write_till(folder: Path, key: str, own: str, first: int = 1041) -> None:
    receipts = numbered(
        f"{key};{TILL}", 60, lambda n: f"{first + n:08d};{n % 28 + 1:02d}.03.2024;k{n % 9};EC"
    )
    items = numbered(f"{own};{ITEMS}", 120, lambda n: f"{first + (n + 1) // 2};{n % 2 + 1};tee;1;2,50")
    write(folder, Bons=receipts, Positionen=items)


@pytest.mark.parametrize("key", ["Bonnummer", "Bonnr", "Bon-Nr.", "Bon"])
@pytest.mark.parametrize("own", ["Bon", "Bonnummer"])
def test_receipts_are_joined_whatever_their_number_is_called(tmp_path: Path, key: str, own: str) -> None:
    write_till(tmp_path, key, own)
    (source,) = inferred(tmp_path).tables["behaviours"]
    assert [(join.on, join.ids) for join in source.join] == [
        ({own: key}, ["whole_numbers", "no_leading_zeros"])
    ]
    assert check(tmp_path).total.rejected == 0


def test_names_that_tell_nothing_are_asked_about_in_either_writing(tmp_path: Path) -> None:
    write_till(tmp_path, "Vorgang", "Bezug")
    with pytest.raises(UnansweredQuestions, match="has the orders that Bezug of Positionen.csv names"):
        inferred(tmp_path)


def test_lines_that_no_key_joins_are_named_as_such(tmp_path: Path) -> None:
    write(
        tmp_path,
        Bons="Bonnummer;Datum;Kundenkarte;Summe\nA1;01.03.2024;k1;5,00\nA2;02.03.2024;k2;3,00\n",
        Positionen="Pos;Artikelnummer;Menge;Betrag\n1;tee;1;2,50\n2;tee;1;2,50\n1;tee;2;3,00\n",
    )
    (unused,) = [line for line in infer_mapping(tmp_path, "till", "UTC").splitlines() if "Not used" in line]
    assert (
        "Positionen.csv: it has lines of orders (Artikelnummer, Menge, Betrag) without their user" in unused
    )
    assert "no column joins them to another file" in unused
