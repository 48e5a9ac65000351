"""Files of one import that have the same orders in two states: without a key, a warning counts them."""

from pathlib import Path

import pytest

from graph.importing.check import Check, check_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.warnings import DataWarning
from graph.progress import Silent

HEADER = "order,status,customer,sku,date,amount\n"
JUNE = (
    HEADER
    + "16,paid,a,tea,2024-06-01 09:00,5\n17,paid,b,tea,2024-06-20 10:00,7\n18,paid,b,mug,2024-06-28 11:00,9\n"
)
JULY = (
    HEADER
    + "17,refunded,B,tea,2024-06-20 10:00,7\n18,paid,b,mug,2024-06-28 11:00,9\n19,paid,a,mug,2024-07-03,9\n"
)
NUMBERED = {"user": "customer", "object": "sku", "at": "date", "value": "amount", "basket": "order"}
UNNUMBERED = {field: column for field, column in NUMBERED.items() if field != "basket"}


def check(
    folder: Path, june: str, july: str, columns: dict[str, str], duplicates: str = "keep", **source: object
) -> Check:
    for name, text in {"june": june, "july": july}.items():
        (folder / f"orders-{name}.csv").write_text(text)
    orders = {"files": "orders-*.csv", "columns": columns, "constants": {"kind": "purchase"}}
    content = {
        "dataset": "shop", "zone": "UTC", "ids": {"users": ["lower_case"]}, "duplicates": duplicates,
        "tables": {"behaviours": orders | source},
        "kinds": {"purchase": {"type": "PURCHASED", "counts": "any"}},
    }  # fmt: skip
    return check_files(folder, parse_mapping(content, "test"), Silent())


def overlap(report: Check) -> DataWarning | None:
    return next((found for found in report.warnings if found.code == "orders_in_several_states"), None)


@pytest.mark.parametrize("columns", [NUMBERED, UNNUMBERED])
@pytest.mark.parametrize("duplicates", ["keep", "drop"])
@pytest.mark.parametrize("rule", [{"is_not": "refunded"}, "paid"])
def test_order_that_another_file_leaves_out_is_reported(
    tmp_path: Path, columns: dict[str, str], duplicates: str, rule: object
) -> None:
    report = check(tmp_path, JUNE, JULY, columns, duplicates, where={"status": rule})
    warning = overlap(report)
    assert warning is not None
    assert warning.count == 1
    found = (
        "orders-*.csv: 1 row is loaded that another file has in a state which `where` leaves out (status)."
    )
    assert warning.text.startswith(found)
    assert warning.examples == ["orders-june.csv row 3, orders-july.csv row 2"]


def test_later_file_counts_with_the_key_that_the_warning_names(tmp_path: Path) -> None:
    warning = overlap(check(tmp_path, JUNE, JULY, NUMBERED, where={"status": "paid"}))
    assert warning is not None
    assert warning.text.endswith("`replaces: [basket]`.")
    report = check(tmp_path, JUNE, JULY, NUMBERED, where={"status": "paid"}, replaces=["basket"])
    assert overlap(report) is None
    assert report.tables["behaviours"].loaded == 3


def test_order_with_two_amounts_is_reported(tmp_path: Path) -> None:
    later = HEADER + "17,paid,b,tea,2024-06-20 10:00,3\n18,paid,b,mug,2024-06-28 11:00,9\n"
    warning = overlap(check(tmp_path, JUNE, later, NUMBERED))
    assert warning is not None
    assert (warning.count, "1 row is in several files with other values" in warning.text) == (1, True)


def test_order_cut_in_two_and_other_orders_are_no_overlap(tmp_path: Path) -> None:
    rest = "18,paid,b,cup,2024-06-28 11:00,9\n20,refunded,b,tea,2024-07-20 10:00,7\n"
    assert overlap(check(tmp_path, JUNE, HEADER + rest, NUMBERED, where={"status": "paid"})) is None


def test_rows_left_out_beside_as_many_loaded_ones_are_no_overlap(tmp_path: Path) -> None:
    both = "17,paid,b,tea,2024-06-20 10:00,7\n17,refunded,b,tea,2024-06-20 10:00,7\n"
    assert overlap(check(tmp_path, JUNE, HEADER + both, UNNUMBERED, where={"status": "paid"})) is None
