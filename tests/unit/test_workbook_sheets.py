"""Workbooks with several sheets: each sheet is a table, named as a file in an archive is."""

import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from graph.errors import ImportFailed
from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading.data_files import READABLE, format_by_name, is_data, series_pattern
from graph.importing.reading.folders import Folder
from graph.importing.reading.input_files import open_input_files
from graph.progress import Silent

ORDERS = [
    ["order_id", "customer_id", "sku", "order_date", "amount"],
    [1, "a@x.org", "tea", datetime(2024, 3, 2, 10, 30), 3.5],
    [2, "b@x.org", "mug", datetime(2024, 3, 3, 11, 0), 8],
    [3, "a@x.org", "mug", datetime(2024, 3, 4, 12, 0), 8],
]
CAMPAIGNS = [["campaign_id", "start", "end"], ["SPRING", datetime(2024, 3, 1), datetime(2024, 3, 31)]]
NOTES = [["This file was exported by the till."], ["Ask Ms Meyer about it."]]
_PIVOT = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="../pivotTables/pivotTable1.xml" Type="http://schemas.openxmlformats.org'
    '/officeDocument/2006/relationships/pivotTable"/></Relationships>'
)


def write(path: Path, sheets: dict[str, list[list[Any]]], hidden: str = "", pivot: str = "") -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)
    if pivot:
        number = list(sheets).index(pivot) + 1
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(f"xl/worksheets/_rels/sheet{number}.xml.rels", _PIVOT)


def inferred(folder: Path) -> Mapping:
    return parse_mapping(load_yaml(infer_mapping(folder, "shop", "Europe/Berlin")), "test")


def check(folder: Path, mapping: Mapping) -> Check:
    return check_files(folder, mapping, Silent())


def codes(report: Check) -> set[str]:
    return {warning.code for warning in report.warnings}


def test_every_sheet_with_a_table_is_mapped_and_loaded(tmp_path: Path) -> None:
    write(tmp_path / "shop.xlsx", {"Read me": NOTES, "Orders": ORDERS, "Empty": [], "Campaigns": CAMPAIGNS})
    mapping = inferred(tmp_path)
    files = {table: source.files for table, (source,) in mapping.tables.items()}
    assert files == {"campaigns": ["shop.xlsx/Campaigns"], "behaviours": ["shop.xlsx/Orders"]}
    report = check(tmp_path, mapping)
    loaded = {table: (counts.loaded, counts.rejected) for table, counts in report.tables.items()}
    assert loaded == {"campaigns": (1, 0), "behaviours": (3, 0)}
    assert "unread_files" not in codes(report)
    text = infer_mapping(tmp_path)
    assert "# Not used: shop.xlsx/Empty: the sheet is empty" in text
    assert "# Not used: shop.xlsx/Read me: no table has its columns" in text


def test_hidden_sheets_and_pivot_tables_are_left_out_and_named(tmp_path: Path) -> None:
    summary = [["customer_id", "amount"], ["a@x.org", 11.5], ["b@x.org", 8]]
    sheets = {"Summary": summary, "Lists": summary, "Orders": ORDERS}
    write(tmp_path / "shop.xlsx", sheets, hidden="Lists", pivot="Summary")
    mapping = inferred(tmp_path)
    assert {table: source.files for table, (source,) in mapping.tables.items()} == {
        "behaviours": ["shop.xlsx/Orders"]
    }
    text = infer_mapping(tmp_path)
    assert "# Not used: shop.xlsx/Summary: the sheet is a pivot table" in text
    assert "# Not used: shop.xlsx/Lists: the sheet is hidden" in text
    assert "unread_files" not in codes(check(tmp_path, mapping))


def test_only_table_in_the_first_sheet_needs_no_name(tmp_path: Path) -> None:
    write(tmp_path / "shop.xlsx", {"Orders": ORDERS, "Sheet2": [], "Sheet3": []})
    assert inferred(tmp_path).tables["behaviours"][0].files == ["shop.xlsx"]
    assert "# Not used: shop.xlsx/Sheet2: the sheet is empty" in infer_mapping(tmp_path)


def test_sheets_whose_names_differ_in_digits_are_one_source(tmp_path: Path) -> None:
    write(tmp_path / "shop.xlsx", {"2023": ORDERS[:2], "2024": [ORDERS[0], *ORDERS[2:]], "Notes": NOTES})
    mapping = inferred(tmp_path)
    (source,) = mapping.tables["behaviours"]
    assert source.files == ["shop.xlsx/2023", "shop.xlsx/2024"]
    assert check(tmp_path, mapping).tables["behaviours"].loaded == 3


def test_unread_sheet_with_a_table_is_a_warning_and_notes_are_none(tmp_path: Path) -> None:
    write(tmp_path / "shop.xlsx", {"Orders": ORDERS, "Campaigns": CAMPAIGNS, "Notes": NOTES})
    mapping = inferred(tmp_path)
    del mapping.tables["campaigns"]
    (warning,) = (w for w in check(tmp_path, mapping).warnings if w.code == "unread_files")
    assert warning.text.startswith("shop.xlsx/Campaigns of the folder is read by no table.")


def test_sheets_are_joined_like_files(tmp_path: Path) -> None:
    lines = [["order", "sku"], [1, "tea"], [1, "mug"], [2, "mug"]]
    orders = [["number", "who", "day"], [1, "a", datetime(2024, 3, 2)], [2, "b", datetime(2024, 3, 3)]]
    write(tmp_path / "shop.xlsx", {"Orders": orders, "Lines": lines})
    join = {"files": "shop.xlsx/Orders", "on": {"order": "number"}}
    columns = {"user": "who", "object": "sku", "at": "shop.xlsx/Orders:day"}
    constants = {"kind": "purchase"}
    source = {"files": "shop.xlsx/Lines", "join": [join], "columns": columns, "constants": constants}
    mapping = parse_mapping(
        {
            "dataset": "x",
            "zone": "UTC",
            "tables": {"behaviours": source},
            "kinds": {"purchase": {"type": "PURCHASED", "counts": "any"}},
        },
        "test",
    )
    report = check(tmp_path, mapping)
    assert [row["user"] for row in report.preview["behaviours"]] == ["a", "a", "b"]
    assert report.tables["behaviours"].loaded == 3
    assert "unread_files" not in codes(report)


def test_sheets_of_one_workbook_are_different_files_for_the_ledger(tmp_path: Path) -> None:
    write(tmp_path / "shop.xlsx", {"A": ORDERS, "B": ORDERS})
    mapping = inferred(tmp_path)
    files = open_input_files(tmp_path, mapping, Silent())
    assert [file.name for file in files.inputs] == ["shop.xlsx/A", "shop.xlsx/B"]
    assert len({file.digest for file in files.inputs}) == 2
    assert files.containers == [tmp_path / "shop.xlsx"]


def test_sheet_that_a_workbook_lacks_is_an_error_with_the_similar_name(tmp_path: Path) -> None:
    write(tmp_path / "shop.xlsx", {"Orders": ORDERS, "Campaigns": CAMPAIGNS})
    with pytest.raises(ImportFailed, match=r"has no sheet 'Ordres' \(did you mean Orders\?\)"):
        Folder(tmp_path).match("shop.xlsx/Ordres")


def test_two_different_sheets_of_one_source_are_an_error(tmp_path: Path) -> None:
    write(tmp_path / "shop.xlsx", {"Orders": ORDERS, "Campaigns": CAMPAIGNS})
    mapping = inferred(tmp_path)
    mapping.tables["behaviours"][0].sheet = "Campaigns"
    with pytest.raises(ImportFailed, match="names two sheets of shop.xlsx: 'Orders' in `files`"):
        check(tmp_path, mapping)


def test_sheets_inside_an_archive_are_found(tmp_path: Path) -> None:
    write(tmp_path / "shop.xlsx", {"Orders": ORDERS, "Campaigns": CAMPAIGNS})
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.write(tmp_path / "shop.xlsx", "all/shop.xlsx")
    (tmp_path / "shop.xlsx").unlink()
    mapping = inferred(tmp_path)
    assert mapping.tables["behaviours"][0].files == ["export.zip/all/shop.xlsx/Orders"]
    assert check(tmp_path, mapping).tables["behaviours"].loaded == 3


def write_format(path: Path, name: str, rows: list[dict[str, str]]) -> None:
    if name == "xlsx":
        write(path, {"Orders": [list(rows[0]), *(list(row.values()) for row in rows)]})
    elif name == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif name in ("json", "jsonl"):
        lines = [json.dumps(row) for row in rows]
        path.write_text(f"[{', '.join(lines)}]" if name == "json" else "\n".join(lines))
    else:
        delimiter = "\t" if name == "tsv" else ","
        path.write_text("\n".join(delimiter.join(part) for part in [rows[0], *(r.values() for r in rows)]))


@pytest.mark.parametrize("ending", READABLE)
def test_init_finds_every_ending_that_is_read(tmp_path: Path, ending: str) -> None:
    rows = [{"customer_id": who, "sku": "tea", "order_date": "2024-03-02"} for who in "abc"]
    write_format(tmp_path / f"Orders{ending.upper()}", str(format_by_name(f"x{ending}")), rows)
    mapping = inferred(tmp_path)
    assert mapping.tables["behaviours"][0].files == [f"Orders{ending.upper()}"]
    assert check(tmp_path, mapping).tables["behaviours"].loaded == 3


@pytest.mark.parametrize("ending", [".gz", ".ZST"])
def test_compressed_files_are_found_by_the_ending_before(ending: str) -> None:
    assert is_data(f"orders.tab{ending}")
    assert not is_data(f"orders.pdf{ending}")


def test_old_workbook_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("customer_id,sku,order_date\na,tea,2024-03-02\n")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "# Not used: old.xls: is an old Excel file (.xls)" in infer_mapping(tmp_path)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("orders_2024-06.csv", "orders_*.csv"),
        ("shop_2024.xlsx/Orders", "shop_*.xlsx/Orders"),
        ("shop.xlsx/2024-01", "shop.xlsx/*"),
    ],
)
def test_series_pattern(name: str, pattern: str) -> None:
    assert series_pattern(name) == pattern


def test_joined_sheet_is_the_same_while_other_sheets_grow(tmp_path: Path) -> None:
    orders = [["order_id", "customer_id", "order_date"], ["A1", "ann", datetime(2024, 3, 2)]]
    lines = [["order_id", "sku", "quantity"], ["A1", "tea", 1]]

    def digest() -> str:
        (file,) = open_input_files(tmp_path, inferred(tmp_path), Silent()).inputs
        return file.digest

    write(tmp_path / "shop.xlsx", {"Orders": orders, "Lines": lines})
    first = digest()
    write(tmp_path / "shop.xlsx", {"Orders": orders, "Lines": [*lines, ["A1", "mug", 1]]})
    assert digest() == first
    write(
        tmp_path / "shop.xlsx", {"Orders": [orders[0], ["A1", "bob", datetime(2024, 3, 2)]], "Lines": lines}
    )
    assert digest() != first
