"""Campaigns made of the orders that name them, and ids that repeat with other values."""

from pathlib import Path

import pytest

from graph.errors import InvalidRequest
from graph.importing.check import check_files
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.progress import Silent

ORDERS = """customer,sku,at,code,city
a,tea,2024-03-02 10:00,SPRING,Ulm
b,tea,2024-03-09 23:30,SPRING,Bonn
a,tea,2024-03-05 09:00,,Ulm
b,tea,not a time,AUTUMN,Bonn
a,tea,2024-05-01 00:00,MAY,Aalen
"""


def mapping(**tables: object) -> Mapping:
    behaviours = {
        "files": "orders.csv",
        "columns": {"user": "customer", "object": "sku", "at": "at", "campaign": "code"},
        "constants": {"kind": "order"},
    }
    uses = {"files": "orders.csv", "window": "uses", "columns": {"id": "code", "at": "at"}}
    content = {
        "dataset": "x",
        "zone": "Europe/Berlin",
        "max_rejected": 1,
        "tables": {"campaigns": uses, "behaviours": behaviours} | tables,
        "kinds": {"order": {"type": "ORDERED", "counts": "named"}},
        "participation": {"targeted": False},
    }
    return parse_mapping(content, "test")


def test_campaign_runs_from_the_first_day_of_its_use_to_the_last(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    report = check_files(tmp_path, mapping(), Silent())
    # 2 March 00:00 to 10 March 00:00, and the whole first of May, in Berlin.
    assert report.preview["campaigns"] == [
        {"id": "MAY", "starts": 1714514400000, "ends": 1714600800000},
        {"id": "SPRING", "starts": 1709334000000, "ends": 1710025200000},
    ]
    assert report.tables["behaviours"].loaded == 4
    assert report.total.rejected == 1


def test_window_of_uses_needs_id_and_time_alone() -> None:
    uses = {"files": "orders.csv", "window": "uses", "columns": {"id": "code", "starts": "at"}}
    with pytest.raises(InvalidRequest, match="`id` and `at` alone"):
        mapping(campaigns=uses)


def test_repeated_ids_keep_the_first_values_where_the_mapping_says_so(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    users = {"files": "orders.csv", "columns": {"id": "customer"}, "attributes": {"city": "city"}}
    counts = check_files(tmp_path, mapping(users=users), Silent()).tables["users"]
    assert (counts.loaded, counts.unchanged, counts.rejected) == (2, 2, 1)
    counts = check_files(tmp_path, mapping(users=users | {"repeats": "first"}), Silent()).tables["users"]
    assert (counts.loaded, counts.unchanged, counts.rejected) == (2, 3, 0)


@pytest.mark.parametrize("files", ["orders*.csv", ["orders_3.csv", "orders_5.csv"]])
def test_a_campaign_runs_over_all_files_that_use_it(tmp_path: Path, files: str | list[str]) -> None:
    header, *rows = ORDERS.splitlines(keepends=True)
    (tmp_path / "orders_3.csv").write_text(header + "".join(rows[:4]))
    (tmp_path / "orders_5.csv").write_text(header + rows[4] + "b,tea,2024-05-09 10:00,SPRING,Bonn\n")
    uses = {"window": "uses", "columns": {"id": "code", "at": "at"}}
    columns = {"user": "customer", "object": "sku", "at": "at", "campaign": "code"}
    campaigns = [uses | {"files": name} for name in ([files] if isinstance(files, str) else files)]
    behaviours = {"files": files, "columns": columns, "constants": {"kind": "order"}}
    report = check_files(tmp_path, mapping(campaigns=campaigns, behaviours=behaviours), Silent())
    assert report.preview["campaigns"] == [
        {"id": "MAY", "starts": 1714514400000, "ends": 1714600800000},
        {"id": "SPRING", "starts": 1709334000000, "ends": 1715292000000},
    ]
    assert report.tables["campaigns"].rejected == 0
