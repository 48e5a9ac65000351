"""A line of a file that several sources read is rejected once, and left out once."""

from pathlib import Path
from typing import Any

import numpy as np

from graph.importing.check import Check, check_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.reading.input_files import open_input_files
from graph.importing.values.erased_users import ErasedUsers, hash_of
from graph.importing.values.left_out import LeftOut
from graph.importing.values.rows import Rows
from graph.progress import Silent

COLUMNS = {"user": "who", "object": "what", "at": "on"}
KINDS = {"purchase": {"type": "PURCHASED", "counts": "any"}, "cancelled": {"type": "CANCELLED"}}


def check(folder: Path, **tables: Any) -> Check:
    mapping = parse_mapping({"dataset": "x", "zone": "UTC", "tables": tables, "kinds": KINDS}, "test")
    return check_files(folder, mapping, Silent())


def purchases(**settings: Any) -> dict[str, Any]:
    return {"files": "log.csv", "columns": COLUMNS, "constants": {"kind": "purchase"}, **settings}


def test_cut_last_line_of_a_file_that_two_tables_read_is_rejected_once(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("who,what,on\na,tea,2024-03-02\nb,tea,2024-03-03\nc,te")
    users = {"files": "log.csv", "columns": {"id": "who"}}
    report = check(tmp_path, users=users, behaviours=purchases())
    assert {name: counts.rejected for name, counts in report.tables.items()} == {"users": 1, "behaviours": 0}
    assert (report.total.read, report.total.loaded, report.total.rejected) == (5, 4, 1)
    assert [(name, error.row) for name, error in report.examples] == [("log.csv", 4)]
    assert sum(report.reasons.values()) == 1


def test_cut_record_of_events_is_rejected_once(tmp_path: Path) -> None:
    event = '{"who": "a", "what": "tea", "on": "2024-03-02"}\n'
    (tmp_path / "log.jsonl").write_text(event + event[:20])
    users = {"files": "log.jsonl", "columns": {"id": "who"}}
    report = check(tmp_path, users=users, behaviours=purchases(files="log.jsonl"))
    assert report.total.rejected == 1


def test_line_that_another_way_of_reading_cannot_read_is_rejected_by_that_one(tmp_path: Path) -> None:
    # Only the second source reads the line by a delimiter that it does not have.
    (tmp_path / "log.csv").write_text("who;what,on\na;tea,2024-03-02\nb,2024-03-03\n")
    semicolon = {"files": "log.csv", "delimiter": ";", "columns": {"id": "who"}}
    comma = {"files": "log.csv", "columns": {"id": "who;what"}}
    report = check(tmp_path, users=[comma, semicolon])
    assert [(name, error.row) for name, error in report.examples] == [("log.csv", 3)]


def test_campaigns_made_of_uses_do_not_hide_a_cut_line(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("who,what,on,code\na,tea,2024-03-02,X\nc,te")
    uses = {"files": "log.csv", "window": "uses", "columns": {"id": "code", "at": "on"}}
    report = check(tmp_path, campaigns=uses, behaviours=purchases(columns=COLUMNS | {"campaign": "code"}))
    assert report.tables["behaviours"].rejected == 1


def test_invalid_value_is_rejected_in_each_table_that_needs_it(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("who,what,on\na,tea,2024-03-02\n,tea,2024-03-03\n")
    users = {"files": "log.csv", "columns": {"id": "who"}}
    report = check(tmp_path, users=users, behaviours=purchases())
    assert {name: counts.rejected for name, counts in report.tables.items()} == {"users": 1, "behaviours": 1}


def test_rows_of_complementary_sources_are_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "who,what,on,status\na,tea,2024-03-02,paid\nb,tea,2024-03-03,cancelled\n,tea,2024-03-04,paid\n"
    )
    named = {"who": {"empty": False}}
    paid = purchases(where={**named, "status": "paid"})
    cancelled = purchases(where={**named, "status": "cancelled"}, constants={"kind": "cancelled"})
    users = {"files": "log.csv", "columns": {"id": "who"}, "where": named}
    report = check(tmp_path, users=users, behaviours=[paid, cancelled])
    assert report.left_out == [
        "log.csv: 1 row was left out of behaviours, excluded by `where` (who, status)."
    ]


def test_reason_is_stated_for_each_file(tmp_path: Path) -> None:
    (tmp_path / "log_1.csv").write_text("who,what,on\na,tea,2024-03-02\n,tea,2024-03-03\n")
    (tmp_path / "log_2.csv").write_text("who,what,on\n,tea,2024-04-02\n,tea,2024-04-03\n")
    (tmp_path / "sent.csv").write_text("who,campaign\na,X\na,\n")
    campaigns = {"files": "c.csv", "columns": {"id": "id", "starts": "s", "ends": "e"}}
    (tmp_path / "c.csv").write_text("id,s,e\nX,2024-03-01,2024-04-01\n")
    sent = {"files": "sent.csv", "columns": {"user": "who", "campaign": "campaign"}}
    behaviours = purchases(files="log_*.csv", where={"who": {"empty": False}})
    report = check(tmp_path, campaigns=campaigns, targetings=sent, behaviours=behaviours)
    assert sorted(report.left_out) == [
        "log_*.csv: 3 rows were left out of behaviours, excluded by `where` (who: (empty) 3).",
        "sent.csv: 1 row was left out, without a campaign or coupon.",
    ]


def test_rows_left_out_are_counted_by_the_values_of_the_file(tmp_path: Path) -> None:
    rows = [("paid", ""), ("cancelled", "2024-03-05"), ("returned", ""), ("cancelled", "2024-03-06")]
    lines = [f"u{n},tea,2024-03-02,{status},{end}\n" for n, (status, end) in enumerate(rows * 2)]
    (tmp_path / "log.csv").write_text("who,what,on,status,cancelled at\n" + "".join(lines))
    where = {"status": {"is_not": ["cancelled", "returned"]}, "cancelled at": {"empty": True}}
    assert check(tmp_path, behaviours=purchases(where=where)).left_out == [
        "log.csv: 6 rows were left out of behaviours, excluded by `where` (status: cancelled 4, returned 2; "
        "cancelled at: (not empty) 4)."
    ]
    where = {"who": {"is_not": ["u1", "u2"]}}
    assert check(tmp_path, behaviours=purchases(where=where)).left_out == [
        "log.csv: 2 rows were left out of behaviours, excluded by `where` (who: (not empty) 2)."
    ]


def test_rows_that_were_loaded_before_are_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("who,what,on\na,tea,2024-03-02\n")
    where = {"who": {"empty": False}}
    tables = {"behaviours": [purchases(where=where), purchases(where={"who": "b"})]}
    mapping = parse_mapping({"dataset": "x", "zone": "UTC", "tables": tables, "kinds": KINDS}, "test")
    first, second = open_input_files(tmp_path, mapping, Silent()).inputs
    left_out = LeftOut()
    none = np.empty(0, dtype=np.int64)
    left_out.add(first, Rows("behaviours", none, {}, [], np.array([2, 70_000, 70_001])))
    left_out.add(second, Rows("behaviours", np.array([70_001]), {}, [], none))
    assert left_out.lines() == ["log.csv: 2 rows were left out of behaviours, excluded by `where` (who)."]
    left_out.skip(second, 5)
    assert left_out.lines() == []


def test_records_whose_elements_are_rows_count_once(tmp_path: Path) -> None:
    record = (
        '{"who": "%s", "on": "2024-03-02", "status": "%s", "items": [{"what": "tea"}, {"what": "mug"}]}\n'
    )
    lines = (("a", "paid"), ("b", "open"), ("c", "cancelled"))
    (tmp_path / "log.jsonl").write_text("".join(record % line for line in lines))
    columns = {"user": "^.who", "object": "what", "at": "^.on"}
    common = {"files": "log.jsonl", "rows": "items", "columns": columns}
    paid = purchases(**common, where={"^.status": "paid"})
    cancelled = purchases(**common, where={"^.status": "cancelled"})
    assert check(tmp_path, behaviours=[paid, cancelled]).left_out == [
        "log.jsonl: 1 record was left out of behaviours, excluded by `where` (^.status)."
    ]


def test_check_leaves_out_rows_of_erased_users(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("who,what,on\na,tea,2024-03-02\nb,tea,2024-03-03\na,tea,2024-03-04\n")
    tables = {"behaviours": purchases()}
    mapping = parse_mapping({"dataset": "x", "zone": "UTC", "tables": tables, "kinds": KINDS}, "test")
    key = "00" * 32
    report = check_files(tmp_path, mapping, Silent(), erased=ErasedUsers(key, [hash_of("a", key)]))
    assert (report.total.loaded, report.total.left_out, report.total.rejected) == (1, 2, 0)
    assert report.left_out == ["log.csv: 2 rows were left out of behaviours, of erased users."]
