"""Exports whose periods overlap: rows that several files contain are named before they are loaded twice."""

from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.warnings import DataWarning
from graph.progress import Silent
from tests.orders import HEADER, check_orders, orders_mapping

JUNE = "a,tea,2024-03-01,1\na,mug,2024-03-02,2\na,mug,2024-03-02,2\n"


def repeated(
    folder: Path, exports: dict[str, str], id_column: str | None = None, **changes: object
) -> DataWarning | None:
    check_orders(folder, HEADER, orders_mapping())
    (folder / "orders.csv").unlink()
    for name, rows in exports.items():
        (folder / name).write_text(HEADER + rows)
    columns = {"id": id_column} if id_column else {}
    document = orders_mapping(columns).model_dump(mode="json", exclude_unset=True)
    document["tables"]["behaviours"][0]["files"] = "orders_*.csv"
    report = check_files(folder, parse_mapping(document | changes, "test"), Silent())
    assert report.stopped is None
    return next((warning for warning in report.warnings if warning.code == "repeated_rows"), None)


def test_rows_of_two_exports_are_named(tmp_path: Path) -> None:
    july = "a,mug,2024-03-02,2\na,tea,2024-03-01,1\na,tea,2024-03-09,1\na,tea,2024-03-01,\n"
    warning = repeated(tmp_path, {"orders_1.csv": JUNE, "orders_2.csv": july})
    assert warning is not None
    assert warning.count == 2
    assert warning.text == (
        "orders_2.csv: 2 rows are also in orders_1.csv, and count twice. Set `duplicates: drop` "
        "(which also drops rows that are equal within a file: 1), or map `id`, a column that tells rows "
        "apart."
    )


def test_several_pairs_of_files_are_examples(tmp_path: Path) -> None:
    row = "a,tea,2024-03-01,1\n"
    warning = repeated(
        tmp_path, {"orders_1.csv": row, "orders_2.csv": row, "orders_3.csv": row + "a,tea,2024-03-03,1\n"}
    )
    assert warning is not None
    assert warning.text.startswith("2 rows are in several files, and count twice.")
    assert sorted(warning.examples) == [
        "orders_2.csv: 1 row is also in orders_1.csv",
        "orders_3.csv: 1 row is also in orders_1.csv",
    ]


@pytest.mark.parametrize(
    ("july", "id_column", "changes"),
    [
        ("a,tea,2024-03-09,1\n", None, {}),
        (JUNE, None, {"duplicates": "drop"}),
        (JUNE, "product", {}),
    ],
)
def test_rows_that_are_loaded_once_cause_no_warning(
    tmp_path: Path, july: str, id_column: str | None, changes: dict[str, object]
) -> None:
    assert repeated(tmp_path, {"orders_1.csv": JUNE, "orders_2.csv": july}, id_column, **changes) is None
