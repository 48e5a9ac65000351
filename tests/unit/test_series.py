"""Exports of several months are drafted as one source, by a pattern of their names."""

from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading.data_files import series_pattern
from graph.progress import Silent

HEADER = "customer_id,sku,order_date,amount\n"


def test_files_whose_names_differ_in_dates_are_one_source(tmp_path: Path) -> None:
    # The days of June decide the order of day and month for July as well.
    (tmp_path / "orders_2024-06-20.csv").write_text(HEADER + "a,tea,20/06/2024,5.00\nb,tea,21/06/2024,5\n")
    (tmp_path / "orders_2024-07-14.csv").write_text(HEADER + "a,mug,02/07/2024,8.00\nNULL,mug,03/07/2024,8\n")
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path)), "test")
    (source,) = mapping.tables["behaviours"]
    assert (source.files, source.times) == (["orders_*.csv"], ["%d/%m/%Y"])
    report = check_files(tmp_path, mapping, Silent())
    assert report.tables["behaviours"].loaded == 3
    assert "unread_files" not in {warning.code for warning in report.warnings}


def test_files_with_other_columns_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "orders_1.csv").write_text(HEADER + "a,tea,2024-06-20,5.00\n")
    (tmp_path / "orders_2.csv").write_text("client_id,item,order_date\na,tea,2024-06-21\n")
    text = infer_mapping(tmp_path)
    assert "files: orders_1.csv" in text
    assert "orders_*" not in text


def test_rows_that_exports_share_are_loaded_once(tmp_path: Path) -> None:
    june = "a,tea,2024-06-20,5.00\nb,tea,2024-06-21,5.00\n"
    (tmp_path / "orders_2024-06.csv").write_text(HEADER + june)
    (tmp_path / "orders_2024-07.csv").write_text(HEADER + june + "a,mug,2024-07-02,8.00\n")
    text = infer_mapping(tmp_path)
    assert (
        "duplicates: drop  # 2 rows of orders_*.csv are in an earlier file, too; equal rows count once"
    ) in text
    assert parse_mapping(load_yaml(text), "test").duplicates == "drop"


@pytest.mark.parametrize(
    ("first", "second", "pattern"),
    [
        ("Orders April 2024.csv", "Orders May 2024.csv", "Orders *.csv"),
        ("Siparişler Nisan.csv", "Siparişler Mayıs.csv", "Siparişler *.csv"),
        ("umsatz_märz-2024.csv", "umsatz_sept-2024.csv", "umsatz_*.csv"),
        ("2024FEB_orders.csv", "2024MAR_orders.csv", "*_orders.csv"),
        ("Orders Q1 2024.csv", "Orders Q2 2024.csv", "Orders Q*.csv"),
        ("orders week 9.csv", "orders week 10.csv", "orders week *.csv"),
    ],
)
def test_files_whose_names_differ_in_months_are_one_source(
    tmp_path: Path, first: str, second: str, pattern: str
) -> None:
    (tmp_path / first).write_text(HEADER + "a,tea,2024-04-20,5.00\n")
    (tmp_path / second).write_text(HEADER + "b,tea,2024-05-21,5\n")
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "shop", "UTC")), "test")
    (source,) = mapping.tables["behaviours"]
    assert source.files == [pattern]
    assert check_files(tmp_path, mapping, Silent()).tables["behaviours"].loaded == 2


def test_other_words_are_no_months() -> None:
    assert series_pattern("orders market.csv") == "orders market.csv"
    assert series_pattern("report.may.csv") == "report.*.csv"
