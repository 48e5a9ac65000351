"""Event logs that have rows twice: the id of the event is mapped, also beside orders that are replaced."""

from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

HEADER = "event_id,event,user_id,product_id,time,order_id,status\n"
MAY = (
    "e1,view,a,tea,2024-05-01 10:00,,\n"
    "e2,purchase,a,tea,2024-05-02 10:00,17,paid\n"
    "e3,view,b,mug,2024-05-30 10:00,,\n"
)
JUNE = (
    "e3,view,b,mug,2024-05-30 10:00,,\n"
    "e2,purchase,a,tea,2024-05-02 10:00,17,refunded\n"
    "e4,purchase,b,mug,2024-06-02 10:00,18,paid\n"
)


def inferred(folder: Path, may: str, june: str) -> str:
    (folder / "events_05.csv").write_text(HEADER + may)
    (folder / "events_06.csv").write_text(HEADER + june)
    return infer_mapping(folder, zone="UTC")


def test_id_of_events_is_mapped_where_orders_are_replaced(tmp_path: Path) -> None:
    text = inferred(tmp_path, MAY, JUNE)
    mapping = parse_mapping(load_yaml(text), "test")
    (source,) = mapping.tables["behaviours"]
    assert source.replaces == ["basket"]
    assert source.columns["id"] == "event_id"
    assert "2 rows repeat an earlier event_id, and are loaded once" in text
    report = check_files(tmp_path, mapping, Silent())
    # The view that has no order counts once, and the refunded order not at all.
    assert {name: counts.read for name, counts in report.tally.counts.items()} == {"view": 2, "purchase": 1}


def test_id_of_events_without_orders_is_mapped(tmp_path: Path) -> None:
    header, view = "event_id,user_id,product_id,time\n", "e1,a,tea,2024-05-01 10:00\n"
    (tmp_path / "views.csv").write_text(header + view + view.replace("e1", "e2") + view)
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, zone="UTC")), "test")
    assert mapping.tables["behaviours"][0].columns["id"] == "event_id"
    assert check_files(tmp_path, mapping, Silent()).tables["behaviours"].loaded == 2


@pytest.mark.parametrize(
    "june",
    [
        "e5,view,b,mug,2024-06-01 10:00,,\n",
        "e1,view,b,mug,2024-06-01 10:00,,\n",
    ],
)
def test_column_without_repetitions_or_of_other_rows_is_no_id(tmp_path: Path, june: str) -> None:
    assert "id: event_id" not in inferred(tmp_path, MAY, june)


@pytest.mark.parametrize("name", ["Booking ID", "Ref", "Vorgang"])
def test_corrected_rows_count_as_the_later_file_has_them(tmp_path: Path, name: str) -> None:
    header = f"{name},Member No,Class,Class Date,Status\n"
    # Several bookings of one member, class and day: only their own number tells them apart.
    rows = [[f"B{70 + i}", f"M{i % 3}", "Spin", f"2024-01-{1 + i // 6:02}"] for i in range(24)]
    january = [",".join([*row, "Attended"]) for row in rows]
    corrected = [",".join([*row, "Attended" if i > 4 else "Cancelled"]) for i, row in enumerate(rows)]
    february = [f"B99{i},M{i % 3},Spin,2024-02-{1 + i:02},Attended" for i in range(12)]
    (tmp_path / "bookings_2024-01.csv").write_text(header + "\n".join(january) + "\n")
    (tmp_path / "bookings_2024-02.csv").write_text(header + "\n".join([*corrected, *february]) + "\n")
    text = infer_mapping(tmp_path, zone="UTC")
    mapping = parse_mapping(load_yaml(write_answers(text, ["Class"])), "test")
    (source,) = mapping.tables["behaviours"]
    assert (source.columns["id"], source.replaces) == (name, ["id"])
    assert check_files(tmp_path, mapping, Silent()).tables["behaviours"].loaded == 24 - 5 + 12


@pytest.mark.parametrize("name", ["Booking ID", "Order ID"])
def test_corrected_states_that_only_a_column_name_tells_count_as_the_later_file_has_them(
    tmp_path: Path, name: str
) -> None:
    rows = [f"{n},M{n % 3},Spin,2024-01-{1 + n % 7:02}" for n in range(700, 724)]
    for month, changed in (("01", 0), ("02", 5)):
        states = [f"{row},{'C' if i < changed else 'AB'[i % 2]}" for i, row in enumerate(rows)]
        later = f"99{month[1]},M1,Spin,2024-02-0{month[1]},A"
        text = "\n".join([f"{name},Member No,Product,Class Date,Buchungsstatus", *states, later, ""])
        (tmp_path / f"bookings_2024-{month}.csv").write_text(text)
    text = infer_mapping(tmp_path, zone="UTC")
    mapping = parse_mapping(load_yaml(write_answers(text, ["C"])), "test")
    (source,) = mapping.tables["behaviours"]
    assert source.replaces == ["basket" if name == "Order ID" else "id"]
    assert sorted(source.statuses["Buchungsstatus"]) == ["A", "B", "C"]
    # No row twice, and not the five that are in state C in February's file.
    assert check_files(tmp_path, mapping, Silent()).tables["behaviours"].loaded == 24 - 5 + 2


@pytest.mark.parametrize(("column", "is_id"), [("Wert", False), ("Vorgang Nr", True)])
def test_unique_whole_amounts_are_no_numbers_of_rows(tmp_path: Path, column: str, is_id: bool) -> None:
    rows = [
        f"u{n % 5},tea,2024-03-{n + 1:02},{(n * 37) % 101 + 900},{('paid', 'cancelled')[n % 2]}"
        for n in range(20)
    ]
    (tmp_path / "orders.csv").write_text("\n".join([f"user_id,product,date,{column},status", *rows, ""]))
    assert ("replaces: [id]" in infer_mapping(tmp_path, zone="UTC")) is is_id
