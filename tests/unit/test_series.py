"""Exports of several months are drafted as one source, by a pattern of their names."""

from pathlib import Path

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
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
