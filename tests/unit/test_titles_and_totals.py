"""Title rows above a header, and totals below a table: neither becomes data."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import Workbook

from graph.errors import ImportFailed
from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.source import Source
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading import blocks
from graph.importing.reading.blocks import digest_and_count, read_blocks, read_header
from graph.importing.reading.title_rows import lines_above_header, rows_above_header
from graph.importing.values.totals import REASON, name_totals
from graph.progress import Silent

HEADER = "customer,sku,date,quantity"
ROWS = [f"u{i},tea,2024-03-{i:02},{i}" for i in range(1, 10)]
TITLES = ["Sales report", "", "Exported on Monday, May 6"]


def text_of(*lines: str) -> str:
    return "\n".join([*lines, ""])


def inferred(folder: Path) -> tuple[dict[str, Any], Check]:
    """Return the mapping that init writes, and its check; the mapping has no questions."""
    text = infer_mapping(folder, "shop", "UTC")
    content: Any = load_yaml(text)
    return content, check_files(folder, parse_mapping(content, "test"), Silent())


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([*TITLES, HEADER, *ROWS], 3),
        (["", HEADER, *ROWS], 1),
        (["Sales report,,,", ",,,", "From,2024-03-01,,", HEADER, *ROWS], 3),
        (['"Sales, May 6"', HEADER, *ROWS], 1),
        ([HEADER, *ROWS], 0),
        (["Sales report", HEADER, ROWS[0]], 1),
        # Damaged lines, short rows and unnamed columns are no titles.
        ([HEADER, "u1,tea", *ROWS], 0),
        ([f",{HEADER}", *(f"1,{row}" for row in ROWS)], 0),
        ([f"{HEADER},,", *(f"{row},," for row in ROWS)], 0),
        # Without a header, and with one that does not fit its rows.
        (ROWS, 0),
        (["Sales report", *ROWS], 0),
        ([HEADER.replace(",", ";"), *(f"u{i},tea,mug,jar" for i in range(9))], 0),
        (["Sales report", HEADER], 0),
        (["a", "b", "c"], 0),
        (["Licence", "This text is, as is, no table", "but prose", "without columns"], 0),
        ([], 0),
    ],
)
def test_lines_above_a_header_are_counted_if_they_are_certain(lines: list[str], expected: int) -> None:
    assert lines_above_header(text_of(*lines)) == expected


def test_two_rows_of_a_header_are_one_title_and_the_names() -> None:
    rows = [["Customer", "", "", "Order"], ["id", "name", "city", "sum"], ["1", "Anna", "Ulm", "3"]]
    assert rows_above_header(rows) == 1


@pytest.mark.parametrize(
    ("encoding", "newline", "options"),
    [
        ("utf-8", "\n", {}),
        ("utf-8-sig", "\r\n", {}),
        ("utf-16", "\n", {"encoding": "utf-16"}),
        ("utf-8", "\n", {"multiline": True}),
        ("utf-8", "\n", {"header": HEADER.split(","), "skip_rows": 4}),
    ],
)
def test_rows_below_titles_keep_the_numbers_of_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, newline: str, options: dict[str, Any]
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 4)
    path = tmp_path / "orders.csv"
    path.write_text(text_of(*TITLES, HEADER, *ROWS), encoding=encoding, newline=newline)
    source = Source.model_validate({"files": "orders.csv", "skip_rows": 3, **options})
    assert read_header(path, source) == HEADER.split(",")
    parsed = [block.parse() for block in read_blocks(path, source, ["customer", "quantity"])]
    assert [number for part in parsed for number in part.numbers] == list(range(5, 14))
    assert [user for part in parsed for user in part.columns["customer"].to_pylist()][::8] == ["u1", "u9"]
    if encoding != "utf-16":  # Whose lines are counted about.
        assert digest_and_count(path, source)[1] == 9


def test_header_that_lies_elsewhere_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(b"Sales report\n\xff,sku\na,tea\n")
    with pytest.raises(ImportFailed, match=r"orders.csv line 2: the header is not valid utf-8"):
        read_header(tmp_path / "orders.csv", Source.model_validate({"files": "x", "skip_rows": 1}))
    assert read_header(tmp_path / "orders.csv", Source.model_validate({"files": "x", "skip_rows": 9})) == []


def test_csv_with_titles_and_totals_is_mapped_and_loaded(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(text_of(*TITLES, HEADER, *ROWS, "u1,tea,soon,1", "Total,,,46"))
    content, report = inferred(tmp_path)
    (source,) = content["tables"]["behaviours"]
    assert source["skip_rows"] == 3
    assert "# above the header: Sales report / Exported on Monday, May 6" in infer_mapping(tmp_path)
    assert (report.total.loaded, report.total.left_out) == (9, 1)  # The totals have no date.
    assert [(error.row, error.value) for _, error in report.examples] == [(14, "soon")]


def test_sheet_with_titles_and_totals_is_mapped_and_loaded(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [row.split(",") for row in [HEADER, *ROWS, "u1,tea,soon,1"]]
    for row in [["Sales report"], [], ["Exported on", "2024-05-06"], *rows, ["Total", None, None, 46]]:
        sheet.append(row)
    book.save(tmp_path / "orders.xlsx")
    content, report = inferred(tmp_path)
    assert content["tables"]["behaviours"][0]["skip_rows"] == 3
    assert (report.total.loaded, report.total.left_out) == (9, 1)
    assert [(error.row, error.value) for _, error in report.examples] == [(14, "soon")]


def test_joined_file_and_campaigns_of_orders_skip_titles(tmp_path: Path) -> None:
    orders = ["a,tea,2024-03-01,SPRING", "b,mug,2024-03-02,SPRING", "b,mug,2024-03-03,"]
    (tmp_path / "orders.csv").write_text(text_of("Orders", "customer,sku,date,campaign", *orders))
    (tmp_path / "names.csv").write_text(text_of("Customers", "", "customer,email", "a,a@x", "b,b@x"))
    mapping: Any = load_yaml(infer_mapping(tmp_path, "shop", "UTC"))
    assert [source["skip_rows"] for source in mapping["tables"]["campaigns"]] == [1]
    (users,) = mapping["tables"].pop("users")
    assert users["skip_rows"] == 2
    (source,) = mapping["tables"]["behaviours"]
    source["join"] = [{"files": "names.csv", "skip_rows": 2, "on": {"customer": "customer"}}]
    source["columns"]["user"] = "email"
    report = check_files(tmp_path, parse_mapping(mapping, "test"), Silent())
    assert [row["user"] for row in report.preview["behaviours"]] == ["a@x", "b@x", "b@x"]


@pytest.mark.parametrize("total", ["Total,,25", "Grand total:,,25", "Summe,,", "合计,,2", " TOTAL ,,€ 2"])
def test_totals_are_no_user(tmp_path: Path, total: str) -> None:
    (tmp_path / "customers.csv").write_text(text_of("id,name,revenue", "a,Anna,12", "b,Bert,13", total))
    _, report = inferred(tmp_path)
    assert report.total.loaded == 2
    ((_, error),) = report.examples
    assert (error.row, error.column) == (4, "id")
    assert error.reason == REASON


def test_user_or_product_with_the_word_for_totals_is_loaded_if_more_is_known(tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text(text_of("id,name,price", "total,Total cereal,3", "Totality,,4"))
    assert inferred(tmp_path)[1].total.loaded == 2


@pytest.mark.parametrize(
    ("header", "total", "column"),
    [
        ("date,customer,amount", "2024-03-31,Total,594", "customer"),
        ("date,customer,sku,quantity,amount", "2024-03-31,TOTAL,ALL,60,594", "customer"),
        ("date,customer,sku,quantity,amount", "2024-03-31,Subtotal March,p1,60,594", "customer"),
        ("date,customer,sku,quantity,amount", "2024-03-31,c2,Total:,60,594", "sku"),
    ],
)
def test_totals_below_an_order_log_are_no_behaviour(
    tmp_path: Path, header: str, total: str, column: str
) -> None:
    rows = [
        ",".join((f"2024-03-{i:02}", f"c{i % 5}", f"p{i % 4}", str(i % 3 + 1), str(i * 9)))
        if "sku" in header
        else f"2024-03-{i:02},c{i % 5},{i * 9}"
        for i in range(1, 31)
    ]
    (tmp_path / "orders.csv").write_text(text_of(header, *rows, total))
    _, report = inferred(tmp_path)
    assert report.tables["behaviours"].loaded == 30
    ((_, error),) = report.examples
    assert (error.row, error.column, error.reason) == (32, column, REASON)


def test_only_words_for_totals_with_a_period_name_totals() -> None:
    totals = (
        "Total", " grand total: ", "Total March", "Subtotal March 2024", "Subtotal 3", "total 2024",
        "Total 2024-03", "Summe 03/2024", "Zwischensumme für März", "Total Q1", "March total", "ИТОГО",
        "Gesamtergebnis", "Gesamtsumme", "Итого за март", "Razem", "Celkem", "Totale", "Totaal", "Toplam",
        "小计", "总计", "2024年3月小计",
    )  # fmt: skip
    names = (
        "Total Immersion", "Total 90", "Totality", "Sum 41", "Total Set", "Summer", "Anna Total",
        "Subtotal Blue", "p1", "2024-03", "March", "", None,
    )  # fmt: skip
    found = name_totals(pa.array([*totals, *names, "Total"]))
    assert found.tolist() == [*(True for _ in totals), *(False for _ in names), True]
