"""The check lists the columns of files that no table uses."""

from pathlib import Path

from graph.importing.check import check_files
from graph.importing.mapping.model import parse_mapping
from graph.progress import Silent


def test_columns_that_no_table_uses_are_listed_by_file(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("id,email,city,phone\n1,a,Ulm,0\n")
    (tmp_path / "orders.csv").write_text("customer,product,at,note,state\n1,tea,2024-03-01,x,ok\n")
    (tmp_path / "events.jsonl").write_text('{"user": "a", "item": "tea", "at": "2024-03-01", "x": 1}\n')
    columns = {"user": "email", "object": "product", "at": "at"}
    join = {"files": "customers.csv", "on": {"customer": "id"}}
    orders = {"files": "orders.csv", "join": [join], "columns": columns, "where": {"state": ["ok"]}}
    events = {"files": "events.jsonl", "columns": {"user": "user", "object": "item", "at": "at"}}
    constants = {"constants": {"kind": "order"}}
    document = {
        "dataset": "x",
        "zone": "UTC",
        "tables": {
            "users": {"files": "customers.csv", "columns": {"id": "phone"}},
            "behaviours": [orders | constants, events | constants],
        },
        "kinds": {"order": {"type": "ORDERED"}},
        "unknown": {"users": "add"},
    }
    check = check_files(tmp_path, parse_mapping(document, "test"), Silent())
    assert check.unused == {"customers.csv": ["city"], "orders.csv": ["note"]}
