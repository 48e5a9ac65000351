"""What a mapping leaves out in silence: files that no table reads, and a delivery without behaviours."""

from pathlib import Path
from zipfile import ZipFile

from graph.importing.check import check_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.warnings import DataWarning
from graph.progress import Silent
from tests.orders import HEADER, check_orders, orders_mapping

ROW = "a,tea,2024-03-02,5\n"


def unread(folder: Path) -> DataWarning | None:
    report = check_orders(folder, HEADER + ROW, orders_mapping())
    return next((warning for warning in report.warnings if warning.code == "unread_files"), None)


def test_a_folder_whose_files_are_all_read_causes_no_warning(tmp_path: Path) -> None:
    (tmp_path / ".rows.csv").write_text("a\n")
    (tmp_path / "groundswell.yaml").write_text("version: 1\n")
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    assert unread(tmp_path) is None


def test_a_later_export_that_the_mapping_does_not_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "orders_2024-06-20.csv").write_text(HEADER + ROW)
    (tmp_path / "orders_2024-07-14.csv").write_text(HEADER + ROW)
    (tmp_path / "users.csv").write_text("id\na\n")
    document = orders_mapping().model_dump(mode="json", exclude_unset=True)
    document["tables"].pop("campaigns")
    document["tables"]["behaviours"][0]["files"] = "orders_2024-06-20.csv"
    report = check_files(tmp_path, parse_mapping(document, "test"), Silent())
    assert [warning.text for warning in report.warnings if warning.code == "unread_files"] == [
        "orders_2024-07-14.csv of the folder is read by no table. If it belongs to a table, widen its "
        "`files` in the mapping, for example `files: orders_*.csv`."
    ]
    document["tables"]["behaviours"][0]["files"] = "orders_*.csv"
    report = check_files(tmp_path, parse_mapping(document, "test"), Silent())
    assert "unread_files" not in {warning.code for warning in report.warnings}


def test_several_unread_files_are_one_warning_with_their_names(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("call Ms. Vogt\n")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "orders.csv").write_text(HEADER)
    with ZipFile(tmp_path / "older.zip", "w") as archive:
        archive.writestr("orders.csv", HEADER)
    warning = unread(tmp_path)
    assert warning is not None
    assert (warning.count, warning.examples) == (3, ["notes.txt", "old/orders.csv", "older.zip"])


def test_members_of_an_archive_that_is_read_are_named(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("users.csv", "id\na\n")
        archive.writestr("orders.csv", HEADER)
    document = {"dataset": "x", "zone": "UTC"}
    users = {"users": {"files": "export.zip/users.csv", "columns": {"id": "id"}}}
    mapping = parse_mapping(document | {"tables": users}, "test")
    *_, warning = check_files(tmp_path, mapping, Silent()).warnings
    assert warning.text.startswith("export.zip/orders.csv of the folder is read by no table.")


def test_a_mapping_without_behaviours_says_that_nothing_can_be_forecast(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("id\na\n")
    mapping = parse_mapping(
        {
            "dataset": "x",
            "zone": "UTC",
            "tables": {"users": {"files": "users.csv", "columns": {"id": "id"}}},
        },
        "test",
    )
    (warning,) = check_files(tmp_path, mapping, Silent()).warnings
    assert warning.code == "no_behaviours"
    assert "without which nothing can be forecast" in warning.text
