"""Names of files with signs that patterns give a meaning."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading.folders import Folder
from graph.progress import Silent

_PLAIN = ["order", "customer", "sku", "date", "amount"]
_GERMAN = ["bon", "kunde", "artikel", "datum", "betrag"]


def _orders(path: Path, first: int, columns: list[str]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for number in range(first, first + 30):
            at = datetime(2024, 3, 1, 10) + timedelta(hours=number)
            writer.writerow([f"O{number}", f"C{number % 7}", f"A{number % 5}", at, 3.5])


def test_file_of_exactly_a_name_is_the_only_match(tmp_path: Path) -> None:
    for name in ("a[1].csv", "a1.csv", "b*.csv", "bc.csv"):
        (tmp_path / name).write_text("x\n")
    folder = Folder(tmp_path)
    assert [file.name for file in folder.match("a[1].csv")] == ["a[1].csv"]
    assert [file.name for file in folder.match("b*.csv")] == ["b*.csv"]
    assert [file.name for file in folder.match("a[[]1].csv")] == ["a[1].csv"]
    assert [file.name for file in folder.match("a[12].csv")] == ["a1.csv"]


def test_inferred_mapping_reads_each_file_once(tmp_path: Path) -> None:
    _orders(tmp_path / "sales [2].csv", 0, _PLAIN)
    _orders(tmp_path / "sales 2.csv", 100, _GERMAN)
    _orders(tmp_path / "till*[a] 1.csv", 200, _PLAIN)
    _orders(tmp_path / "till*[a] 2.csv", 300, _PLAIN)
    _orders(tmp_path / "tillX [a] 7.csv", 400, _GERMAN)
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "shop", "UTC")), "test")
    report = check_files(tmp_path, mapping, Silent())
    assert report.tables["behaviours"].loaded == 150
    assert not [warning for warning in report.warnings if warning.code in ("unread_files", "repeated_rows")]
