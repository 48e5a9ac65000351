"""Formulas without a value in any row, and merged cells."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from graph.errors import ImportFailed
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.source import Source
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading import sheets
from graph.importing.reading.block import Block
from graph.importing.reading.blocks import read_blocks
from graph.importing.reading.cells import texts
from graph.importing.reading.column_check import check_columns

HEADER = ["Order", "Customer", "Article", "Date", "Total", "Coupon"]


def write(path: Path, rows: list[list[Any]], *merged: str) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


def columns_of(path: Path, source: Source, names: list[str]) -> dict[str, list[str | None]]:
    (parsed,) = (block.parse() for block in read_blocks(path, source, names))
    return {name: texts(parsed.columns[name]).to_pylist() for name in names}


@pytest.mark.parametrize("formula", ["=1+2", ArrayFormula("B2500:B2500", "=SUM(C1:C3)")])
def test_formula_without_value_in_a_late_row_is_refused(tmp_path: Path, formula: Any) -> None:
    rows: list[list[Any]] = [["a", "b"], *([number, number] for number in range(2_498)), [1, formula]]
    path = write(tmp_path / "x.xlsx", rows)
    with pytest.raises(ImportFailed, match="row 2500, column b: the formula =.* has no stored value"):
        check_columns(path, Source(files=["x.xlsx"]), ["a", "b"])
    # Where no mapping reads it, it does not matter.
    check_columns(path, Source(files=["x.xlsx"]), ["a"])


def test_formula_above_the_header_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", [["=NOW()"], ["a", "b"], [1, 2]])
    check_columns(path, Source(files=["x.xlsx"], skip_rows=1), ["a", "b"])


def test_merged_cells_give_their_value_to_all_of_their_rows(tmp_path: Path) -> None:
    rows = [
        ["Sales of March", None, None],
        [],
        ["a", "b", "c"],
        ["x", 1, datetime(2024, 3, 1, 10)],
        [None, 2, None],
        [],
        [None, 3, None],
        ["y", 4, None],
    ]
    path = write(tmp_path / "x.xlsx", rows, "A1:C2", "A4:A7", "C4:C5", "B8:C8")
    found = columns_of(path, Source(files=["x.xlsx"], skip_rows=2), ["a", "b", "c"])
    assert found == {
        "a": ["x", "x", "x", "y"],
        "b": ["1", "2", "3", "4"],
        "c": ["2024-03-01 10:00:00", "2024-03-01 10:00:00", None, None],
    }


def test_merged_amounts_count_once(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.xlsx", [["a", "v", "c"], ["x", 9.5, 1], [None, None, 2], ["y", 1, 3]], "A2:A3", "B2:B3"
    )
    source = Source(files=["x.xlsx"], columns={"user": "a", "value": "v"})
    assert columns_of(path, source, ["a", "v"]) == {"a": ["x", "x", "y"], "v": ["9.5", None, "1"]}


def test_orders_with_merged_cells_keep_user_coupon_and_total(tmp_path: Path) -> None:
    rows: list[list[Any]] = [HEADER]
    merged = []
    for number in range(40):
        at = datetime(2024, 3, 1, 10) + timedelta(hours=7 * number)
        rows.append([f"O{number}", f"C{number % 9}", f"A{number % 5}", at, 20 + number, "SPRING"])
        rows.append([None, None, f"A{number % 5 + 1}", None, None, None])
        merged += [f"{column}{2 * number + 2}:{column}{2 * number + 3}" for column in "ABDEF"]
    write(tmp_path / "shop.xlsx", rows, *merged)
    text = infer_mapping(tmp_path, "shop", "UTC")
    # The totals, in 40 more, are not of each line.
    assert "160 merged cells of shop.xlsx" in text
    mapping = parse_mapping(load_yaml(text), "test")
    (source,) = mapping.tables["behaviours"]
    assert not source.where, text
    found = columns_of(tmp_path / "shop.xlsx", source, ["Customer", "Total", "Coupon"])
    assert found["Customer"][:4] == ["C0", "C0", "C1", "C1"]
    assert found["Total"][:4] == ["20", None, "21", None]
    assert found["Coupon"] == ["SPRING"] * 80


def test_inference_parses_a_sheet_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[list[Any]] = [["order", "customer", "sku", "date", "amount", "note"]]
    for number in range(60):
        at = datetime(2024, 3, 1, 10) + timedelta(hours=7 * number)
        rows.append([f"O{number // 2}", f"C{number % 9}", f"A{number % 5}", at, 20.5 + number, "x"])
    path = write(tmp_path / "shop.xlsx", rows)
    parsed: list[list[str]] = []
    read = sheets.read_blocks

    def counted(
        path: Path, source: Source, selected: list[str], length: int, **options: bool
    ) -> Iterator[Block]:
        parsed.append(selected)
        return read(path, source, selected, length, **options)

    monkeypatch.setattr(sheets, "read_blocks", counted)
    text = infer_mapping(tmp_path, "shop", "UTC")
    assert parsed == [rows[0]]
    # An error in a cell rejects its row only where its column is read.
    rows[9][5] = "#N/A"
    write(path, rows)
    assert infer_mapping(tmp_path, "shop", "UTC") == text
    assert parsed == [rows[0], rows[0]]
