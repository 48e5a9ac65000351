"""Sheets of a workbook, and a damaged line that two tables read, loaded into the graph."""

from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from graph.connection import Graph
from graph.importing.inference.infer import infer_mapping
from graph.importing.job import import_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings

ORDERS = [
    ["order_id", "customer_id", "order_date", "order_time"],
    ["A-1001", "ann", datetime(2024, 3, 1), "09:05"],
    ["A-1002", "bob", datetime(2024, 3, 2), "18:30"],
]
LINES = [
    ["order_id", "sku", "quantity", "price"],
    ["A-1001", "tea", 2, 2.5],
    ["A-1001", "mug", 1, 4],
    ["A-1002", "mug", 1, 4],
]


def write(folder: Path, lines: list[list[Any]]) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in {"Orders": ORDERS, "Lines": lines, "Notes": [["Made by the till"]]}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "shop.xlsx")


def load(graph: Graph, settings: Settings, folder: Path, dataset: str) -> ImportReport:
    mapping = parse_mapping(load_yaml(infer_mapping(folder, dataset, "UTC")), "test")
    return import_files(graph, settings, folder, mapping, Silent(), engine="stream")


def test_lines_in_a_sheet_are_loaded_with_the_orders_of_another(
    graph: Graph, settings: Settings, dataset: str, tmp_path: Path
) -> None:
    write(tmp_path, LINES)
    report = load(graph, settings, tmp_path, dataset)
    assert (report.total.loaded, report.total.rejected) == (3, 0)
    assert (report.counts["users"], report.counts["products"]) == (2, 2)
    again = load(graph, settings, tmp_path, dataset)
    assert (again.total.loaded, again.total.unchanged) == (0, 3)
    # A further line is the only one that is new.
    write(tmp_path, [*LINES, ["A-1002", "tea", 1, 2.5]])
    later = load(graph, settings, tmp_path, dataset)
    assert (later.total.loaded, later.total.unchanged) == (1, 3)


def test_damaged_line_of_two_tables_is_rejected_once(
    graph: Graph, settings: Settings, dataset: str, tmp_path: Path
) -> None:
    (tmp_path / "log.csv").write_text("who,what,on\na,tea,2024-03-02\n,tea,2024-03-03\nc,te")
    mapping = parse_mapping(
        {
            "dataset": dataset,
            "zone": "UTC",
            "tables": {
                "users": {"files": "log.csv", "columns": {"id": "who"}, "where": {"who": {"empty": False}}},
                "behaviours": {
                    "files": "log.csv",
                    "columns": {"user": "who", "object": "what", "at": "on"},
                    "constants": {"kind": "purchase"},
                    "where": {"who": {"empty": False}},
                },
            },
            "kinds": {"purchase": {"type": "PURCHASED", "counts": "any"}},
        },
        "test",
    )
    # Rows that were loaded before are not read again.
    for reason in ("who: (empty) 1", "who"):
        report = import_files(graph, settings, tmp_path, mapping, Silent(), engine="stream")
        assert (report.total.rejected, sum(report.reasons.values())) == (1, 1)
        assert report.left_out == [
            f"log.csv: 1 row was left out of behaviours, excluded by `where` ({reason})."
        ]
    assert report.rejects is not None
    assert len(report.rejects.read_text().splitlines()) == 2
