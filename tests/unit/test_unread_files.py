"""What a mapping leaves out in silence: files that no table reads, and a delivery without behaviours."""

from pathlib import Path
from zipfile import ZipFile

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
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
        "orders_2024-07-14.csv of the folder is read by no table. If it continues files that are read, write "
        "in the mapping: `files: orders_*.csv` in place of orders_2024-06-20.csv under behaviours."
    ]
    document["tables"]["behaviours"][0]["files"] = "orders_*.csv"
    report = check_files(tmp_path, parse_mapping(document, "test"), Silent())
    assert "unread_files" not in {warning.code for warning in report.warnings}


def test_later_export_in_two_files_is_read_after_the_changes_that_the_warning_states(tmp_path: Path) -> None:
    def export(month: int, first: int, status: str) -> None:
        orders = range(first, first + 30)
        bills = [f"B{i},c{i % 9},2024-0{month}-{i % 27 + 1:02},{status}" for i in orders]
        lines = [f"B{i},{product},1,2.5" for i in orders for product in ("tea", "mug")]
        for name, header, rows in (
            ("bills", "bill,customer,date,status", bills),
            ("lines", "bill,product,quantity,price", lines),
        ):
            (tmp_path / f"{name}_2024-0{month}.csv").write_text("\n".join([header, *rows]) + "\n")

    export(4, 100, "completed")
    text = infer_mapping(tmp_path, zone="UTC")
    # The later export has an order of the earlier one again.
    export(5, 129, "completed")

    def check(text: str) -> Check:
        return check_files(tmp_path, parse_mapping(load_yaml(text), "test"), Silent())

    (warning,) = (warning for warning in check(text).warnings if warning.code == "unread_files")
    assert warning.text == (
        "2 files of the folder are read by no table. If one continues files that are read, write in the "
        "mapping: `files: lines_*.csv` in place of lines_2024-04.csv under behaviours; `files: bills_*.csv` "
        "and `repeats: last`, as the later file counts, in place of bills_2024-04.csv in the join of "
        "behaviours."
    )
    changed = text.replace("files: lines_2024-04.csv", 'files: "lines_*.csv"')
    changed = changed.replace("files: bills_2024-04.csv", "files: bills_*.csv, repeats: last")
    report = check(changed)
    assert "unread_files" not in {warning.code for warning in report.warnings}
    # The order that both files have counts once.
    assert report.tables["behaviours"].loaded == 118


def test_pattern_that_would_match_files_of_another_source_is_not_proposed(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        (tmp_path / f"log_{number}.csv").write_text(HEADER + ROW)
    document = orders_mapping().model_dump(mode="json", exclude_unset=True)
    (source,) = document["tables"].pop("behaviours")
    document["tables"] = {
        "behaviours": [source | {"files": f"log_{i}.csv", "name": f"log {i}"} for i in (1, 2)]
    }
    report = check_files(tmp_path, parse_mapping(document, "test"), Silent())
    (warning,) = (warning for warning in report.warnings if warning.code == "unread_files")
    assert warning.text.endswith("columns, or in a source of its own.")


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
